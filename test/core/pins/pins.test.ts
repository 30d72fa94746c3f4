/** Every way of writing an image that is edited: the tag's bytes change, and no other byte does. */

import { describe, expect, test } from "vitest";
import { asDigest, asTag } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import {
  findPins,
  isManifestPath,
  needlesOf,
  type Pin,
  pinHolds,
  splicePins,
} from "../../../src/core/pins/index.ts";

const name = parseImageName("shop/api")!;
const old = `sha256:${"a".repeat(64)}`;
const now = `sha256:${"b".repeat(64)}`;
const target = { tag: asTag("sha-new")!, digest: asDigest(now)! };

function edit(
  before: string,
  path = "f.yaml",
  wanted = [name],
): { after: string; pins: readonly Pin[] } {
  const bytes = new Uint8Array(Buffer.from(before));
  const pins = findPins({ path, bytes }, wanted);
  const moves = pins.map((pin) => ({ pin, ...target }));
  return { pins, after: Buffer.from(splicePins(bytes, moves)).toString() };
}

// In each text, `OLD` is the tag that changes, and `DIGEST` the digest that does.
const exact: [title: string, text: string][] = [
  ["plain", "image: shop/api:OLD\n"],
  ["single quotes", "image: 'shop/api:OLD'\n"],
  ["double quotes", 'image: "shop/api:OLD"\n'],
  ["a comment behind it that repeats the tag", "image: shop/api:OLD  # was shop/api:sha-old\n"],
  ["a comment line in front that repeats it", "# image: shop/api:sha-old\nimage: shop/api:OLD\n"],
  ["a tag that stands in the name, too", "image: shop/api:OLD\nlabel: api\n"],
  ["Docker Hub's host", "image: docker.io/shop/api:OLD\n"],
  ["Docker Hub's old host", "image: index.docker.io/shop/api:OLD\n"],
  ["tag and digest", "image: shop/api:OLD@DIGEST\n"],
  ["a digest alone", 'image: "shop/api@DIGEST"\n'],
  ["no newline at the end", "image: shop/api:OLD"],
  ["CRLF", "kind: Pod\r\nspec:\r\n  image: shop/api:OLD\r\n  x: 1\r\n"],
  ["a BOM", "\uFEFFimage: shop/api:OLD\n"],
  ["a BOM before a document marker", "\uFEFF---\nimage: shop/api:OLD\n"],
  ["non-ASCII in front, of 2 to 4 bytes", "name: é 漢 😀\nimage: shop/api:OLD # ü\n"],
  [
    "a sequence at its parent's indent",
    "containers:\n- name: a\n  image: shop/api:OLD\n- name: b\n",
  ],
  ["a sequence indented by two", "containers:\n  - name: a\n    image: shop/api:OLD\n"],
  ["aligned values and blanks at the end", "image:      shop/api:OLD   \nname:       x\t\n"],
  [
    "octal modes and long numbers",
    "defaultMode: 0420\nn: 12345678901234567890\nimage: shop/api:OLD\ne: 1e5\nh: 0x1F\n",
  ],
  ["blank lines and odd comments", "\n\n   # odd\nimage: shop/api:OLD\n\n\n\n# end\n"],
  ["flow style", "containers: [{name: a, image: shop/api:OLD}, {image: other:1,}]\n"],
  ["flow style over lines", "c: {\n  image: shop/api:OLD,\n  x: [ 1,\n 2 ] }\n"],
  ["the value on the next line", "image:\n  shop/api:OLD\nx: 1\n"],
  ["an explicit key", "? image\n: shop/api:OLD\n"],
  ["quoted keys", "'image': shop/api:OLD\n"],
  ["an anchor that nothing uses", "image: &img shop/api:OLD\n"],
  ["a YAML tag", "image: !!str shop/api:OLD\n"],
  ["a tag of someone's own elsewhere", "x: !Ref y\nimage: shop/api:OLD\n"],
  ["escapes elsewhere", 'x: "caf\\u00e9 \\x41"\nimage: "shop/api:OLD"\n'],
  ["slashes spelled in other ways", 'image: "docker.io\\x2fshop\\u002Fapi:OLD"\n'],
  ["an escaped slash in the name", '{"image": "shop\\/api:OLD"}\n'],
  [
    "folded and literal text elsewhere",
    "x: >-\n  a\n  b\ny: |+\n  echo shop/api:keep\n\nimage: shop/api:OLD\n",
  ],
  ["a template elsewhere", "args: ['{{ .Values.x }}']\nx: {{ .Values.y }}\nimage: shop/api:OLD\n"],
  [
    "several documents",
    "image: a:1\n---\n# two\nimage: shop/api:OLD\n...\n---\nimage: shop/api:OLD\n",
  ],
  ["comments alone in a document", "# nothing\n---\nimage: shop/api:OLD\n---\n# nothing\n"],
  ["directives", "%YAML 1.1\n---\nimage: shop/api:OLD\n"],
  ["an alias of a mapping", "a: &a\n  image: shop/api:OLD\nb: *a\nc:\n  <<: *a\n  x: 1\n"],
  ["an alias for a name", "n: &n shop/api\nimage: {repository: *n, tag: OLD}\n"],
  ["JSON", '{"spec":{"containers":[{"image":"shop/api:OLD"}]}}'],
  ["JSON indented by tabs", '{\n\t"image":\t"shop/api:OLD",\n\t"n": 0.10\n}\n'],
  ["a template that could be any image", "a: {image: '{{ .a }}:{{ .b }}'}\nimage: shop/api:OLD\n"],
  ["a placeholder", "image: shop/api:latest\n---\nimage: shop/api:sha-REPLACE_ME\n"],
  [
    "look-alikes",
    "a: {image: shop/api-v2:k}\nb: {image: ghcr.io/shop/api:k}\nimage: shop/api:OLD\nc: {image: my/shop/api:k}",
  ],
  [
    "names outside of image fields",
    "name: shop/api:keep\nenv: [{value: shop/api:keep}]\nimage: shop/api:OLD\n",
  ],
  [
    "kustomize",
    "kind: Kustomization\nimages:\n- name: shop/api\n  newTag: OLD\n- name: x\n  newTag: keep\n",
  ],
  ["kustomize, quoted", 'images:\n  - newTag: "OLD"\n    name: shop/api # c\n'],
  [
    "kustomize with newName",
    "images:\n- name: api\n  newName: docker.io/shop/api\n  newTag: OLD\n",
  ],
  [
    "kustomize whose newName is another image",
    "images:\n- name: shop/api\n  newName: other/api\n  newTag: keep\n---\nimage: shop/api:OLD\n",
  ],
  ["kustomize with a digest", "images:\n- name: shop/api\n  digest: DIGEST\n"],
  ["kustomize with both", "images:\n- {name: shop/api, newTag: OLD, digest: DIGEST}\n"],
  [
    "kustomize, two names of one image",
    "images:\n- {name: a, newName: shop/api, newTag: OLD}\n- {newName: shop/api, name: b, newTag: OLD}",
  ],
  ["kustomize inside of Flux's objects", "spec:\n  images:\n  - name: shop/api\n    newTag: OLD\n"],
  ["kustomize without a tag", "images:\n- name: shop/api\nimage: shop/api:OLD\n"],
  ["values", "image:\n  repository: shop/api\n  tag: OLD\n"],
  [
    "values with a registry",
    "image:\n  registry: docker.io\n  repository: shop/api\n  tag: 'OLD'\n",
  ],
  [
    "values with another registry",
    "image: {registry: ghcr.io, repository: shop/api, tag: keep}\nb: {image: shop/api:OLD}\n",
  ],
  ["values with an empty registry", 'image: {registry: "", repository: shop/api, tag: OLD}\n'],
  [
    "values with the tag in front",
    "image:\n  tag: OLD\n  pullPolicy: Always\n  repository: shop/api\n",
  ],
  ["values with a digest", 'image:\n  repository: shop/api\n  tag: ""\n  digest: DIGEST\n'],
  ["values with an empty digest", 'image:\n  repository: shop/api\n  tag: OLD\n  digest: ""\n'],
  ["values with a null for a digest", "image:\n  repository: shop/api\n  tag: OLD\n  digest:\n"],
  ["values with both", "image:\n  repository: shop/api\n  tag: OLD\n  digest: DIGEST\n"],
  [
    "values with several tags beside the name",
    "version: 15\nimageName: shop/api\ntag: keep\nimageTag: OLD\n",
  ],
  ["a tag before a version", "version: '15'\nimage: shop/api\ntag: OLD\n"],
  ["values with image and tag side by side", "image: shop/api\ntag: OLD\n"],
  ["values with image and digest side by side", "image: shop/api\ndigest: DIGEST\n"],
  ["a tag of something else beside a reference", "image: shop/api:OLD\ntag: keep\n"],
  ["one beside a reference by digest", "image: shop/api@DIGEST\ntag: keep\n"],
  ["a digest of something else beside it", "image: shop/api:OLD\ndigest: keep\n"],
  ["values with the digest in front", "repository: shop/api\ndigest: DIGEST\ntag: OLD\n"],
  ["kustomize with the digest in front", "images: [{digest: DIGEST, newTag: OLD, name: shop/api}]"],
  [
    "an image that is merged in whole",
    "a: &a {repository: shop/api, tag: OLD}\nb: {<<: *a, pullPolicy: Always}\n",
  ],
  [
    "an image that replaces the whole of another",
    "a: &a {repository: shop/api, tag: OLD}\nb: {<<: *a, repository: shop/api, tag: OLD}\n",
  ],
  [
    "a name from the first of several mappings",
    "a: &a {repository: other/x}\nb: &b {repository: shop/api}\nc: {<<: [*a, *b], tag: x}\nd: {image: shop/api:OLD}\n",
  ],
  [
    "values in a HelmRelease",
    "kind: HelmRelease\nspec:\n  values:\n    image: {repository: shop/api, tag: OLD}\n",
  ],
];

