/** Every way of writing an image that is not edited: told or refused, with its line and why. */

import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/core/failure.ts";
import { asDigest, asTag } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { findPins, findPlaces, splicePins } from "../../../src/core/pins/index.ts";

const name = parseImageName("shop/api")!;
const digest = asDigest(`sha256:${"a".repeat(64)}`)!;
const target = { tag: asTag("y")!, digest };

function pinsIn(content: string | Uint8Array) {
  return findPins({ path: "f.yaml", bytes: new Uint8Array(Buffer.from(content)) }, [name]);
}

function move(text: string, to: object = target): string {
  const bytes = new Uint8Array(Buffer.from(text));
  const moves = pinsIn(text).map((pin) => ({ pin, ...target, ...to }));
  return Buffer.from(splicePins(bytes, moves)).toString();
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

/** The line, counted from 1, and a word of why it is no pin. */
const told: [title: string, text: string, line: number, why: RegExp][] = [
  ["a literal block", "x: 1\nimage: |\n  shop/api:x\n", 3, /block of text/],
  ["a template for the tag", 'image: "shop/api:{{ .Values.tag }}"\n', 1, /template/],
  ["a template for the registry", "image: '{{ .r }}/shop/api:x'\n", 1, /template/],
  ["a template without quotes", "image: shop/api:{{ .Values.tag }}\n", 1, /template/],
  ["a shell variable for the tag", `a: 1\nimage: shop/api:\${TAG}\n`, 2, /template/],
  ["a shell variable for the registry", "image: $REGISTRY/shop/api:x\n", 1, /template/],
  ["a make variable", "image: $(REGISTRY)/shop/api:x\n", 1, /template/],
  ["a tag of parts", `image: shop/api:sha-\${X:-1}\n`, 1, /template/],
  ["angle brackets", "image: shop/api:<tag>\n", 1, /template/],
  ["a pattern", "image: shop/api:*\n", 1, /no image reference/],
  ["a digest cut short", "image: shop/api@sha256:abc\n", 1, /no image reference/],
  ["text over two lines", "image: shop/api\n  :x\n", 1, /no image reference/],
  [
    "a template in a tag field",
    "repository: shop/api\ntag: '{{ x }}'\n",
    1,
    /"\{\{ x \}\}" for a tag/,
  ],
  [
    "a template without quotes there",
    "repository: shop/api\ntag: {{ x }}\n",
    1,
    /collection for a tag/,
  ],
  [
    "a wrong digest",
    "repository: shop/api\ntag: a\ndigest: sha256:1\n",
    1,
    /"sha256:1" for a digest/,
  ],
  ["no tag beside it", "image:\n  repository: shop/api\n  pullPolicy: Always\n", 2, /has no tag/],
  ["a tag in the repository", "repository: shop/api:x\ntag: y\n", 1, /holds no image/],
  ["a template for a registry", "registry: '{{ x }}'\nrepository: shop/api\ntag: y\n", 2, /no tag/],
  ["a mapping for a registry", "registry: {{ x }}\nrepository: shop/api\ntag: y\n", 2, /no tag/],
  ["a name in no container", "kind: ImageRepository\nspec:\n  image: shop/api\n", 3, /has no tag/],
  ["a service that is built", "services:\n  a:\n    build: .\n    image: shop/api\n", 4, /no tag/],
  ["an artifact", "build:\n  artifacts:\n  - image: shop/api\n", 3, /has no tag/],
  ["a field of another name", "name: shop/api:x\n", 1, /in the field "name"/],
  ["a key", "versions: {shop/api:x : y}\n", 1, /is a key/],
  ["a comment", "a: 1 # shop/api:x\n", 1, /comment/],
  ["a script", "run: |\n  docker pull shop/api:x\n", 2, /block of text/],
  ["prose", "description: |\n  For example:\n  image: shop/api:x\n", 3, /block of text/],
  ["a build matrix", "images: [{name: shop/api, arch: a}, {name: shop/api, arch: b}]\n", 1, /tag/],
  [
    "a new name and a wrong digest",
    "images: [{name: a, newName: shop/api, digest: x}]\n",
    1,
    /digest/,
  ],
  ["a default inside of a default", `image: \${A:-\${B:-shop/api:x}}\n`, 1, /template/],
  ["one of a template's branches", "image: shop/api:x # {{ if }}\nimage: shop/api:y\n", 1, /twice/],
  ["a template's lines", "a: 1\n{{- if .x }}\nimage: shop/api:x\n{{- end }}\n", 3, /not YAML/],
];

describe("what is no pin is told with its line, and stops nothing", () => {
  test.each(told)("%s", (_title, text, line, why) => {
    const bytes = new Uint8Array(Buffer.from(text));
    const pin = { path: "g.yaml", bytes: new Uint8Array(Buffer.from("image: shop/api:z\n")) };
    const { pins, mentions } = findPlaces([{ path: "f.yaml", bytes }, pin], [name]);
    expect(pins.map(({ file }) => file)).toEqual(["g.yaml"]);
    expect(mentions[0]).toMatchObject({ file: "f.yaml", line, image: name });
    expect(mentions[0]!.why).toMatch(why);
  });

  test("JSON with comments, as editors have it", () => {
    const bytes = new Uint8Array(Buffer.from('// dev\n{ "image": "shop/api:x", }\n'));
    const { pins, mentions } = findPlaces([{ path: "devcontainer.json", bytes }], [name]);
    expect(pins).toEqual([]);
    expect(mentions).toMatchObject([{ line: 2, kind: "unread" }]);
  });

  test("the tag of a pin where it stands alone, but not the tags of other images", () => {
    const text = [
      "kind: Deployment",
      "metadata: {labels: {version: sha-1234}}",
      "image: shop/api:sha-1234 # sha-1234",
      "web: {repository: shop/web, tag: sha-1234}",
      "other: shop/job:sha-1234",
      "args: [--version=sha-1234, sha-1234-debug]",
    ].join("\n");
    const bytes = new Uint8Array(Buffer.from(text));
    const { mentions } = findPlaces([{ path: "f.yaml", bytes }], [name]);
    expect(mentions.map(({ kind, line }) => [kind, line])).toEqual([
      ["tag", 2],
      ["tag", 6],
    ]);
  });
});

// The line, counted from 1, and a word of what is said.
const locked: [title: string, text: string, line: number, says: RegExp][] = [
  ["an anchor that is used elsewhere", "image: &img shop/api:x\nlabel: *img\n", 1, /anchor "&img"/],
  [
    "an anchored tag that is used elsewhere",
    "a: {repository: shop/api, tag: &t x}\nv: *t\n",
    1,
    /"&t"/,
  ],
  [
    "a tag that two images share",
    "t: &t x\na: {repository: shop/api, tag: *t}\nb: {repository: shop/web, tag: *t}\n",
    1,
    /shares its tag with "shop\/web"/,
  ],
  [
    "a tag that comes from a field with a meaning of its own",
    "kind: HelmRelease\nchart: {version: &v x}\nvalues: {repository: shop/api, tag: *v}\n",
    2,
    /from "version: &v"/,
  ],
  [
    "half of an image merged in",
    "a: &a {repository: shop/api, tag: x}\nb:\n  <<: *a\n  repository: other/y\n",
    1,
    /shares its tag with "other\/y"/,
  ],
  [
    "two entries of one name",
    "images:\n- {name: shop/api, newTag: a}\n- {name: shop/api, newTag: b}\n",
    3,
    /two entries/,
  ],
  [
    "two entries, one renamed",
    "images:\n- {name: x, newName: shop/api, newTag: a}\n- {name: x, newName: shop/api, newTag: b}\n",
    3,
    /two entries/,
  ],
  ["the image twice", "image: shop/api:x\nimage: shop/api:z\n", 2, /the key "image" twice/],
  ["the tag twice", "repository: shop/api\ntag: a\ntag: b\n", 3, /the key "tag" twice/],
  ["a document with a MAC", "image: shop/api:x\nsops: {mac: 'ENC[]'}\n", 1, /SOPS/],
];

describe("what would change more than the image is refused with its line", () => {
  test.each(locked)("%s", (_title, text, line, says) => {
    const failure = failureOf(() => move(text));
    expect(failure.code).toBe("bad-manifest");
    expect(failure.message).toMatch(says);
    expect(failure.place).toMatchObject({ file: "f.yaml", line });
    expect(failure.hint).not.toBe("");
  });

  test("a MAC over the encrypted values only lets the others go", () => {
    const text = "image: shop/api:x\nsops: {mac: 'ENC[]', mac_only_encrypted: true}\n";
    expect(move(text)).toBe(text.replace(":x", ":y"));
  });
});

const unread: [title: string, text: string, line: number, says: RegExp][] = [
  ["a newName without newTag", "images:\n- name: x\n  newName: shop/api\n", 3, /by newName only/],
  ["brackets left open", "image: shop/api:x\nb: [1\n", 2, /not YAML: the bracket/],
  ["quotes left open", "image: shop/api:x\nb: 'x\n", 2, /not YAML: the quote that opens here/],
  ["a tab for an indent", "a:\n\tb: 1\nimage: shop/api:x\n", 2, /not YAML.*a tab/],
  ["several JSON values", '{"a":1}\n{"image":"shop/api:x"}\n', 2, /not YAML: text that/],
];

describe("what pins an image and cannot be read is refused with its line", () => {
  test.each(unread)("%s", (_title, text, line, says) => {
    const failure = failureOf(() => pinsIn(text));
    expect(failure.code).toBe("bad-manifest");
    expect(failure.message).toMatch(says);
    expect(failure.place).toMatchObject({ file: "f.yaml", line });
    expect(failure.hint).not.toBe("");
  });

  test("a document without the image is nobody's business", () => {
    expect(move("image: shop/api:x\n---\nb: 'x\n")).toBe("image: shop/api:y\n---\nb: 'x\n");
  });

  test("bytes that are not UTF-8, with the line of the first one", () => {
    const latin1 = Buffer.from("image: shop/api:x\nname: caf\xe9\n", "latin1");
    const failure = failureOf(() => pinsIn(latin1));
    expect(failure.message).toBe('Cannot edit "f.yaml": it is not UTF-8');
    expect(failure.hint).toBe("Save it as UTF-8.");
    expect(failure.place).toMatchObject({ line: 2, column: 10 });
  });

  test("UTF-16, as Windows writes it", () => {
    const wide = Buffer.from("\uFEFFimage: shop/api:x\n", "utf16le");
    expect(failureOf(() => pinsIn(wide)).message).toBe('Cannot edit "f.yaml": it is UTF-16');
  });

  test("more than 32 MiB", () => {
    const big = Buffer.alloc(32 * 1024 * 1024 + 1, "#");
    big.write("image: shop/api:x\n");
    expect(failureOf(() => pinsIn(big))).toMatchObject({
      message: `Cannot edit "f.yaml": it has ${big.length} bytes, and more than 33554432 are not read`,
      hint: "Split it, so that the image is in a smaller file.",
      place: { file: "f.yaml", line: 1, column: 1 },
    });
    expect(pinsIn(big.subarray(1))).toEqual([]);
    expect(pinsIn(big.subarray(0, 1024 * 1024))).toHaveLength(1);
  });

  test("nesting deeper than anybody writes", () => {
    const deep = `image: shop/api:x\na: ${"[".repeat(50_000)}\n`;
    expect(failureOf(() => pinsIn(deep)).message).toMatch(/nests too deep/);
  });
});

describe("a move that cannot be written is refused with its line", () => {
  test("a tag for what is pinned by digest", () => {
    const failure = failureOf(() =>
      move(`a: 1\nimage: shop/api:x@${digest}\n`, { digest: undefined }),
    );
    expect(failure).toMatchObject({
      code: "bad-manifest",
      message: 'Cannot move "shop/api" by its tag alone: it is pinned by digest',
      hint: "Give the digest as well, as NAME=TAG@sha256:….",
      place: { file: "f.yaml", line: 2 },
    });
  });

  test("pins of other bytes, which is a bug", () => {
    const [pin] = pinsIn("image: shop/api:x");
    const moves = [{ pin: pin!, tag: asTag("y")! }];
    const other = new Uint8Array(Buffer.from("# image: shop/api:x"));
    expect(failureOf(() => splicePins(other, moves))).toMatchObject({
      code: "internal",
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
