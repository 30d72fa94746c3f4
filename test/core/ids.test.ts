/** The ids that cross rooms: what is none is not taken for one. */

import { describe, expect, test } from "vitest";
import { asCommitId, asDigest, asRevision, asTag } from "../../src/core/ids.ts";

const id = "0123456789abcdef0123456789abcdef01234567";
const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

describe.each([
  ["a revision", asRevision],
  ["a commit", asCommitId],
])("%s", (_, read) => {
  test("has 40 digits in lower case", () => {
    expect(read(id)).toBe(id);
  });

  test.each(["", id.slice(1), `${id}0`, id.toUpperCase(), `${id}\n`, id.replace("0", "g")])(
    "is not %j",
    (text) => {
      expect(read(text)).toBeUndefined();
    },
  );
});

test("a tag has 1 to 128 letters, digits, dots and dashes, and begins with none of the latter", () => {
  for (const text of ["a", "_", "v1.2-x", "x".repeat(128)]) expect(asTag(text)).toBe(text);
  for (const text of ["", ".a", "-a", "a b", "a:b", "a/b", "a\n", "x".repeat(129)]) {
    expect(asTag(text)).toBeUndefined();
  }
});

test("a digest is sha256 and 64 digits in lower case", () => {
  expect(asDigest(digest)).toBe(digest);
  for (const text of ["", digest.slice(7), digest.slice(0, -1), `${digest}0`, `x${digest}`]) {
    expect(asDigest(text)).toBeUndefined();
  }
  expect(asDigest(`sha256:${"A".repeat(64)}`)).toBeUndefined();
});
