/** Versions of a file, read by comparing them: the same as parsing each. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pinChanges } from "../../../src/core/history/pin-changes.ts";
import { PinVersions } from "../../../src/core/history/pin-versions.ts";
import { parseImageName, printImageName } from "../../../src/core/image-ref.ts";
import { findPins, printPinned } from "../../../src/core/pins/index.ts";

const images = ["acme/web", "acme/api"].map((name) => parseImageName(name)!);
const path = "k8s/app.yaml";
const encode = (text: string) => new TextEncoder().encode(text);
const digest = `sha256:${"ab".repeat(32)}`;

function parsed(text: string) {
  const pins = findPins({ path, bytes: encode(text) }, images);
  return pins.map((pin) => [printImageName(pin.image), pin.line, printPinned(pin)]);
}

function asRows(read: ReturnType<PinVersions["read"]>) {
  return read?.sites.map(({ image, line }, at) => [image, line, read.held[at]]);
}

const held = fc.oneof(
  fc.constantFrom("latest", "null", "~", "1.10", "0", "true", "sha-1234567", "", "a b", '"x"'),
  fc.stringMatching(/^[\w.-]{1,12}$/),
);
const page = fc
  .tuple(held, held, fc.constantFrom("", `@${digest}`), fc.constantFrom("", "# note\n", "x: y\n"))
  .map(
    ([web, api, at, tail]) =>
      `kind: Kustomization\nimages:\n  - name: acme/web\n    newTag: ${web}\n---\n` +
      `spec:\n  image: acme/api:${api}${at}\n  other: {image: "acme/web:1"}\n${tail}`,
  );

test("any versions of a file, one after the other, are read as if each were parsed", () => {
  fc.assert(
    fc.property(fc.array(page, { maxLength: 6 }), (texts) => {
      const versions = new PinVersions(images);
      for (const text of texts) {
        let expected: ReturnType<typeof parsed> | undefined;
        try {
          expected = parsed(text);
        } catch {
          expected = undefined;
        }
        expect(asRows(versions.read(path, encode(text))), text).toEqual(expected);
      }
    }),
    { numRuns: 300 },
  );
});

test("versions that differ in nothing but tags share what they have in common", () => {
  const versions = new PinVersions(images);
  const at = (tag: string) => versions.read(path, encode(`image: acme/web:${tag}\n`))!;
  expect(at("sha-1234567").sites).toBe(at("sha-89abcde").sites);
  expect(at("a").sites).not.toBe(versions.read(path, encode("x: 1\nimage: acme/web:a\n"))!.sites);
});

describe("a version that looks like an earlier one is told from it by every byte", () => {
  const rows = (...texts: string[]) => {
    const versions = new PinVersions(images);
    return texts.map((text) => versions.read(path, encode(text))!);
  };

  test.each([
    ["in front", "image: acme/web:a\n", "imagf: acme/web:a\n"],
    [
      "between pins",
      "image: acme/web:a\nb: {image: acme/api:x}\n",
      "image: acme/web:a\nb: {imagf: acme/api:x}\n",
    ],
    ["behind", "image: acme/web:a\n", "image: acme/web:a\nb: {image: acme/api:x}\n"],
    ["at the end", "image: acme/web:a\n#x", "image: acme/web:a\n#y"],
    ["that is cut", "image: acme/web:a\nx: 1\n", "image: acme/web:a\n"],
    ["of another object", "kind: Job\nimage: acme/web:a\n", "kind: Pod\nimage: acme/web:a\n"],
  ])("%s", (_, first, second) => {
    const [before, after] = rows(first, second);
    expect(after!.sites).not.toBe(before!.sites);
    expect(asRows(after)).toEqual(parsed(second));
    expect(after).toEqual(rows(second)[0]);
  });

  test.each([
    ["with a BOM", (tag: string) => `\uFEFFimage: acme/web:${tag}\n# é\n`],
    ["with text that is not ASCII", (tag: string) => `# é 漢 😀\nimage: acme/web:${tag}\n`],
  ])("%s", (_, textOf) => {
    const [before, after] = rows(textOf("a"), textOf("sha-1234567"));
    expect(after!.sites).toBe(before!.sites);
    expect(after!.held).toEqual(["sha-1234567"]);
  });

  test("where the digest stands before the tag", () => {
    const textOf = (tag: string, digit: string) =>
      `images:\n- digest: sha256:${digit.repeat(64)}\n  newTag: ${tag}\n  name: acme/web\n`;
    const [before, after] = rows(textOf("a", "1"), textOf("sha-b", "2"));
    expect(before!.held).toEqual([`a@sha256:${"1".repeat(64)}`]);
    expect(after!.sites).toBe(before!.sites);
    expect(after!.held[0]).toContain("sha-b");
    expect(after!.held[0]).toContain(`sha256:${"2".repeat(64)}`);
  });
});

test("a pin by digest alone is read in every version", () => {
  const versions = new PinVersions(images);
  const at = (digit: string) =>
    versions.read(path, encode(`image: acme/web@sha256:${digit.repeat(64)}\n`))!;
  const [first, second] = [at("a"), at("b")];
  expect(first.held).toEqual([`@sha256:${"a".repeat(64)}`]);
  expect(second.held).toEqual([`@sha256:${"b".repeat(64)}`]);
  expect(second.sites).toBe(first.sites);
});

test("a bug is no version that cannot be told: it passes through", () => {
  const image = {
    registry: "docker.io",
    get repository(): string {
      throw new TypeError("ours");
    },
  };
  expect(() => new PinVersions([image]).read(path, encode("image: x\n"))).toThrow(TypeError);
});

describe("changes between two versions", () => {
  const read = (text: string) => new PinVersions(images).read(path, encode(text));
  const told = (before: string | undefined, after: string | undefined) =>
    pinChanges(
      path,
      before === undefined ? undefined : read(before),
      after === undefined ? undefined : read(after),
    ).map(({ site, from, to }) => [site.image, site.line, from, to]);
  const list = (...refs: string[]) =>
    `spec:\n  containers:\n${refs.map((ref) => `    - image: ${ref}\n`).join("")}`;

  test.each([
    ["nothing", list("acme/web:a"), list("acme/web:a"), []],
    ["a tag", list("acme/web:a"), list("acme/web:b"), [["acme/web", 3, "a", "b"]]],
    ["a new file", undefined, list("acme/web:a"), [["acme/web", 3, undefined, "a"]]],
    ["a file that went away", list("acme/web:a"), undefined, [["acme/web", 3, "a", undefined]]],
    [
      "a neighbour that came before it: the same pin, further down",
      list("acme/web:a"),
      list("acme/api:x", "acme/web:b"),
      [
        ["acme/api", 3, undefined, "x"],
        ["acme/web", 4, "a", "b"],
      ],
    ],
    [
      "a line above it: the same pin, further down",
      list("acme/web:a"),
      `# note\n${list("acme/web:a")}`,
      [["acme/web", 4, "a", "a"]],
    ],
    [
      "one of two that went away",
      list("acme/web:a", "acme/api:x"),
      list("acme/api:x"),
      [
        ["acme/api", 3, "x", "x"],
        ["acme/web", 3, "a", undefined],
      ],
    ],
    [
      "the second of two at one place of two documents",
      "image: acme/web:a\n---\nimage: acme/web:b\n",
      "# note\nimage: acme/web:a\n---\nimage: acme/web:c\n",
      [
        ["acme/web", 2, "a", "a"],
        ["acme/web", 4, "b", "c"],
      ],
    ],
    [
      "a neighbour of its image that came before it",
      list("acme/web:a"),
      list("acme/web:a", "acme/web:b"),
      [["acme/web", 4, undefined, "b"]],
    ],
  ] as const)("%s", (_, before, after, changes) => {
    expect(told(before, after)).toEqual(changes);
  });
});
