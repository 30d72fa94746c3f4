/** Tags made from revisions, and revisions looked for in tags. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asRevision, asTag } from "../../src/core/ids.ts";
import {
  isOfFormat,
  parseTagFormat,
  releasesIn,
  revisionPrefixIn,
  tagOf,
} from "../../src/core/tag-format.ts";

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
    ["digits of a release", "{release:7}"],
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
        hint: "Write it like sha-{revision:7}, with N from 7 to 40, or {release} for the revision's git tag.",
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

describe("releases", () => {
  const format = (text: string) => parseTagFormat(text);

  test.each([
    ["{release}", ["v1.2.3"], "v1.2.3"],
    ["v{release}", ["1.2.3"], "v1.2.3"],
    ["{release}-prod", ["2026.11.1"], "2026.11.1-prod"],
    ["{release}", ["v1.2.0", "v1.10.0", "v1.9.0"], "v1.10.0"],
    ["{release}", ["v1", "v1.2", "v1.2.3", "latest", "stable"], "v1.2.3"],
    ["{release}", ["v1.3.0", "v1.3.0-rc.1", "v1.3.0-rc.10"], "v1.3.0"],
    ["{release}", ["v1.3.0-rc.2", "v1.3.0-rc.10"], "v1.3.0-rc.10"],
    ["{release}", ["2026.11.1-2", "2026.11.1"], "2026.11.1-2"],
    ["{release}", ["20261126", "20261125"], "20261126"],
    // A registry could hold neither of these.
    ["{release}", ["v1.2.3+build", "acme/v2.0.0", "v1.2.2"], "v1.2.2"],
  ])("%s of %j is %s", (text, releases, tag) => {
    expect(tagOf(format(text), revision, releases)).toBe(tag);
    expect(tagOf(format(text), revision, releases.toReversed())).toBe(tag);
  });

  test.each([[[]], [["latest", "prod"]]])("%j are none", (releases) => {
    expect(() => tagOf(format("{release}"), revision, releases)).toThrow(
      expect.objectContaining({ code: "unknown-revision" }),
    );
  });

  test.each([
    ["{release}", "v1.2.3", ["v1.2.3", "1.2.3"]],
    ["{release}", "1.2.3", ["1.2.3", "v1.2.3"]],
    ["sha-{revision:7}", "1.2.3", ["1.2.3", "v1.2.3"]],
    ["{release}-prod", "1.2.3-prod", ["1.2.3", "v1.2.3"]],
    ["{release}-prod", "1.2.3", []],
    ["{release}", "release-1", ["release-1"]],
  ])("in %s, %s may be made from %j", (text, tag, releases) => {
    expect(releasesIn(format(text), tag)).toEqual(releases);
  });

  test("tags from before are read, and are not of the format", () => {
    const [release, digits] = [format("{release}"), format("sha-{revision:7}")];
    expect(revisionPrefixIn(release, "sha-1a2b3c4")).toBe("1a2b3c4");
    expect(["sha-1a2b3c4", "v1.2.3", "latest"].map((tag) => isOfFormat(release, tag))).toEqual([
      ...[false, true, false],
    ]);
    expect(["sha-1a2b3c4", "v1.2.3"].map((tag) => isOfFormat(digits, tag))).toEqual([true, false]);
  });
});
