/** Holds: what is written is read back, and what cannot be understood is never taken for none. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../../src/core/failure.ts";
import { type Hold, holdsOn, readHolds, writeHolds } from "../../src/core/hold.ts";
import type { Revision } from "../../src/core/ids.ts";
import { parseImageName } from "../../src/core/image-ref.ts";

const web = parseImageName("ldamasio/web")!;
const api = parseImageName("ghcr.io/acme/api")!;
const hold: Hold = {
  images: [web, api],
  through: "1a2b3c4d".repeat(5) as Revision,
  reason: "it is slow",
  by: "ana",
  at: "2026-11-23T10:00:00Z",
};

const bytesOf = (text: string) => new TextEncoder().encode(text);

test("what is written is read back, whatever the texts in it are", () => {
  const hex = fc.constantFrom(..."0123456789abcdef", ..."00000eee");
  const through = fc.string({ unit: hex, minLength: 40, maxLength: 40 });
  const text = fc.string({ unit: "grapheme" });
  fc.assert(
    fc.property(fc.array(fc.tuple(through, text, text, fc.boolean())), (rows) => {
      const holds = rows.map(([id, reason, by, ends]) => {
        const until = ends ? { until: "2026-12-01T00:00:00Z" } : {};
        return { ...hold, through: id as Revision, reason, by, ...until };
      });
      expect(readHolds(writeHolds(holds))).toEqual(holds);
    }),
  );
});

test.each(["1".repeat(40), `1e${"3".repeat(38)}`, `0${"7".repeat(39)}`])(
  "a commit id that YAML could take for a number is read back: %s",
  (id) => {
    const holds = [{ ...hold, through: id as Revision }];
    expect(readHolds(writeHolds(holds))).toEqual(holds);
  },
);

test("no file is no hold, and so is an empty list", () => {
  expect(readHolds(undefined)).toEqual([]);
  expect(readHolds(writeHolds([]))).toEqual([]);
});

describe("a file that cannot be understood stops the promotion", () => {
  const entry = new TextDecoder().decode(writeHolds([hold]));
  const bomb = `a: &a [x, x]\nb: &b [*a, *a]\nholds: [*b, *b]\n`;

  test.each([
    ["an empty file", ""],
    ["no mapping", "- x\n"],
    ["no list", "holds:\n"],
    ["a list of words", "holds: [x]\n"],
    ["broken YAML", "holds: [\n"],
    ["duplicate keys", "holds: []\nholds: []\n"],
    ["aliases", bomb],
    ["no images", entry.replace(/images: .*/, "images: []")],
    ["an image with a tag", entry.replace("ldamasio/web", "ldamasio/web:1")],
    ["images that are no list", entry.replace(/images: .*/, 'images: "ldamasio/web"')],
    ["a short commit id", entry.replace(hold.through, "1a2b3c4")],
    ["no commit id", entry.replace(/through: .*/, "x: 1")],
    ["no reason", entry.replace(/ {4}reason: .*\n/, "")],
    ["an end that is no date", `${entry}    until: "soon"\n`],
  ])("%s", (_, text) => {
    let thrown: unknown;
    try {
      readHolds(bytesOf(text));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Failure);
    expect(thrown).toMatchObject({ code: "bad-manifest", place: { file: ".landfall/holds.yaml" } });
  });
});

describe("holdsOn", () => {
  const noon = Date.parse("2026-11-23T12:00:00Z");

  test.each([
    ["an image that it names", web, undefined, 1],
    ["the same image, spelled in full", parseImageName("docker.io/ldamasio/web")!, undefined, 1],
    ["another image", parseImageName("ldamasio/other")!, undefined, 0],
    ["an image until later", web, "2026-11-23T12:00:01Z", 1],
    ["an image until now", web, "2026-11-23T12:00:00Z", 0],
    ["an image until before", web, "2026-11-23T11:59:59Z", 0],
  ])("%s", (_, image, until, count) => {
    const holds = [until === undefined ? hold : { ...hold, until }];
    expect(holdsOn(image, holds, noon)).toHaveLength(count);
  });
});

test("no more holds are written than can be read again", () => {
  const holds = Array.from({ length: 500 }, () => hold);
  expect(() => writeHolds(holds)).toThrow(/^Cannot write 500 holds: .* more than 65536 bytes$/);
  const padded = bytesOf(`holds: []\n#${" ".repeat(65_536)}`);
  expect(() => readHolds(padded)).toThrow(/it has more than 65536 bytes/);
});
