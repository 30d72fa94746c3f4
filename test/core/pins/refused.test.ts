/** Every way of writing an image that is not edited: refused with its line and a remedy. */

import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/core/failure.ts";
import { asDigest, asTag } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { findPins, splicePins } from "../../../src/core/pins/index.ts";

const name = parseImageName("shop/api")!;
const digest = asDigest(`sha256:${"a".repeat(64)}`)!;

function pinsIn(content: string | Uint8Array) {
  return findPins({ path: "f.yaml", bytes: new Uint8Array(Buffer.from(content)) }, [name]);
}

function failureOf(run: () => unknown): Failure {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

// The line, counted from 1, and a word of what is said.
const refused: [title: string, text: string, line: number, says: RegExp][] = [
  ["an alias for the image", "a: &img shop/api:x\nimage: *img\n", 2, /alias "\*img"/],
  ["an anchor that is used elsewhere", "image: &img shop/api:x\nlabel: *img\n", 1, /anchor "&img"/],
  [
    "an anchored tag that is used elsewhere",
    "a: {repository: shop/api, tag: &t x}\nv: *t\n",
    1,
    /"&t"/,
  ],
  ["an alias for the tag", "v: &t x\na: {repository: shop/api, tag: *t}\n", 2, /alias "\*t"/],
  ["a literal block", "x: 1\nimage: |\n  shop/api:x\n", 2, /block of text/],
  ["a stripped block", "image: >-\n  shop/api:x\n", 1, /block of text/],
  ["a block as a tag", "repository: shop/api\ntag: |-\n  x\n", 2, /block of text/],
  ["a template for the tag", 'image: "shop/api:{{ .Values.tag }}"\n', 1, /no image reference/],
  ["a template for the registry", "image: '{{ .r }}/shop/api:x'\n", 1, /no image reference/],
  ["a template without quotes", "image: shop/api:{{ .Values.tag }}\n", 1, /no image reference/],
  ["a shell variable for the tag", `a: 1\nimage: shop/api:\${TAG}\n`, 2, /no image reference/],
  ["a shell variable for the registry", "image: $REGISTRY/shop/api:x\n", 1, /no image reference/],
  ["a make variable", "image: $(REGISTRY)/shop/api:x\n", 1, /no image reference/],
  ["angle brackets", "image: shop/api:<tag>\n", 1, /no image reference/],
  ["a digest cut short", "image: shop/api@sha256:abc\n", 1, /no image reference/],
  ["text over two lines", "image: shop/api\n  :x\n", 1, /no image reference/],
  ["a tag with escapes", 'image: "shop/api:sha\\x2d1"\n', 1, /escapes/],
  ["a tag over two lines", 'image: "shop/api:sha\\\n  -1"\n', 1, /escapes or over several/],
  ["a tag field with escapes", 'repository: shop/api\ntag: "\\x61"\n', 2, /escapes/],
  ["a template in a tag field", "repository: shop/api\ntag: '{{ x }}'\n", 2, /neither a tag/],
  [
    "a template without quotes there",
    "repository: shop/api\ntag: {{ x }}\n",
    2,
    /a mapping or a list/,
  ],
  ["a wrong digest", "repository: shop/api\ntag: a\ndigest: sha256:1\n", 3, /neither a tag/],
  ["a null for a tag", "repository: shop/api\ntag:\n", 2, /an empty tag/],
  ["a spelled null for a tag", "repository: shop/api\ntag: null\n", 2, /an empty tag/],
  ["a tag in the repository", "repository: shop/api:x\ntag: y\n", 1, /no image name/],
  [
    "a template for a registry",
    "registry: '{{ x }}'\nrepository: shop/api\ntag: y\n",
    2,
    /no image name/,
  ],
  [
    "a mapping for a registry",
    "registry: {{ x }}\nrepository: shop/api\ntag: y\n",
    2,
    /no image name/,
  ],
  [
    "two entries of one name",
    "images:\n- {name: shop/api, newTag: a}\n- {name: shop/api, newTag: b}\n",
    3,
    /two entries/,
  ],
  [
    "two entries, one renamed",
    "images:\n- {name: x, newName: shop/api, newTag: a}\n- {name: x, newTag: b}\n",
    3,
    /two entries/,
  ],
  ["a newName without newTag", "images:\n- name: x\n  newName: shop/api\n", 2, /by newName only/],
  [
    "half of an image merged in",
    "a: &a {repository: shop/api, tag: x}\nb:\n  <<: *a\n  repository: other/y\n",
    3,
    /tag from another/,
  ],
  [
    "half of an image merged in from a list",
    "a: &a {tag: x}\nb:\n  <<: [*a]\n  repository: shop/api\n",
    3,
    /tag from another/,
  ],
  [
    "a registry, a name and a tag, of which some are merged in",
    "a: &a {registry: docker.io, repository: shop/api, tag: x}\nb:\n  <<: *a\n  tag: y\n",
    3,
    /has its tag here, and registry and repository from another/,
  ],
  [
    "a name merged in from a mapping on the spot",
    "b:\n  <<: {repository: shop/api}\n  tag: y\n",
    2,
    /repository from another/,
  ],
  ["a key twice", "image: shop/api:x\nb: 1\nb: 2\n", 3, /the key "b" stands twice/],
  ["the image twice", "image: shop/api:x\nimage: shop/api:y\n", 2, /the key "image" stands twice/],
  ["no YAML", "image: shop/api:x\nb: [1\n", 3, /not YAML/],
  ["a second document that is no YAML", "image: shop/api:x\n---\nb: 'x\n", 4, /not YAML/],
  ["tabs for an indent", "a:\n\tb: 1\nimage: shop/api:x\n", 2, /not YAML.*[Tt]abs/],
  ["lines of a template", "a: 1\n{{- if .x }}\nimage: shop/api:x\n{{- end }}\n", 2, /not YAML/],
  ["several JSON values", '{"a":1}\n{"image":"shop/api:x"}\n', 2, /not YAML/],
  ["a BOM on the second line", "\n\uFEFFimage: shop/api:x\n", 2, /byte order mark/],
  ["a BOM in the middle", "a: 1\n---\n\uFEFFimage: shop/api:x\n", 3, /byte order mark/],
];

describe("what cannot be edited safely is refused with its line", () => {
  test.each(refused)("%s", (_title, text, line, says) => {
    const failure = failureOf(() => pinsIn(text));
    expect(failure.code).toBe("bad-manifest");
    expect(failure.message).toMatch(says);
    expect(failure.place).toMatchObject({ file: "f.yaml", line });
    expect(failure.hint).not.toBe("");
  });

  test("bytes that are not UTF-8, with the line of the first one", () => {
    const latin1 = Buffer.from("image: shop/api:x\nname: caf\xe9\n", "latin1");
    const failure = failureOf(() => pinsIn(latin1));
    expect(failure.message).toBe('Cannot edit "f.yaml": it is not UTF-8');
    expect(failure.hint).toBe("Save it as UTF-8.");
    expect(failure.place).toMatchObject({ line: 2, column: 10 });
  });

  test("more than 1 MiB", () => {
    const big = `image: shop/api:x\n# ${"x".repeat(1024 * 1024)}\n`;
    expect(failureOf(() => pinsIn(big))).toMatchObject({
      message: `Cannot edit "f.yaml": it has ${big.length} bytes, and more than 1048576 are not read`,
      hint: "Split it, so that the image stands in a smaller file.",
      place: { file: "f.yaml", line: 1, column: 1 },
    });
    const full = "image: shop/api:x\n#".padEnd(1024 * 1024, "x");
    expect(pinsIn(full)).toHaveLength(1);
    expect(pinsIn(big.replace("shop/api", "shop/web"))).toEqual([]);
  });

  test("nesting deeper than the parser goes", () => {
    const deep = `image: shop/api:x\na: ${"[".repeat(50_000)}\n`;
    expect(failureOf(() => pinsIn(deep)).code).toBe("bad-manifest");
  });

  test.each([
    ["x".repeat(120), "x".repeat(120)],
    ["x".repeat(121), `${"x".repeat(119)}…`],
  ])("in a text that is cut where it is long", (key, said) => {
    const twice = failureOf(() => pinsIn(`image: shop/api:x\n${key}: 1\n${key}: 2\n`));
    expect(twice.message).toContain(`the key "${said}" stands twice`);
  });

  test("in the parser's own words, on one line", () => {
    const failure = failureOf(() => pinsIn("image: shop/api:x\nb: 'x\n"));
    expect(failure.message).toBe('Cannot edit "f.yaml": it is not YAML: Missing closing \'quote');
    expect(failure.hint).toBe("Correct it there.");
  });

  test("of an image in parts, all that is here and all that is not", () => {
    const text = "a: &a {repository: shop/api, tag: x}\nb: {<<: *a, registry: r.io, digest: ''}\n";
    expect(failureOf(() => pinsIn(text))).toMatchObject({
      message: expect.stringMatching(
        /has its registry and digest here, and repository and tag from another mapping$/,
      ),
      hint: "Write the whole image out here.",
    });
  });

  test("of a registry that is merged in, the image of that registry", () => {
    const text = "a: &a {registry: ghcr.io, repository: shop/api}\nb: {<<: *a, tag: x}\n";
    const bytes = new Uint8Array(Buffer.from(text));
    const wanted = (image: string) => [parseImageName(image)!];
    const find = (image: string) => findPins({ path: "f.yaml", bytes }, wanted(image));
    expect(failureOf(() => find("ghcr.io/shop/api")).message).toContain('"ghcr.io/shop/api"');
    expect(find("shop/api")).toEqual([]);
  });

  test("templates are named as the reason where there are some", () => {
    expect(failureOf(() => pinsIn("{{ x\nimage: shop/api:x\n")).hint).toMatch(/^Templates/);
  });
});

describe("a move that cannot be written is refused with its line", () => {
  const move = (text: string, tag: string, more = {}) => {
    const bytes = new Uint8Array(Buffer.from(text));
    const moves = pinsIn(text).map((pin) => ({ pin, tag: asTag(tag)!, ...more }));
    return failureOf(() => splicePins(bytes, moves));
  };

  test.each([
    "1234567",
    "1e23456",
    "0o1234",
    "0x1F",
    "1_000",
    "1.20",
    "2024-01-15",
    "true",
    "no",
    "null",
  ])("the tag %s without quotes in a field of its own, which is no text to YAML", (tag) => {
    const failure = move("repository: shop/api\ntag: sha-1\n", tag);
    expect(failure).toMatchObject({
      code: "bad-manifest",
      message: `Cannot write the tag "${tag}" at tag: without quotes, YAML does not read it as text`,
      hint: "Put the old tag in quotes, or give tags a prefix such as sha-.",
      place: { file: "f.yaml", line: 2, column: 6 },
    });
  });

  test("a tag for what is pinned by digest", () => {
    const failure = move(`a: 1\nimage: shop/api:x@${digest}\n`, "y");
    expect(failure).toMatchObject({
      code: "bad-manifest",
      message: 'Cannot move "shop/api" by its tag alone: it is pinned by digest',
      hint: "Give the digest as well, as NAME=TAG@sha256:…, or have it read from the registry.",
      place: { file: "f.yaml", line: 2 },
    });
  });

  test("pins of other bytes, which is a bug", () => {
    const [pin] = pinsIn("image: shop/api:x");
    const moves = [{ pin: pin!, tag: asTag("y")! }];
    const other = new Uint8Array(Buffer.from("# image: shop/api:x"));
    expect(failureOf(() => splicePins(other, moves))).toMatchObject({
      code: "internal",
      message: 'Cannot edit "f.yaml": the pins are not where they were found',
      hint: "Nothing was written. This is a bug of landfall: please report it with the file.",
      place: { file: "f.yaml" },
    });
  });

  test("one pin twice, which is a bug", () => {
    const bytes = new Uint8Array(Buffer.from("image: shop/api:x"));
    const moves = pinsIn("image: shop/api:x").map((pin) => ({ pin, tag: asTag("y")! }));
    expect(failureOf(() => splicePins(bytes, [...moves, ...moves])).code).toBe("internal");
  });
});
