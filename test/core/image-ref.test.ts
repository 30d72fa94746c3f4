/** References as Docker, containerd and kubelet read them. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  parseImageName,
  parseImageRef,
  printImageName,
  sameImage,
} from "../../src/core/image-ref.ts";

const digest = `sha256:${"0f".repeat(32)}`;

// A reference, its registry, repository, tag, digest.
const references: [text: string, ...parts: (string | undefined)[]][] = [
  ["nginx", "docker.io", "library/nginx"],
  ["nginx:1.27-alpine", "docker.io", "library/nginx", "1.27-alpine"],
  ["library/nginx", "docker.io", "library/nginx"],
  ["docker.io/nginx", "docker.io", "library/nginx"],
  ["ldamasio/x:sha-1a2b3c4", "docker.io", "ldamasio/x", "sha-1a2b3c4"],
  ["docker.io/ldamasio/x", "docker.io", "ldamasio/x"],
  ["index.docker.io/ldamasio/x", "docker.io", "ldamasio/x"],
  ["registry-1.docker.io/ldamasio/x", "docker.io", "ldamasio/x"],
  ["DOCKER.IO/ldamasio/x", "docker.io", "ldamasio/x"],
  ["ghcr.io/org/team/x:v1", "ghcr.io", "org/team/x", "v1"],
  ["GHCR.io/org/x", "ghcr.io", "org/x"],
  ["ghcr.io/x", "ghcr.io", "x"],
  ["localhost/x", "localhost", "x"],
  ["localhost:5000/x", "localhost:5000", "x"],
  ["registry:5000/x:y", "registry:5000", "x", "y"],
  ["10.0.0.1:5000/a/b", "10.0.0.1:5000", "a/b"],
  ["[::1]:5000/a/b:c", "[::1]:5000", "a/b", "c"],
  ["localhost:5000", "docker.io", "library/localhost", "5000"],
  ["x:1234567", "docker.io", "library/x", "1234567"],
  ["a__b/c.d_e---f:g", "docker.io", "a__b/c.d_e---f", "g"],
  [`x@${digest}`, "docker.io", "library/x", undefined, digest],
  [`ghcr.io/a/x:1@${digest}`, "ghcr.io", "a/x", "1", digest],
  ["x:REPLACE_ME", "docker.io", "library/x", "REPLACE_ME"],
  [`x:${"a".repeat(128)}`, "docker.io", "library/x", "a".repeat(128)],
];

describe("a reference is read as Docker reads it", () => {
  test.each(references)("%s", (text, registry, repository, tag, digest) => {
    expect(parseImageRef(text)).toEqual({
      name: { registry, repository },
      ...(tag && { tag }),
      ...(digest && { digest }),
    });
  });
});

describe("what is no reference is none", () => {
  test.each([
    ["nothing", ""],
    ["blanks", " x"],
    ["a newline at the end", "x:1\n"],
    ["capitals in a repository", "shop/API"],
    ["an empty part", "a//b"],
    ["a slash in front", "/a/b"],
    ["a slash at the end", "a/b/"],
    ["a dash in front", "-a/b"],
    ["a dash at the end", "a-/b"],
    ["three underscores", "a___b"],
    ["an empty tag", "a/b:"],
    ["a tag with a dot in front", "a:.b"],
    ["a tag too long", `a:${"a".repeat(129)}`],
    ["two tags", "a:b:c"],
    ["a digest cut short", "a@sha256:abc"],
    ["a digest in capitals", `a@${digest.toUpperCase()}`],
    ["a digest of another algorithm", `a@sha512:${"0".repeat(128)}`],
    ["two digests", `a@${digest}@${digest}`],
    ["an address", "https://ghcr.io/a/b"],
    ["a template", "a/b:{{ .Values.tag }}"],
    ["a variable", "$REGISTRY/a"],
    ["a port that is no number", "a.b:x/c"],
    ["a name too long", `${"a/".repeat(128)}b`],
    ["capitals in a host of one word", "MyRegistry/x"],
    ["letters of other alphabets", "а/b"],
  ])("%s", (_title, text) => {
    expect(parseImageRef(text)).toBeUndefined();
  });

  test("a name is not longer than 254 characters, its host included", () => {
    const nameOf = (length: number) => "x".repeat(length - "docker.io".length);
    expect(parseImageName(nameOf(254))?.repository).toBe(`library/${nameOf(254)}`);
    expect(parseImageName(nameOf(255))).toBeUndefined();
  });

  test("a name with a tag or a digest is no name", () => {
    expect(parseImageName("a/b:c")).toBeUndefined();
    expect(parseImageName(`a/b@${digest}`)).toBeUndefined();
  });
});

describe("printing is the short form that people write", () => {
  test.each([
    ["docker.io/library/nginx", "nginx"],
    ["index.docker.io/ldamasio/x", "ldamasio/x"],
    ["docker.io/library/a/b", "library/a/b"],
    ["docker.io/shop/library/x", "shop/library/x"],
    ["ghcr.io/library/x", "ghcr.io/library/x"],
    ["ghcr.io/localhost/x", "ghcr.io/localhost/x"],
    ["ghcr.io/a/b", "ghcr.io/a/b"],
    ["localhost:5000/x", "localhost:5000/x"],
    // Without its host, this would be an image of a registry `a.b`.
    ["docker.io/a.b/c", "docker.io/a.b/c"],
    ["docker.io/localhost/c", "docker.io/localhost/c"],
  ])("%s → %s", (text, printed) => {
    expect(printImageName(parseImageName(text)!)).toBe(printed);
  });

  test("what is printed reads as the same name", () => {
    const host = fc.constantFrom("", "docker.io/", "ghcr.io/", "localhost/", "reg:5000/");
    const part = fc.stringMatching(/^[a-z0-9]{1,4}([._-][a-z0-9]{1,4})?$/);
    const path = fc.array(part, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(host, path, (registry, parts) => {
        const name = parseImageName(registry + parts.join("/"))!;
        expect(sameImage(parseImageName(printImageName(name))!, name)).toBe(true);
      }),
    );
  });
});

test("equal images are equal, however they are spelled", () => {
  const [short, long, other] = ["a/x", "index.docker.io/a/x", "ghcr.io/a/x"].map(parseImageName);
  expect(sameImage(short!, long!)).toBe(true);
  expect(sameImage(short!, other!)).toBe(false);
});
