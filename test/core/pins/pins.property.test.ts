/** Laws of finding and splicing, over manifests that nobody would write. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { asTag } from "../../../src/core/ids.ts";
import { parseImageName, sameImage } from "../../../src/core/image-ref.ts";
import { findPins, splicePins } from "../../../src/core/pins/index.ts";
import { type AnyManifest, anyManifest, wantedImages } from "../../support/any-manifest.ts";

const names = wantedImages.map((text) => parseImageName(text)!);
const before = ["sha-0a1b2c3", "latest", "sha-REPLACE_ME"];
/** Shorter, longer and of equal length; with the text of other tags inside. */
const after = ["v1", "sha-0000000-sha-0a1b2c3-and-more", "sha-replace_me"];
const path = "f.yaml";

function setAll(text: string, tags: readonly string[], chosen: readonly number[]): string {
  const bytes = new Uint8Array(Buffer.from(text));
  const wanted = chosen.map((at) => names[at]!);
  const pins = findPins({ path, bytes }, wanted);
  const moves = pins.map((pin) => {
    const at = names.findIndex((name) => sameImage(name, pin.image));
    return { pin, tag: asTag(tags[at]!)! };
  });
  return Buffer.from(splicePins(bytes, moves)).toString();
}

const everyImage = [0, 1, 2];
const someImages = fc.subarray(everyImage, { minLength: 1 });
const check = (law: (manifest: AnyManifest, chosen: number[]) => void) =>
  fc.assert(fc.property(anyManifest, someImages, law), { numRuns: 200 });

test("only the bytes of the named images' tags change", () => {
  check((manifest, chosen) => {
    const expected = before.map((tag, at) => (chosen.includes(at) ? after[at]! : tag));
    expect(setAll(manifest.text(before), after, chosen)).toBe(manifest.text(expected));
  });
});

test("setting twice is setting once, and setting back gives the bytes back", () => {
  check((manifest, chosen) => {
    const once = setAll(manifest.text(before), after, chosen);
    expect(setAll(once, after, chosen)).toBe(once);
    expect(setAll(once, before, chosen)).toBe(manifest.text(before));
  });
});

test("every pin is found, at the line and column where its tag is", () => {
  check((manifest) => {
    const text = manifest.text(before);
    const pins = findPins({ path, bytes: new Uint8Array(Buffer.from(text)) }, names);
    expect(pins).toHaveLength(manifest.holes);
    const lines = text.replace(/^\uFEFF/, "").split("\n");
    for (const { line, column, tag } of pins) {
      expect(lines[line - 1]!.slice(column - 1, column - 1 + tag!.length)).toBe(tag);
    }
  });
});
