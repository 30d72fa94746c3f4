/** What a file mentions, without parsing it. */

import { describe, expect, test } from "vitest";
import { parseImageName, printImageName } from "../../../src/core/image-ref.ts";
import { glance, mayPin, namesIn, spelledIn } from "../../../src/core/pins/mention.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const name = (text: string) => parseImageName(text)!;

describe("a file may pin an image", () => {
  test.each([
    ["shop/api", "image: shop/api:x", true],
    ["shop/api", "image: ghcr.io/shop/api", true],
    ["shop/api", "image: shop/api-v2", false],
    ["shop/api", "image: shop/api.old", false],
    ["shop/api", "image: my-shop/api", false],
    ["shop/api", "image: shop\\/api", true],
    ["shop/api", "image: 'shop\\x2fapi'", true],
    ["shop/api", "image: 'shop\\u002Fapi'", true],
    ["shop/api", "image: api", false],
    ["shop/api", "repository: api", true],
    ["shop/api", '"repository" : "api"', true],
    ["shop/api", "'repository':api", true],
    ["shop/api", "repository_: api", false],
    ["shop/api", "myrepository: api", false],
    ["nginx", "image: nginx", true],
    ["a.b/c.d/e", "image: c.d/e", true],
    ["shop/library/x", "image: shop/library/x", true],
    ["shop/library/x", "image: shop/x", false],
    ["r.io/a.b", "image: r.io/axb", false],
  ])("%s, where %j stands: %s", (image, text, is) => {
    expect(mayPin(encode(text), [name("other/one"), name(image)])).toBe(is);
  });
});

describe("a text spells an image", () => {
  test.each([
    ["$(REGISTRY)/shop/api:{{ .Values.tag }}", true],
    ["$REGISTRY/shop/api:x", true],
    ["{{ x }}/api:x", true],
    ["{{ x }}/other:x", false],
    ["shop/api:<tag>", true],
    ["shop/api:a b", true],
    ["docker.io/shop/api:$x", true],
    ["shop/api:5000/x", false],
    ["{{ shop }} {{ api }}", false],
    ["", false],
    ["$shop/api", true],
    ["xshop/api", false],
  ])("%j: %s", (text, is) => {
    const found = spelledIn(text, [name("shop/web"), name("shop/api")]);
    expect(found && printImageName(found)).toBe(is ? "shop/api" : undefined);
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

test("a first look keeps a byte order mark, and replaces what is no text", () => {
  expect(glance(encode("\uFEFFa"))).toBe("\uFEFFa");
  expect(glance(new Uint8Array([0x61, 0xff]))).toBe("a\uFFFD");
});
