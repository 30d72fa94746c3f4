/** A vitest reporter: keeps skipped tests honest, and ends with the totals on one plain line. */

import type { Reporter, SerializedError, TestCase, TestModule, Vitest } from "vitest/node";

/** What a skipped test's title or note must say, so that nobody takes its silence for success. */
const namesItsReason = /skipped without |is not installed/;
/** The system's packages have none of these: a run that demands everything may go without. */
const mayAlwaysSkip = /skipped without .*\b(?:engine|Dagger|Argo CD|actionlint|zizmor)\b/i;

/** Totals of a run, and the skipped tests that make it fail. */
export interface Verdict {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Full titles. */
  readonly wronglySkipped: readonly string[];
}

/** One finished test, as far as the verdict needs it. */
export interface Finished {
  readonly title: string;
  readonly state: "passed" | "failed" | "skipped" | "pending";
}

/**
 * Judges a run. A test may be skipped only when its title says without what; when everything is
 * demanded, only for want of what the system's packages do not have.
 */
export function judge(tests: readonly Finished[], demand: "all" | "what there is"): Verdict {
  const allowed = demand === "all" ? mayAlwaysSkip : namesItsReason;
  const idle = tests.filter(({ state }) => state === "skipped" || state === "pending");
  return {
    passed: tests.filter(({ state }) => state === "passed").length,
    failed: tests.filter(({ state }) => state === "failed").length,
    skipped: idle.length,
    wronglySkipped: idle.map(({ title }) => title).filter((title) => !allowed.test(title)),
  };
}

/** The reporter for vitest.config.ts. REQUIRE_ALL=1 demands everything. */
export default class NoSkips implements Reporter {
  #isFiltered = false;

  onInit(vitest: Vitest): void {
    // Tests that a name pattern leaves out count as skipped too; nobody expects them to run.
    this.#isFiltered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    if (this.#isFiltered) return;
    const tests = modules.flatMap((module) => [...module.children.allTests()].map(finished));
    const verdict = judge(tests, process.env.REQUIRE_ALL === "1" ? "all" : "what there is");
    const brokenFiles = modules.filter((module) => module.errors().length > 0).length;
    const failed = verdict.failed + brokenFiles + errors.length + verdict.wronglySkipped.length;
    if (verdict.wronglySkipped.length > 0) {
      process.exitCode = 1;
      write(
        "Skipped, and nothing allows it:",
        ...verdict.wronglySkipped.map((title) => `  ${title}`),
      );
    }
    write(`${verdict.passed} passed, ${failed} failed`);
  }
}

function finished(test: TestCase): Finished {
  const result = test.result();
  const note = result.state === "skipped" ? (result.note ?? "") : "";
  return {
    title: `${test.module.relativeModuleId} > ${test.fullName} ${note}`.trim(),
    state: result.state,
  };
}

function write(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}
