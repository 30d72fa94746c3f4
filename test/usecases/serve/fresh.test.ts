/** What is kept fresh: read again, and kept when it cannot be. */

import { expect, test } from "vitest";
import { Failure } from "../../../src/core/failure.ts";
import { type Kept, keepFresh } from "../../../src/usecases/serve/fresh.ts";

test("is read again after each wait; a failure leaves what was found, and is told", async () => {
  const stop = new AbortController();
  const answers: (number | Failure)[] = [2, new Failure("remote-unreachable", "No", "Wait."), 4];
  let kept: Kept<number> = { found: 1 };
  const seen: Kept<number>[] = [];
  const waits: number[] = [];
  const clock = {
    nowMs: () => 0,
    async sleepMs(ms: number) {
      waits.push(ms);
      if (answers.length === 0) stop.abort();
    },
  };
  const look = async () => {
    const answer = answers.shift()!;
    if (answer instanceof Failure) throw answer;
    return answer;
  };
  const keep = (change: Partial<Kept<number>>) => {
    kept = { ...kept, ...change };
    seen.push(kept);
  };
  await keepFresh(look, keep, { everyMs: 300, clock, signal: stop.signal });
  expect(waits).toEqual([300, 300, 300, 300]);
  expect(seen.map(({ found, trouble }) => [found, trouble?.message])).toEqual([
    [2, undefined],
    [2, "No"],
    [4, undefined],
  ]);
});
