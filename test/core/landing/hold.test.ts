/** Holds: what is written is read back, and what cannot be understood is never taken for none. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/core/failure.ts";
import type { Revision } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import {
  activeHolds,
  holdsOn,
  holdText,
  printTime,
  type RevisionHold,
} from "../../../src/core/landing/hold.ts";
import { readHolds, writeHolds } from "../../../src/core/landing/holds-file.ts";

const web = parseImageName("ldamasio/web")!;
const api = parseImageName("ghcr.io/acme/api")!;
const hold: RevisionHold = {
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
    ["an empty file", "", "it has no list `holds`"],
    ["no mapping", "- x\n", "it has no list `holds`"],
    ["a word", "x\n", "it has no list `holds`"],
    ["no list", "holds:\n", "it has no list `holds`"],
    ["a list of words", "holds: [x]\n", "an entry of `holds` is not a mapping"],
    ["a list of lists", "holds: [[x]]\n", "an entry of `holds` is not a mapping"],
    ["a list of nothing", "holds: [null]\n", "an entry of `holds` is not a mapping"],
    ["broken YAML", "holds: [\n", /^Flow sequence/],
    ["duplicate keys", "holds: []\nholds: []\n", /^Map keys must be unique/],
    ["aliases", bomb, /^Alias resolution is disabled/],
    ["no images", entry.replace(/images: .*/, "images: []"), "a hold has wrong `images`"],
    ["a tag", entry.replace("ldamasio/web", "ldamasio/web:1"), "a hold has wrong `images`"],
    ["one image", entry.replace(/images: .*/, 'images: "a/b"'), "a hold has wrong `images`"],
    [
      "a short commit id",
      entry.replace(hold.through, "1a2b3c4"),
      "`through` of a hold is not a full commit id",
    ],
    [
      "no commit id",
      entry.replace(/through: .*/, "through: 1"),
      "a hold has no text under `through`",
    ],
    ["no reason", entry.replace(/ {4}reason: .*\n/, ""), "a hold has no text under `reason`"],
    ["no date", entry.replace(/ {4}at: .*\n/, ""), "a hold has no text under `at`"],
    ["an end that is no date", `${entry}    until: "soon"\n`, "`until` of a hold is not a date"],
  ])("%s", (_, text, why) => {
    let thrown: unknown;
    try {
      readHolds(bytesOf(text));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Failure);
    expect(thrown).toMatchObject({
      ...{ code: "bad-manifest", place: { file: ".landfall/holds.yaml" } },
      hint: "Fix the file on the manifests branch, or set it to `holds: []` when nothing is held.",
    });
    const start = 'Cannot read the holds in ".landfall/holds.yaml": ';
    const { message } = thrown as Failure;
    expect(message.startsWith(start)).toBe(true);
    const said = message.slice(start.length);
    if (typeof why === "string") expect(said).toBe(why);
    else expect(said).toMatch(why);
  });
});

test("what is written says who writes it, and who lifts it", () => {
  expect(new TextDecoder().decode(writeHolds([{ ...hold, until: "2026-12-01T00:00:00Z" }]))).toBe(
    [
      "# Written by `landfall rollback` and `freeze`; `release` and `thaw` lift them.",
      "holds:",
      `  - through: "${hold.through}"`,
      '    images: ["ldamasio/web","ghcr.io/acme/api"]',
      '    reason: "it is slow"',
      '    by: "ana"',
      '    at: "2026-11-23T10:00:00Z"',
      '    until: "2026-12-01T00:00:00Z"',
      "",
    ].join("\n"),
  );
});

test("a moment is printed in whole seconds", () => {
  expect(printTime(Date.UTC(2026, 0, 2, 3, 4, 5, 999))).toBe("2026-01-02T03:04:05Z");
});

describe("the words of a hold", () => {
  test("stand on one line, without what hides", () => {
    expect(holdText("reason", " it is\n\u202eslow ")).toBe("it is slow");
    expect(holdText("by", "\u{1F600}".repeat(100))).toBe("\u{1F600}".repeat(100));
    expect(holdText("reason", "x".repeat(500))).toBe("x".repeat(500));
  });

  test.each([
    ["reason", " \n", "no words as --reason", "500"],
    ["reason", "x".repeat(501), "501 characters as --reason", "500"],
    ["by", "x".repeat(101), "101 characters as --by", "100"],
  ] as const)("as --%s are some, and few", (kind, text, said, max) => {
    const hint = `Say it in one line of 1 to ${max} characters.`;
    const message = `Cannot hold with ${said}`;
    expect(() => holdText(kind, text)).toThrow(
      expect.objectContaining({ code: "usage", message, hint }),
    );
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
    const active = activeHolds(holds, { paths: ["k8s"] }, noon);
    expect(holdsOn(image, active)).toHaveLength(count);
  });
});

test("no more holds are written than can be read again", () => {
  const holds = Array.from({ length: 500 }, () => hold);
  expect(() => writeHolds(holds)).toThrow(
    expect.objectContaining({
      code: "usage",
      message: 'Cannot write 500 holds: ".landfall/holds.yaml" would have more than 65536 bytes',
      hint: "Lift those that nobody needs any more: `landfall release --image NAME`.",
      place: { file: ".landfall/holds.yaml" },
    }),
  );
  const padded = (bytes: number) => bytesOf("holds: []\n#".padEnd(bytes, " "));
  expect(readHolds(padded(65_536))).toEqual([]);
  expect(() => readHolds(padded(65_537))).toThrow(/it has more than 65536 bytes/);
});

test("a file that is as long as can be is written", () => {
  const bare = writeHolds([{ ...hold, reason: "" }]).length;
  const full = [{ ...hold, reason: "x".repeat(65_536 - bare) }];
  expect(writeHolds(full)).toHaveLength(65_536);
  expect(() => writeHolds([{ ...hold, reason: `${full[0]!.reason}x` }])).toThrow("1 holds");
});
