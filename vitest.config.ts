import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // One focused test would hide all others.
    allowOnly: false,
    // A test that asserts nothing passes for nothing.
    expect: { requireAssertions: true },
    reporters: ["default", "./test/support/no-skips.ts"],
  },
});
