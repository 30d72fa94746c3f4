/** The proof of an edit, shown edits that no splice makes. */

import { expect, test } from "vitest";
import { asTag } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { findPlaces } from "../../../src/core/pins/find.ts";
import { pinsIn } from "../../../src/core/pins/manifest-pins.ts";
import { proveOnlyPinsMoved } from "../../../src/core/pins/proof.ts";
import { splicePins } from "../../../src/core/pins/splice.ts";

const before = "a: {image: shop/api:old, n: &n 0420}\nb: [*n, !!str 1]\nimage: shop/api:old\n";
const good = before.replace("old", "new");

/** Moves the first of the two pins. */
function prove(edited: string): void {
  const manifest = { path: "f.yaml", text: before };
  const [pin] = pinsIn(manifest, [parseImageName("shop/api")!], []);
  const edits = [{ start: pin!.slots.tag!.start, end: pin!.slots.tag!.end, text: "new" }];
  proveOnlyPinsMoved(manifest, edited, { moves: [{ pin: pin!, tag: asTag("new")! }], edits });
}

test("the edit that was asked for passes", () => {
  expect(() => prove(good)).not.toThrow();
});

const pinReads = "a pin reads otherwise";
const structure = "its structure changed";
test.each([
  ["no edit at all", before, pinReads],
  ["another tag", before.replace("old", "newer"), pinReads],
  ["another pin, too", before.replaceAll("old", "new"), "  shop/api:old changed"],
  ["another pin instead", `${before.slice(0, -4)}new\n`, "  shop/api:old changed"],
  ["another name", good.replace("shop/api", "shop/apis"), pinReads],
  ["another value", good.replace("0420", "420"), "n  0420 changed"],
  ["another key", good.replace("n:", "m:"), "  n changed"],
  ["another anchor", good.replace("&n", "&m").replace("*n", "*m"), "n  0420 changed"],
  ["an anchor that is not there", good.replace("*n", "*m"), "*n changed"],
  ["another YAML tag", good.replace("!!str", "!!int"), " !!str 1 changed"],
  ["an anchor at a mapping", good.replace("a: {", "a: &x {"), " map changed"],
  ["a YAML tag at a list", good.replace("b: [", "b: !!seq ["), " list changed"],
  ["a key more", `${good}c: 1\n`, structure],
  ["a document more", `${good}---\n`, structure],
  ["an entry less", good.replace(", !!str 1", ""), structure],
])("%s does not pass", (_title, edited, why) => {
  expect(() => prove(edited)).toThrow(
    expect.objectContaining({
      ...{ code: "internal", place: { file: "f.yaml" } },
      message: `Cannot edit "f.yaml": after the edit ${why}`,
      hint: "Nothing was written. This is a bug of landfall: please report it with the file.",
    }),
  );
});

test("what is not YAML any more does not pass", () => {
  expect(() => prove(`${good}]`)).toThrow(
    /^Cannot edit "f.yaml": after the edit it cannot be read$/,
  );
});

test("what the yaml package cannot read is proven by our own reader", () => {
  const text = `${before}c: "x"# no blank\n`;
  const manifest = { path: "f.yaml", text };
  const [pin] = pinsIn(manifest, [parseImageName("shop/api")!], []);
  const edits = [{ ...pin!.slots.tag!, text: "new" }];
  const change = { moves: [{ pin: pin!, tag: asTag("new")! }], edits };
  expect(() => proveOnlyPinsMoved(manifest, text.replace("old", "new"), change)).not.toThrow();
  const wrong = text.replace("old", "new").replace("0420", "420");
  expect(() => proveOnlyPinsMoved(manifest, wrong, change)).toThrow(/0420 changed/);
});

test("a pin that only the settings call one is moved and proven, of two the one that is asked", () => {
  const text = "kind: Runner\nspec:\n  runner: shop/api:old\n  list:\n  - runner: shop/web:old\n";
  const bytes = new Uint8Array(Buffer.from(text));
  const names = [parseImageName("shop/api")!];
  const { pins } = findPlaces([{ path: "f.yaml", bytes }], names, { fields: ["runner"] });
  const moved = splicePins(
    bytes,
    pins.map((pin) => ({ pin, tag: asTag("new")! })),
  );
  expect(Buffer.from(moved).toString()).toBe(text.replace("api:old", "api:new"));
});