describe("only the bytes of tag and digest change", () => {
  test.each(exact)("%s", (_title, text) => {
    const before = text.replaceAll("OLD", "sha-old").replaceAll("DIGEST", old);
    const after = text
      .replaceAll("OLD", "sha-new")
      .replaceAll("DIGEST", now)
      .replaceAll(/latest|sha-REPLACE_ME/g, "sha-new");
    expect(edit(before).after).toBe(after);
    expect(edit(after).after, "again").toBe(after);
    expect(edit(before).pins.length > 0, "has pins").toBe(before !== after);
  });

  // What is not there yet, and tags that YAML reads as numbers.
  test.each([
    [
      "a container's name alone",
      "kind: Pod\nspec: {containers: [{image: shop/api}]}\n",
      "kind: Pod\nspec: {containers: [{image: shop/api:sha-new}]}\n",
    ],
    [
      "the same, in quotes",
      "kind: Pod\nspec:\n  containers:\n  - image: 'shop/api' # c\n",
      "kind: Pod\nspec:\n  containers:\n  - image: 'shop/api:sha-new' # c\n",
    ],
    [
      "the same, in JSON",
      '{"kind":"Pod","spec":{"initContainers":[{"image":"shop/api"}]}}',
      '{"kind":"Pod","spec":{"initContainers":[{"image":"shop/api:sha-new"}]}}',
    ],
    [
      "no tag, a port in the registry",
      "image: localhost:5000/shop/api",
      "image: localhost:5000/shop/api",
    ],
    [
      "empty quotes",
      'image: {repository: shop/api, tag: ""}',
      'image: {repository: shop/api, tag: "sha-new"}',
    ],
    [
      "empty quotes in kustomize",
      "images: [{name: shop/api, newTag: ''}]",
      "images: [{name: shop/api, newTag: 'sha-new'}]",
    ],
    ...['"null"', "nullable", "xnull", "!!str null"].map((written) => [
      `what is spelled like nothing: ${written}`,
      `image: {repository: shop/api, tag: ${written}}`,
      `image: {repository: shop/api, tag: ${written.replace(/\w*null\w*/, "sha-new")}}`,
    ]),
    [
      "an integer",
      "image: {repository: shop/api, tag: 1234567}",
      "image: {repository: shop/api, tag: sha-new}",
    ],
    [
      "a number too big",
      "image: {repository: shop/api, tag: 1e23456}",
      "image: {repository: shop/api, tag: sha-new}",
    ],
    [
      "an octal",
      "images:\n- {name: shop/api, newTag: 0o1234}",
      "images:\n- {name: shop/api, newTag: sha-new}",
    ],
    [
      "a fraction with a zero",
      "image:\n  repository: shop/api\n  tag: 1.20\n",
      "image:\n  repository: shop/api\n  tag: sha-new\n",
    ],
  ])("%s", (_title, before, after) => {
    expect(edit(before).after).toBe(after);
    expect(edit(after).after, "again").toBe(after);
  });

  test.each(['"1"', "'1'", "!!str 1"])("a tag that looks like a number goes into %s", (written) => {
    const before = `image: {repository: shop/api, tag: ${written}}`;
    const bytes = new Uint8Array(Buffer.from(before));
    const moves = findPins({ path: "f.yaml", bytes }, [name]).map((pin) => ({
      pin,
      tag: asTag("1234567")!,
    }));
    const after = Buffer.from(splicePins(bytes, moves)).toString();
    expect(after).toBe(before.replace("1", "1234567"));
  });

  // Names that are written in fewer parts than they have, or in more.
  test.each([
    ["nginx", "image: nginx:OLD\n"],
    ["nginx", "image: docker.io/library/nginx:OLD\n"],
    ["ghcr.io/shop/web", "image: {registry: ghcr.io/shop, repository: web, tag: OLD}\n"],
    ["ghcr.io/web", '{"image": {"tag": "OLD", "registry": "ghcr.io", "repository": "web"}}\n'],
  ])("%s in %s", (image, text) => {
    const { after } = edit(text.replace("OLD", "x"), "f.yaml", [parseImageName(image)!]);
    expect(after).toBe(text.replace("OLD", "sha-new"));
  });
});

