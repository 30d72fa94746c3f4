/** Which workflows a tag starts. */

import { expect, test } from "vitest";
import { startsForTags } from "../../src/core/tag-workflows.ts";
import { skipCiFinding } from "../../src/usecases/doctor/checks.ts";

test.each([
  ["on:\n  push:\n    tags: [v*]\n", true],
  ["'on': { push: { branches: [main], tags: ['v*'] } }\n", true],
  ["on:\n  push:\n    branches: [main]\n# tags: [v*]\n", false],
  ["on: push\n", false],
  ["on: [push, pull_request]\njobs: { tags: {} }\n", false],
  ["- tags\n", false],
  ["on: {", false],
  ["", false],
])("%j: %s", (workflow, is) => {
  expect(startsForTags(workflow)).toBe(is);
});

test("doctor warns of tags that would start nothing", () => {
  expect(skipCiFinding([])).toMatchObject({ state: "ok" });
  expect(skipCiFinding([".github/workflows/a.yml", "b"])).toMatchObject({
    state: "warn",
    detail: expect.stringContaining(".github/workflows/a.yml and 1 more"),
    remedy: expect.stringContaining("skipCi: false"),
  });
});
