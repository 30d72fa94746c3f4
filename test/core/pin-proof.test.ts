/** The proof of an edit, shown edits that no splice makes. */

import { expect, test } from "vitest";
import { asTag } from "../../src/core/ids.ts";
import { parseImageName } from "../../src/core/image-ref.ts";
import { parseManifest } from "../../src/core/manifest-text.ts";
import { pinsIn } from "../../src/core/pin-find.ts";
import { proveOnlyPinsMoved } from "../../src/core/pin-proof.ts";

const before = "a: {image: shop/api:old, n: &n 0420}\nb: [*n, !!str 1]\nimage: shop/api:old\n";
const good = before.replace("old", "new");

/** Moves the first of the two pins. */
function prove(edited: string): void {
  const manifest = parseManifest("f.yaml", before);
  const [pin] = pinsIn(manifest, [parseImageName("shop/api")!]);
  proveOnlyPinsMoved(manifest, edited, [{ pin: pin!, tag: asTag("new")! }]);
}

test("the edit that was asked for passes", () => {
  expect(() => prove(good)).not.toThrow();
});

test.each([
  ["no edit at all", before],
  ["another tag", before.replace("old", "newer")],
  ["another pin, too", before.replaceAll("old", "new")],
  ["another pin instead", `${before.slice(0, -4)}new\n`],
  ["another name", good.replace("shop/api", "shop/apis")],
  ["another value", good.replace("0420", "420")],
  ["another key", good.replace("n:", "m:")],
  ["another anchor", good.replace("&n", "&m")],
  ["another alias", good.replace("*n", "*m")],
  ["another YAML tag", good.replace("!!str", "!!int")],
  ["a key more", `${good}c: 1\n`],
  ["a document more", `${good}---\n`],
  ["an entry less", good.replace(", !!str 1", "")],
  ["no YAML", `${good}]`],
  ["a key twice", `${good}a: 1\n`],
])("%s does not pass", (_title, edited) => {
  expect(() => prove(edited)).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^(?:internal|bad-manifest)$/) }),
  );
});
