/** Looking at one thing until it has come right, has stayed wrong, or the time is over. */

import { describe, expect, test } from "vitest";
import { Failure, type FailureCode } from "../../../src/core/failure.ts";
import type { StepVerdict } from "../../../src/core/results/verify.ts";
import { watch } from "../../../src/usecases/verify/watch.ts";
import { inTurn } from "../../support/api-server.ts";
import { sleeplessClock } from "../../support/registry-client-options.ts";

type Look = StepVerdict["kind"] | Failure;

function failure(code: FailureCode, retryAfterMs?: number): Failure {
  return new Failure(code, `Cannot: ${code}`, "Do something.", { retryAfterMs });
}

async function run(looks: readonly Look[], { looksMax, timeoutMs = 20_000, unit = 0 } = defaults) {
  const clock = sleeplessClock();
  const said: string[] = [];
  const next = inTurn(looks);
  const progress = { step: (text: string) => said.push(text), warn: () => {} };
  const ports = { clock, random: { unit: () => unit }, progress: progress as never };
  const look = async (): Promise<StepVerdict> => {
    const what = next();
    if (what instanceof Failure) throw what;
    const detail = `it is ${what}`;
    return what === "failed" ? { kind: what, detail, hint: "Mend it." } : { kind: what, detail };
  };
  const step = await watch({ name: "smoke", target: "page", look, looksMax }, ports, {
    policy: { leastMs: 1_000, mostMs: 5_000, standMs: 3_000 },
    deadlineMs: clock.nowMs() + timeoutMs,
    isPointless: () => false,
  });
  return { ...step, slept: clock.sleptMs, said };
}

const defaults: { looksMax?: number; timeoutMs?: number; unit?: number } = {};

describe("a watch", () => {
  test("ends when it is done", async () => {
    expect(await run(["waiting", "waiting", "done"])).toMatchObject({
      ...{ state: "done", waitedMs: 2_000, slept: [1_000, 1_000] },
      said: ["smoke page: it is waiting"],
    });
  });

  test("spreads its looks", async () => {
    expect((await run(["waiting", "done"], { unit: 0.5 })).slept).toEqual([3_000]);
  });

  test("ends as things stand when the time is over", async () => {
    expect(await run(["waiting"])).toMatchObject({ state: "waiting", waitedMs: 20_000 });
  });

  test("takes one look, however little time there is", async () => {
    expect(await run(["done"], { timeoutMs: 0 })).toMatchObject({ state: "done", waitedMs: 0 });
    expect(await run(["waiting"], { timeoutMs: 0 })).toMatchObject({ state: "waiting" });
  });

  test("believes a failure only when it stands", async () => {
    const passing = await run(["failed", "failed", "waiting", "failed", "failed", "done"]);
    expect(passing).toMatchObject({ state: "done" });
    expect(await run(["failed"])).toMatchObject({ state: "failed", waitedMs: 3_000 });
  });

  test.each(["cluster-unreachable", "registry-unreachable", "remote-unreachable"] as const)(
    "looks past %s",
    async (code) => {
      expect(await run([failure(code), "done"])).toMatchObject({ state: "done" });
      expect(await run([failure(code)])).toMatchObject({ state: "unreadable", waitedMs: 20_000 });
    },
  );

  test.each(["cluster-denied", "cluster-not-found", "remote-denied"] as const)(
    "ends at once on %s, and knows nothing",
    async (code) => {
      const step = await run([failure(code), "done"]);
      expect(step).toMatchObject({ state: "unreadable", code, slept: [], hint: "Do something." });
    },
  );

  test.each(["config", "usage", "interrupted"] as const)("is over for all on %s", async (code) => {
    await expect(run([failure(code), "done"])).rejects.toMatchObject({ code });
  });

  test("gives a server the time that it asks for, within its own", async () => {
    expect((await run([failure("throttled", 9_000), "done"])).slept).toEqual([9_000]);
    const never = await run([failure("throttled", 90_000), "done"]);
    expect(never).toMatchObject({ state: "unreadable", slept: [] });
  });

  test("looks no more often than it may", async () => {
    const step = await run(["waiting"], { looksMax: 3 });
    expect(step).toMatchObject({ state: "failed", slept: [1_000, 1_000] });
    expect(step.hint).toMatch(/ask again more often/);
    const away = await run([failure("cluster-unreachable")], { looksMax: 3 });
    expect(away).toMatchObject({ state: "unreadable", slept: [1_000, 1_000] });
  });

  test("passes a bug on", async () => {
    const bug = new TypeError("a bug");
    const look = () => Promise.reject(bug);
    const ports = { clock: sleeplessClock(), random: { unit: () => 0 }, progress: {} as never };
    const watching = { policy: { leastMs: 1, mostMs: 1, standMs: 1 }, deadlineMs: 0 };
    const watched = { name: "smoke", target: "page", look } as const;
    await expect(watch(watched, ports, { ...watching, isPointless: () => false })).rejects.toBe(
      bug,
    );
  });
});