describe("a pin says where it is and what it holds", () => {
  const list = `apiVersion: v1
kind: List
items:
- kind: CronJob
  metadata: {name: nightly}
  spec:
    jobTemplate:
      spec:
        template:
          spec:
            initContainers:
            - image: shop/api
            containers:
            - image: shop/api:sha-1
            ephemeralContainers:
            - image: "shop/api@${old}"
`;

  test("in a List of CronJobs, at every kind of container", () => {
    const inPod = "items[0].spec.jobTemplate.spec.template.spec";
    expect(edit(list).pins).toMatchObject([
      { line: 12, column: 30, keyPath: `${inPod}.initContainers[0].image`, tag: undefined },
      { line: 14, column: 31, keyPath: `${inPod}.containers[0].image`, tag: "sha-1" },
      { line: 16, column: 32, keyPath: `${inPod}.ephemeralContainers[0].image`, digest: old },
    ]);
    expect(edit(list).pins.map(({ owner }) => owner)).toEqual(Array(3).fill("CronJob/nightly"));
  });

  test.each([
    [
      "a reference",
      "kind: Pod\nimage: shop/api:x",
      { form: "reference", owner: "Pod", keyPath: "image" },
    ],
    [
      "an object whose name is empty",
      "kind: Pod\nmetadata: {name: ''}\nimage: shop/api:x",
      { owner: "Pod" },
    ],
    [
      "an object without a kind in one that has one",
      "kind: List\nmetadata: {name: all}\nitems: [{kind: '', image: shop/api:x}]",
      { owner: "List/all" },
    ],
    ["a key that is no text", "? {a: b}\n: {image: shop/api:x}", { keyPath: '["?"].image' }],
    ["a first line with a BOM", "\uFEFFimage: shop/api:x", { line: 1, column: 17, owner: "" }],
    ["CRLF and 😀", "a: 1\r\nb: {c: 😀, image: shop/api:x}", { line: 2, column: 28 }],
    [
      "a key that is no word",
      'a.b/c: {"d\\n": [image: shop/api:x]}',
      { keyPath: '["a.b/c"]["d\\n"][0].image' },
    ],
    [
      "an object without a name",
      "kind: Kustomization\nimages: [{name: shop/api, newTag: x}]",
      {
        owner: "Kustomization",
        form: "kustomize",
        keyPath: "images[0].newTag",
      },
    ],
    [
      "values",
      "api: {image: {repository: shop/api, tag: x}}",
      { form: "values", keyPath: "api.image.tag" },
    ],
    ["values with a digest", `{repository: shop/api, digest: ${old}}`, { keyPath: "digest" }],
    ["the second document", "kind: A\n---\nkind: B\nimage: shop/api:x", { line: 4, owner: "B" }],
  ])("%s", (_title, text, expected) => {
    expect(edit(text).pins).toMatchObject([expected]);
  });

  test("pins come in the order of the text, several images at once", () => {
    const text = "b: {image: shop/web:1}\nimage: shop/api:2\n---\nimage: shop/web:3\n";
    const { pins } = edit(text, "f.yaml", [name, parseImageName("shop/web")!]);
    expect(pins.map(({ image, tag }) => [image.repository, tag])).toEqual([
      ["shop/web", "1"],
      ["shop/api", "2"],
      ["shop/web", "3"],
    ]);
  });

  test.each([
    ["the same tag", "image: shop/api:sha-new", true],
    ["another tag", "image: shop/api:sha-old", false],
    ["no tag", "kind: Pod\ncontainers: [image: shop/api]", false],
    ["the same tag, another digest", `image: shop/api:sha-new@${old}`, false],
    ["the same tag and digest", `image: shop/api:sha-new@${now}`, true],
    ["the digest alone", `image: shop/api@${now}`, true],
  ])("it holds a target or not: %s", (_title, text, expected) => {
    expect(pinHolds(edit(text).pins[0]!, target)).toBe(expected);
  });
});

