/** The landing loop, scenario by scenario: what the server did, and what the loop said of it. */

import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/core/failure.ts";
import type { CommitId } from "../../../src/core/ids.ts";
import type { Landing } from "../../../src/core/landing/landing.ts";
import type { PushReply } from "../../../src/core/landing/push-outcome.ts";
import {
  type LandPolicy,
  land,
  landPolicy,
  type Plan,
} from "../../../src/usecases/landing/land.ts";
import type { ReadPorts } from "../../../src/usecases/landing/read-patiently.ts";
import { withLies } from "../../support/lying-remote.ts";
import { type Script, Stage } from "../../support/scripted-world.ts";

const bytes = new TextEncoder().encode("ours\n");
const write: Plan<string> = {
  kind: "write",
  draft: { changes: [{ path: "ours", bytes }], message: "chore: ours\n", atSeconds: 1 },
  why: "wanted",
};
const rest: Plan<string> = { kind: "rest", why: "nothing to do" };

interface Scenario {
  readonly script?: Script;
  readonly policy?: Partial<LandPolicy>;
  /** What the plan is at a tip, for the nth time of asking. */
  readonly derive?: (tip: CommitId, times: number, stage: Stage) => Plan<string>;
}

/** Lands one change and returns what the loop said, with the branch as it is then. */
async function landed({ script = {}, policy = {}, derive = () => write }: Scenario) {
  const stage = new Stage({ script });
  let times = 0;
  const landing: Landing<string> = await stage.settle(
    land(
      async (tip) => {
        times += 1;
        return derive(tip, times, stage);
      },
      stage.ports("us"),
      { ...landPolicy, ...policy },
    ),
  );
  const copies = stage.subjects().filter((subject) => subject === "chore: ours").length;
  return { landing, stage, copies, times };
}

describe("lands, once,", () => {
  const scenarios: readonly [name: string, script: Script, attempts: number][] = [
    ["without any trouble", {}, 1],
    ["when the answer is lost", { "lose-reply": [1] }, 1],
    ["when the transport sends the push twice", { twice: [1] }, 2],
    ["when the first push vanishes", { "lose-request": [1] }, 2],
    ["when the first push arrives after the second", { late: [1] }, 2],
    ["when the first push is not sent", { unreachable: [2] }, 2],
    ["when another push holds the lock", { lock: [1] }, 2],
    ["when the server asks to wait", { throttle: [2] }, 2],
    ["when the tip cannot be fetched at first", { unreachable: [1, 2, 3] }, 1],
    ["when the server asks to wait before the first fetch", { throttle: [1] }, 1],
    ["when the read after the push fails at first", { unreachable: [3, 4, 5] }, 1],
    ["when a replica does not show the push yet", { stale: [3, 4, 5] }, 1],
  ];

  test.each(scenarios)("%s", async (_, script, attempts) => {
    const { landing, copies, stage } = await landed({ script });
    expect(landing).toMatchObject({ kind: "landed", tip: stage.world.server.tip, attempts });
    expect(copies).toBe(1);
  });

  test("when a file cannot be fetched at first: that costs no round", async () => {
    const away = new Failure("remote-unreachable", "Cannot read: no route to host", "Later.");
    const { landing, times } = await landed({
      derive: (_, times) => {
        if (times <= 2) throw away;
        return write;
      },
    });
    expect(landing).toMatchObject({ kind: "landed", attempts: 1 });
    expect(times).toBe(3);
  });

  test("under a commit that somebody put on top before the read", async () => {
    const stage = new Stage({ script: { "lose-reply": [1] } });
    const ports = stage.ports("us");
    const remote = withLies(ports.remote, {
      reread: (before, commit) => {
        stage.commit("README.md", "on top\n");
        return ports.remote.reread(before, commit);
      },
    });
    const landing = await stage.settle(land(async () => write, { ...ports, remote }, landPolicy));
    expect(landing.kind).toBe("landed");
    expect(stage.subjects()).toEqual(["chore: ours", "docs: README.md"]);
  });

  test("by an earlier push, which shows when a later one of other content is looked for", async () => {
    const stage = new Stage();
    const ports = stage.ports("us");
    const pushed: CommitId[] = [];
    const remote = withLies(ports.remote, {
      push: async (commit) => {
        pushed.push(commit);
        if (pushed.length > 1) await ports.remote.push(pushed[0]!);
        return { kind: "silent", words: "hung up" };
      },
    });
    const derive = async (): Promise<Plan<string>> => {
      const draft = { ...write.draft, atSeconds: pushed.length };
      return { kind: "write", draft, why: `plan ${pushed.length}` };
    };
    const landing = await stage.settle(land(derive, { ...ports, remote }, landPolicy));
    const [commit] = pushed;
    expect(landing).toEqual({ kind: "landed", commit, tip: commit, why: "plan 0", attempts: 2 });
    expect(new Set(pushed).size).toBe(2);
  });

  test("on the tip of whoever was first, derived again from each new tip", async () => {
    const tips: CommitId[] = [];
    const { landing, stage, copies } = await landed({
      derive: (tip, times, stage) => {
        tips.push(tip);
        if (times <= 3) stage.commit("README.md", `edit ${times}\n`);
        return write;
      },
    });
    expect(landing).toMatchObject({ kind: "landed", attempts: 4 });
    expect(tips).toEqual(stage.world.server.moves.slice(0, 4).map(({ tip }) => tip));
    expect(stage.file("README.md")).toBe("edit 3\n");
    expect(copies).toBe(1);
  });
});

