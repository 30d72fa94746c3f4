/** Names and tags in fields of their own, where several fields could be the tag. */

import { expect, test } from "vitest";
import { asTag } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { findPins, splicePins } from "../../../src/core/pins/index.ts";

test.each([
  ["version: 15\nimageName: shop/api\nimageTag: OLD\n"],
  ["version: 15\nrepository: shop/api\ntag: OLD\n"],
  ["tag: main\nimage: shop/api\nimageTag: OLD\n"],
  ["imageVersion: OLD\nversion: 1.2.3\nimage: shop/api\n"],
])("the field that says most is the tag: %j", (text) => {
  const bytes = new Uint8Array(Buffer.from(text));
  const pins = findPins({ path: "f.yaml", bytes }, [parseImageName("shop/api")!]);
  const moved = splicePins(
    bytes,
    pins.map((pin) => ({ pin, tag: asTag("sha-2")! })),
  );
  expect(Buffer.from(moved).toString()).toBe(text.replace("OLD", "sha-2"));
});
