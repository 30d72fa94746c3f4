import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const bar = { lines: 95, branches: 95 };

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // A tenth of the time goes by in waiting for limits of time, so one more than there are cores.
    maxWorkers: 1 + Math.max(2, availableParallelism()),
    // Modules are loaded once for each worker, not for each file: that was half of the time of the
    // tests that start nothing. No test may leave anything behind in a module or in the process.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // One focused test would hide all others.
    allowOnly: false,
    // A test that asserts nothing passes for nothing.
    expect: { requireAssertions: true },
    reporters: ["default", "./test/support/no-skips.ts"],
    // Measured with --coverage only. The rooms that decide are to be gone through, line and branch.
    coverage: {
      include: ["src/core/**", "src/usecases/**"],
      reporter: ["text-summary", "json"],
      thresholds: { "src/core/**": bar, "src/usecases/**": bar },
    },
  },
});
