/** Which tags name another build, and which only another revision. */

import { describe, expect, test } from "vitest";
import { variantIn } from "../../../src/core/pins/variant.ts";

describe("a suffix names another build", () => {
  test.each([
    ["sha-1111111-debug", [], "-debug"],
    ["sha-1a2b3c4-alpine3.20", [], "-alpine3.20"],
    ["1a2b3c4_amd64", [], "_amd64"],
    ["main-1a2b3c4-debug-arm64", [], "-debug-arm64"],
    ["1.4.0-alpine", ["1.4.0"], "-alpine"],
    ["v2-debug", ["v2", "v1"], "-debug"],
  ])("%s beside %j: %s", (tag, others, suffix) => {
    expect(variantIn(tag, new Set(others))).toBe(suffix);
  });

  test.each([
    ["sha-1111111", ["latest"]],
    ["latest", []],
    ["sha-REPLACE_ME", []],
    ["1.4.0-alpine", []],
    ["1.4.0-rc.1", ["1.4.0"]],
    ["1.4.0-beta", ["1.4.0"]],
    ["main-1a2b3c4", ["main"]],
    ["main-abc1234", ["main"]],
    ["1a2b3c4-deadbeef", []],
    ["feature-1a2b3c4-2", []],
    ["debug", []],
    ["defaced-build", []],
  ])("%s beside %j: none", (tag, others) => {
    expect(variantIn(tag, new Set(others))).toBeUndefined();
  });
});
