/** The tests that a mutation run asks: those of src/core's rules that start no process. */

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/core/**/*.test.ts", "test/usecases/**/*.test.ts"],
    // These start git, once for each of thousands of mutants.
    exclude: ["**/{audit.property,sync}.test.ts"],
    testTimeout: 120_000,
  },
});
