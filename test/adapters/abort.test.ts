/** Being told to stop: by whom it is heard, and how many listen. */

import { getEventListeners } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { laterThan, onAbort } from "../../src/adapters/abort.ts";
import { Clone } from "../../src/adapters/git/clone.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { systemClock, systemRandom } from "../../src/adapters/system.ts";

const listeners = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

test("everybody who waits is told, once, and nobody who has gone", () => {
  const stop = new AbortController();
  const told: number[] = [];
  const taken = [1, 2, 3].map((who) => onAbort(stop.signal, () => told.push(who)));
  taken[1]?.();
  stop.abort();
  stop.abort();
  expect(told).toEqual([1, 3]);
});

test("who comes too late is told at once", () => {
  const told = vi.fn();
  onAbort(AbortSignal.abort(), told);
  expect(told).toHaveBeenCalledOnce();
});

test("a later signal fires so long after the first, or never once it is given up on", () => {
  vi.useFakeTimers();
  const stop = new AbortController();
  const [kept, left] = [laterThan(stop.signal, 3_000), laterThan(stop.signal, 1_000)];
  left.forget();
  stop.abort();
  vi.advanceTimersByTime(2_999);
  expect([kept.signal.aborted, left.signal.aborted]).toEqual([false, false]);
  vi.advanceTimersByTime(1);
  expect([kept.signal.aborted, left.signal.aborted]).toEqual([true, false]);
  vi.useRealTimers();
});

test("however many branches and registries are opened, one listens", async () => {
  const { signal } = new AbortController();
  const temporary = mkdtempSync(join(tmpdir(), "landfall-abort-"));
  onTestFinished(() => rmSync(temporary, { recursive: true }));
  const options = { env: {}, temporary, timeoutMs: 1_000, signal };
  for (let each = 0; each < 12; each += 1) {
    const clone = await Clone.open(options);
    await clone.server({ url: "https://git.example/r", credentials: {} });
    await clone.close();
    createRegistry({
      ...{ credentials: () => undefined, clock: systemClock, random: systemRandom },
      ...{ timeoutMs: 1_000, signal },
    });
  }
  // One for git, and one for what is asked by HTTP.
  expect(listeners(signal)).toBeLessThanOrEqual(2);
});