describe("rests", () => {
  test("when the plan has nothing to write, and says on which tip", async () => {
    const { landing, stage } = await landed({ derive: () => rest });
    const tip = stage.world.base;
    expect(landing).toEqual({ kind: "rested", tip, why: "nothing to do", attempts: 1 });
    expect(stage.subjects()).toEqual([]);
  });

  test("but not on an old tip while its own push may have landed: it looks for that first", async () => {
    const { landing, copies } = await landed({
      // The push is under way, and a replica shows what stood before its parent.
      script: { late: [1], stale: [5, 6] },
      derive: (_, times, stage) => {
        if (times === 1) stage.commit("README.md", "first\n");
        return times <= 2 ? write : rest;
      },
    });
    expect(landing.kind).toBe("landed");
    expect(copies).toBe(1);
  });
});

describe("is refused", () => {
  test("when a rule says no twice in a row, in the server's words", async () => {
    const { landing, copies } = await landed({ script: { refuse: "always" } });
    const words = "[remote rejected] (pre-receive hook declined)";
    expect(landing).toMatchObject({ kind: "refused", words, why: "wanted", attempts: 2 });
    expect(copies).toBe(0);
  });

  test("with what the rule asks for, where it is a known one", async () => {
    const stage = new Stage();
    const ports = stage.ports("us");
    const no: PushReply = { kind: "refused", words: "no", remedy: "Open a pull request." };
    const remote = withLies(ports.remote, { push: async () => no });
    const landing = await stage.settle(land(async () => write, { ...ports, remote }, landPolicy));
    expect(landing).toMatchObject({ kind: "refused", words: "no", remedy: "Open a pull request." });
  });

  test("but not when something else came between the two", async () => {
    const stage = new Stage();
    const ports = stage.ports("us");
    const replies = ["refused", "not-sent", "refused"] as const;
    let pushes = 0;
    const remote = withLies(ports.remote, {
      push: async (commit) => {
        const kind = replies[pushes];
        pushes += 1;
        return kind === undefined ? ports.remote.push(commit) : { kind, words: "no" };
      },
    });
    const landing = await stage.settle(land(async () => write, { ...ports, remote }, landPolicy));
    expect(landing).toMatchObject({ kind: "landed", attempts: 4 });
  });

  test("but unknown when a push before the refusals may yet arrive", async () => {
    const { landing } = await landed({
      script: { refuse: "always", "lose-request": [1] },
    });
    expect(landing).toMatchObject({ kind: "unknown", attempts: 3 });
  });

  test("but out of time when the deadline comes after the first no", async () => {
    const { landing } = await landed({ script: { refuse: "always" }, policy: { timeoutMs: 1 } });
    expect(landing).toMatchObject({ kind: "failed", failure: { code: "deadline" } });
    expect(landing.kind === "failed" && landing.failure.message).toContain("hook declined");
  });
});

describe("fails, and nothing of it is in the branch,", () => {
  const always = "always";
  const scenarios: readonly [name: string, scenario: Scenario, code: string][] = [
    [
      "when the remote cannot be reached",
      { script: { unreachable: always } },
      "remote-unreachable",
    ],
    [
      "when the remote is gone after a push that was not sent",
      { script: { unreachable: Array.from({ length: 99 }, (_, at) => at + 2) } },
      "remote-unreachable",
    ],
    ["when the server asks to wait for ever", { script: { throttle: always } }, "throttled"],
    [
      "when the server asks to wait beyond the deadline",
      { script: { throttle: [2] }, policy: { timeoutMs: 900 } },
      "throttled",
    ],
    [
      "when the server asks, before the first fetch, to wait beyond the deadline",
      { script: { throttle: [1] }, policy: { timeoutMs: 500 } },
      "throttled",
    ],
    [
      "when others are always first, at the deadline",
      {
        policy: { timeoutMs: 5_000 },
        derive: (_, times, stage) => {
          stage.commit("README.md", `edit ${times}\n`);
          return write;
        },
      },
      "deadline",
    ],
    [
      "when the plan cannot be made",
      {
        derive: () => {
          throw new Failure("bad-manifest", "Cannot read it", "Mend it.");
        },
      },
      "bad-manifest",
    ],
  ];

  test.each(scenarios)("%s", async (_, scenario, code) => {
    const { landing, copies } = await landed(scenario);
    expect(landing).toMatchObject({ kind: "failed", failure: { code } });
    expect(copies).toBe(0);
  });

  test("and tells how long the server asked to wait", async () => {
    const { landing } = await landed({ script: { throttle: [2] }, policy: { timeoutMs: 900 } });
    expect(landing).toMatchObject({ failure: { retryAfterMs: 1_000 } });
  });
});

