/** Tags made from revisions, and revisions looked for in tags. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asRevision, asTag } from "../../src/core/ids.ts";
import { parseTagFormat, revisionPrefixIn, tagOf } from "../../src/core/tag-format.ts";

const revision = asRevision("1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d")!;
const hex = (length: { minLength: number; maxLength: number }) =>
  fc.array(fc.constantFrom(..."0123456789abcdef"), length).map((digits) => digits.join(""));
const anyRevision = hex({ minLength: 40, maxLength: 40 }).map((text) => asRevision(text)!);
const anyFormat = fc
  .record({
    prefix: fc.stringMatching(/^(?:\w[\w.-]{0,20})?$/),
    digits: fc.integer({ min: 7, max: 40 }),
    suffix: fc.stringMatching(/^[\w.-]{0,20}$/),
  })
  .map(({ prefix, digits, suffix }) => parseTagFormat(`${prefix}{revision:${digits}}${suffix}`));

describe("parseTagFormat and tagOf", () => {
  test.each([
    ["sha-{revision:7}", "sha-1a2b3c4"],
    ["sha-{revision:40}", `sha-${revision}`],
    ["{revision}", revision],
    ["v1.{revision:10}-prod", "v1.1a2b3c4d5e-prod"],
    ["_{revision:8}", "_1a2b3c4d"],
  ])("%s gives %s", (format, tag) => {
    expect(tagOf(parseTagFormat(format), revision)).toBe(tag);
  });

  test.each([
    ["nothing of the revision", "latest"],
    ["two revisions", "{revision:7}-{revision:7}"],
    ["too few digits", "sha-{revision:6}"],
    ["too many digits", "sha-{revision:41}"],
    ["no number after the colon", "sha-{revision:}"],
    ["another word", "sha-{commit:7}"],
    ["a brace too many", "sha-{{revision:7}}"],
    ["a brace too many in front", "sha-{{revision:7}"],
    ["a prefix that no tag may begin with", ".{revision:7}"],
    ["a character that no tag may hold", "a/b-{revision:7}"],
    ["more characters than a tag may have", `${"x".repeat(100)}{revision}`],
    ["no text", ""],
  ])("%s is refused", (_, format) => {
    expect(() => parseTagFormat(format)).toThrow(
      expect.objectContaining({
        code: "usage",
        message: `Cannot use the tag format "${format}"`,
        hint: "Write it like sha-{revision:7}: one {revision:N}, with N from 7 to 40.",
      }),
    );
  });

  test("every format makes tags that a registry can hold", () => {
    fc.assert(
      fc.property(anyFormat, anyRevision, (format, of) => {
        expect(asTag(tagOf(format, of))).toBeDefined();
      }),
    );
  });
});

describe("revisionPrefixIn", () => {
  const format = parseTagFormat("sha-{revision:7}");

  test.each([
    ["sha-1a2b3c4", "1a2b3c4"],
    ["sha-1a2b3c4d", "1a2b3c4d"],
    [`sha-${revision}`, revision],
    ["sha-1a2b3c", undefined],
    [`sha-${revision}0`, undefined],
    ["sha-REPLACE_ME", undefined],
    ["sha-1A2B3C4", undefined],
    ["latest", undefined],
    ["1a2b3c4", undefined],
    ["xsha-1a2b3c4", undefined],
    ["sha-1a2b3c4-dirty", undefined],
    ["sha-", undefined],
    ["", undefined],
  ])("%s → %s", (tag, prefix) => {
    expect(revisionPrefixIn(format, tag)).toBe(prefix);
  });

  test("a suffix is no part of it, even one of hex digits", () => {
    const suffixed = parseTagFormat("{revision:7}-abc");
    expect(revisionPrefixIn(suffixed, "1a2b3c4-abc")).toBe("1a2b3c4");
    expect(revisionPrefixIn(suffixed, "1a2b3c4")).toBeUndefined();
  });

  test("nor is a variant, whose revision is the same", () => {
    expect(revisionPrefixIn(parseTagFormat("sha-{revision:7}"), "sha-1a2b3c4-alpine3.20")).toBe(
      "1a2b3c4",
    );
    const suffixed = parseTagFormat("{revision:7}-web");
    expect(revisionPrefixIn(suffixed, "1a2b3c4-web-debug")).toBe("1a2b3c4");
    expect(revisionPrefixIn(suffixed, "1a2b3c4-debug")).toBeUndefined();
  });

  test("a prefix and a suffix do not share characters", () => {
    expect(revisionPrefixIn({ prefix: "ab-", digits: 7, suffix: "b-" }, "ab-")).toBeUndefined();
  });

  test("what one number of digits made, every other reads", () => {
    fc.assert(
      fc.property(anyFormat, anyRevision, fc.integer({ min: 7, max: 40 }), (made, of, digits) => {
        const found = revisionPrefixIn({ ...made, digits }, tagOf(made, of));
        expect(found).toBe(of.slice(0, made.digits));
      }),
    );
  });
});
