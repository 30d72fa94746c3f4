/** The real clock: a sleep ends early when the program is told to stop. */

import { expect, test } from "vitest";
import { clockUnder } from "../../src/adapters/system.ts";

test("a sleep ends with the signal, before it or after", async () => {
  const stop = new AbortController();
  const clock = clockUnder(stop.signal);
  const startedMs = clock.nowMs();
  const sleeping = clock.sleepMs(60_000);
  stop.abort("SIGINT");
  await sleeping;
  await clock.sleepMs(60_000);
  expect(clock.nowMs() - startedMs).toBeLessThan(5_000);
});

test("a sleep that nobody ends takes its time", async () => {
  const clock = clockUnder(new AbortController().signal);
  const startedMs = clock.nowMs();
  await clock.sleepMs(30);
  expect(clock.nowMs() - startedMs).toBeGreaterThanOrEqual(25);
});