describe("does not know", () => {
  const onwards = (count: number) => Array.from({ length: 99 }, (_, at) => at + count);
  const scenarios: readonly [name: string, scenario: Scenario, copies: number][] = [
    [
      "when the answer is lost, and the remote with it",
      { script: { "lose-reply": [1], unreachable: onwards(3) } },
      1,
    ],
    [
      "when the request is lost, and the remote with it",
      { script: { "lose-request": [1], unreachable: onwards(3) } },
      0,
    ],
    [
      "when the push was doubled, and then the remote cannot be reached",
      { script: { twice: [1], unreachable: onwards(3) } },
      1,
    ],
    [
      "when the server said yes, and no read shows it until the deadline",
      { script: { stale: onwards(3) }, policy: { timeoutMs: 1_000 } },
      1,
    ],
    [
      "when a replica shows an older tip at the deadline",
      {
        script: { stale: onwards(3) },
        policy: { timeoutMs: 200 },
        derive: (_, times, stage) => {
          if (times === 1) stage.commit("README.md", "first\n");
          return write;
        },
      },
      0,
    ],
    [
      "when a later plan cannot be made while a push is under way",
      {
        script: { late: [1] },
        derive: (_, times) => {
          if (times > 1) throw new Failure("registry-unreachable", "Cannot ask", "Later.");
          return write;
        },
      },
      1,
    ],
  ];

  test.each(scenarios)("%s", async (_, scenario, copiesMax) => {
    const { landing, copies } = await landed(scenario);
    expect(landing).toMatchObject({ kind: "unknown", doubts: [{ why: "wanted" }] });
    expect(copies).toBeLessThanOrEqual(copiesMax);
  });
});

describe("a no by a proxy, to a push that was on its way,", () => {
  const no: PushReply = { kind: "refused", words: "HTTP 403", isSent: true };

  /** Lands while a proxy says no to every push, which the server may have taken. */
  async function behindProxy(isTaken: boolean, more: Partial<ReadPorts["remote"]> = {}) {
    const stage = new Stage();
    const ports = stage.ports("us");
    const push = async (commit: CommitId) => {
      if (isTaken) await ports.remote.push(commit);
      return no;
    };
    const remote = withLies(ports.remote, { push, ...more });
    return stage.settle(land(async () => write, { ...ports, remote }, landPolicy));
  }

  test("is refused when the branch does not show it, twice", async () => {
    expect(await behindProxy(false)).toMatchObject({ kind: "refused", attempts: 2 });
  });

  test("has landed when the branch shows it", async () => {
    expect(await behindProxy(true)).toMatchObject({ kind: "landed", attempts: 1 });
  });

  test("is unknown when the branch cannot be read", async () => {
    const reread = async () => ({ kind: "unreadable", why: "no route" }) as const;
    expect(await behindProxy(true, { reread })).toMatchObject({ kind: "unknown", attempts: 1 });
  });
});

test("reading back from a server that hangs ends after a while", async () => {
  const stage = new Stage({ script: { "lose-reply": [1] } });
  const ports = stage.ports("us");
  let reads = 0;
  const remote = withLies(ports.remote, {
    reread: async () => {
      reads += 1;
      await ports.clock.sleepMs(45_000);
      return { kind: "unreadable", why: "out of time" };
    },
  });
  const landing = await stage.settle(land(async () => write, { ...ports, remote }, landPolicy));
  expect(landing.kind).toBe("unknown");
  expect(reads).toBe(2);
});

test("interrupted while it looks for its push in what it read, it does not know", async () => {
  const stage = new Stage({ script: { "lose-reply": [1] } });
  const ports = stage.ports("us");
  const words = "git merge-base was interrupted";
  const remote = withLies(ports.remote, {
    reread: async () => ({ kind: "moved", tip: stage.commit("README.md", "theirs\n") }),
    contains: async () => {
      throw new Failure("interrupted", words, "Run it again.");
    },
  });
  const landing = await stage.settle(land(async () => write, { ...ports, remote }, landPolicy));
  expect(landing).toMatchObject({ kind: "unknown", words, doubts: [{ why: "wanted" }] });
});

test("a bug is no failure of the world: it passes through", async () => {
  const broken = landed({
    derive: () => {
      throw new TypeError("ours");
    },
  });
  await expect(broken).rejects.toThrow(TypeError);
});
