/** What is shown while a step takes its time. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { liveLine } from "../../src/cli/live-line.ts";
import { main } from "../../src/cli.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const erase = "\r\u001b[K";

test("a step says how long it has taken, from the second second on, until the result is out", () => {
  const written: string[] = [];
  const line = liveLine((text) => written.push(text));
  line.start();
  vi.advanceTimersByTime(3_500);
  line.clear();
  vi.advanceTimersByTime(1_900);
  expect(written).toEqual([`${erase}… 2 s`, `${erase}… 3 s`, erase]);
  vi.advanceTimersByTime(1_000);
  line.stop();
  vi.advanceTimersByTime(60_000);
  expect(written.slice(3)).toEqual([`${erase}… 2 s`, erase]);
});

test.each([
  [["version"], 1],
  [["version", "--quiet"], 0],
])("%j is watched %i times", async (argv, times) => {
  const watch = vi.fn();
  const status = await main(argv, {
    ...{ env: {}, cwd: "/", outIsTerminal: true, signal: new AbortController().signal },
    ...{ out: () => {}, err: () => {}, watch },
  });
  expect(status).toBe(0);
  expect(watch).toHaveBeenCalledTimes(times);
});