describe("a file is looked at only when it could pin a wanted image", () => {
  test("the needle is the last part of a name, once", () => {
    const names = ["shop/api", "ghcr.io/a/api", "nginx"].map((text) => parseImageName(text)!);
    expect(needlesOf(names)).toEqual(["api", "a\0p\0i", "nginx", "n\0g\0i\0n\0x"]);
  });

  test.each([
    ["deploy/app.yaml", true],
    ["app.YML", true],
    ["a/list.json", true],
    ["overlays/Kustomization", true],
    ["Kustomization", true],
    ["MyKustomization", false],
    ["README.md", false],
    ["run.sh", false],
    ["app.yaml.tmpl", false],
    ["Kustomization.md", false],
  ])("%s is a manifest: %s", (path, expected) => {
    expect(isManifestPath(path)).toBe(expected);
  });

  test.each([
    ["broken YAML", "a: [\nimage: shop/other:1\n"],
    [
      "a template",
      "{{- if .x }}\nimage: {{ .r }}/{{ .n }}\n{{- end }}\napiVersion: v1\nname: api\n",
    ],
    ["a name that only begins like it", "{{ x }}\nimage: shop/api-v2:1\n"],
    ["bytes that are no text", "\uFFFD\u0000 image: a/b:c"],
  ])("%s that does not mention it is passed over", (_title, text) => {
    expect(edit(text).pins).toEqual([]);
  });

  test.each([
    ["an entry of kustomize that is text", "images:\n- shop/api\n- name: shop/web\n"],
    ["an entry of kustomize without a name", "images:\n- newTag: x\n- name: shop/web\n"],
    ["an image without a tag, whose digest is empty", "repository: shop/api\ndigest: ''\n"],
    ["a template without a tag", "repository: '$(R)/shop/api'\n"],
    ["half of another image merged in", "a: &a {tag: x}\nb: {<<: *a, repository: shop/web}\n"],
    ["parts of no image merged in", "a: &a {tag: x}\nb: {<<: *a, digest: ''}\n"],
  ])("in one that does, %s is none", (_title, text) => {
    const { pins, after } = edit(`${text}---\nimage: shop/api:x\n`);
    expect(pins.map(({ keyPath }) => keyPath)).toEqual(["image"]);
    expect(after).toBe(`${text}---\nimage: shop/api:sha-new\n`);
  });
});
