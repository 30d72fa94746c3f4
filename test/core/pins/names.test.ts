/** What a text names, without parsing it. */

import { describe, expect, test } from "vitest";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { decodeManifest } from "../../../src/core/pins/manifest.ts";
import { mayName, namesIn, patternOf } from "../../../src/core/pins/names.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const name = (text: string) => parseImageName(text)!;

describe("a text names an image where it is spelled whole", () => {
  test.each([
    ["shop/api", "image: shop/api:x", 1],
    ["shop/api", "docker.io/shop/api index.docker.io/shop/api", 2],
    ["shop/api", "ghcr.io/shop/api", 0],
    ["shop/api", "shop/api-v2 shop/api.old shop/api/x my-shop/api x.shop/api", 0],
    ["shop/api", "shop/api. (shop/api) 'shop/api'", 3],
    ["shop/api", String.raw`shop\/api shop\x2fapi shop\u002Fapi`, 3],
    ["shop/api", "{{ x }}/shop/api:x $(REGISTRY)/shop/api $REGISTRY/shop/api", 3],
    ["shop/api", "api: 1", 0],
    ["ghcr.io/shop/api", "GHCR.IO/shop/api oci://ghcr.io/shop/api", 2],
    ["ghcr.io/shop/api", "shop/api mirror.example.org/ghcr.io/shop/api", 0],
    ["nginx", "nginx:1 library/nginx@sha256:1 docker.io/nginx:1", 3],
    ["nginx", "app: nginx", 0],
    ["r.io/a.b", "r.io/axb rxio/a.b", 0],
  ])("%s in %j: %i times", (image, text, count) => {
    expect(text.match(patternOf(name(image)))?.length ?? 0).toBe(count);
  });
});

describe("a file is read when it may name an image", () => {
  test.each([
    ["shop/api", "name: api", true],
    ["shop/api", "name: web", false],
    ["ghcr.io/shop/api", "registry: ghcr.io\nrepository: shop/api", true],
    ["ghcr.io/shop/api", "image: GHCR.io/shop/api", true],
    ["ghcr.io/shop/api", "app: api", false],
    ["ghcr.io/shop/api", "image: $(REGISTRY)/shop/api", true],
  ])("%s, %j: %s", (image, text, may) => {
    expect(mayName(text, name(image))).toBe(may);
  });
});

test("the names in a file are those of its images, each once", () => {
  const text = [
    "image: shop/api:1",
    '"image" : "ghcr.io/shop/web@sha256:1"',
    "  repository:\t'shop/job'",
    "- name:shop/none",
    "newName: localhost:5000/x",
    "  name: shop/api",
    "name: plain",
    "filename: a/b",
    "image_: c/d",
    "image-pull: e/f",
  ];
  expect(namesIn(encode(text.join("\n")))).toEqual([
    ...["shop/api", "ghcr.io/shop/web", "shop/job", "shop/none", "localhost:5000/x"],
  ]);
});

describe("bytes are text, or it is said why not", () => {
  test("a byte order mark stays", () => {
    expect(decodeManifest("f", encode("\uFEFFa"))).toEqual({ path: "f", text: "\uFEFFa" });
  });

  test.each([
    ["Latin-1", Buffer.from("a\xe9", "latin1"), "a\uFFFD", "it is not UTF-8", 1],
    ["UTF-16", Buffer.from("\uFEFFab", "utf16le"), "ab", "it is UTF-16", 0],
    ["UTF-16 without a mark", Buffer.from("abc", "utf16le"), "abc", "it is UTF-16", 0],
    ["the other UTF-16", Buffer.from("abc", "utf16le").swap16(), "abc", "it is UTF-16", 0],
  ])("%s", (_title, bytes, text, why, at) => {
    expect(decodeManifest("f", bytes)).toMatchObject({ text, garbled: { why, at } });
  });
});
