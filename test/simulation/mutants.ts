/**
 * Deliberate breaks of the landing loop, made by lying to it or by taking the place of one step.
 */

import type { CommitId } from "../../src/core/ids.ts";
import { holdsPath } from "../../src/core/landing/holds-file.ts";
import type { PushReply, Reread } from "../../src/core/landing/push-outcome.ts";
import type { PromoteResult } from "../../src/core/results/promote.ts";
import type { PromoteBasis } from "../../src/core/results/promotion.ts";
import type { CommitDraft, Remote } from "../../src/ports.ts";
import type { Crew, DeployerActor } from "../../src/simulation/actors/commands.ts";
import type { FaultKind } from "../../src/simulation/faults.ts";
import type { Companions, RaceShape } from "../../src/simulation/scenario.ts";
import type { World } from "../../src/simulation/world.ts";
import { planOf } from "../../src/usecases/landing/change.ts";
import { land, type Plan } from "../../src/usecases/landing/land.ts";
import { promote, promotionOf } from "../../src/usecases/promote/promote.ts";
import type { PromoteRequest } from "../../src/usecases/promote/promotion.ts";
import { withLies } from "../support/lying-remote.ts";
import { withAnswers } from "../support/source-history.ts";

/** One break, the race that shows it, and the law that it must turn red. */
export interface Mutant {
  readonly law: string;
  readonly shape: RaceShape;
  readonly faults: readonly FaultKind[];
  readonly crew: Partial<Crew>;
  readonly company?: Companions;
  /** Whether it races in two environments. */
  readonly environments?: true;
  readonly together?: boolean;
  readonly timeoutMs?: number;
}

/** One break of the promotion. */
type Lame = Omit<Mutant, "crew"> & { readonly deployer: DeployerActor };

type Lies = (remote: Remote, world: World, actor: string) => Partial<Remote>;

/** The real use case, lied to about the branch. */
function lying(lies: Lies): DeployerActor {
  return (request, ports, { policy, world, actor }) => {
    const remote = withLies(ports.remote, lies(ports.remote, world, actor));
    return promote(request, { ...ports, remote }, policy);
  };
}

/** Remembers the reply to the last push, and lets a lie about reading depend on it. */
function onReread(lie: (reply: PushReply, commit: CommitId) => Reread | undefined): DeployerActor {
  return lying((remote) => {
    let reply: PushReply;
    return {
      push: async (commit) => {
        reply = await remote.push(commit);
        return reply;
      },
      reread: async (before, commit) => lie(reply, commit) ?? remote.reread(before, commit),
    };
  });
}

/** The real use case, which reads only once, and other words where nothing is known. */
function whenUnknown(words: Pick<PromoteResult, "outcome" | "exit">): DeployerActor {
  return async (request, ports, { policy }) => {
    const result = await promote(request, ports, { ...policy, fetchesMax: 1, readsMax: 1 });
    return result.outcome === "unknown" ? { ...result, ...words } : result;
  };
}

/** Does not see what its own commits say: that would keep a second one out. */
const forgetful: Partial<Remote> = { messagesBefore: async () => [] };

type Derive = (tip: CommitId) => Promise<Plan<PromoteBasis>>;

/** The real loop and the real plan, with a step between them replaced. */
function replanned(change: (derive: Derive, request: PromoteRequest) => Derive): DeployerActor {
  return async (request, ports, { policy }) => {
    const startedMs = ports.clock.nowMs();
    const command = promotionOf(request, { ...ports, registry: undefined }, policy);
    const promotion = await command.prepare(startedMs);
    const looking = { ...ports, registry: undefined, reads: policy.reads, deadlineMs: startedMs };
    const derive: Derive = async (tip) =>
      planOf(await command.plan(tip, promotion), request, { startedMs, looking });
    const landing = await land(change(derive, request), ports, policy);
    const frame = { request, startedMs, tookMs: ports.clock.nowMs() - startedMs };
    return command.result(landing, promotion, frame);
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const lame: Readonly<Record<string, Lame>> = {
  "believes the reply and reads nothing": {
    law: "truth",
    shape: "fleet",
    faults: ["twice"],
    deployer: lying((remote) => {
      let reply: PushReply;
      return {
        contains: async () => false,
        push: async (commit) => {
          reply = await remote.push(commit);
          return reply;
        },
        reread: async (_, commit) =>
          reply.kind === "accepted" ? { kind: "contains", tip: commit } : { kind: "unmoved" },
      };
    }),
  },
  "compares the tip with its commit instead of looking for it below": {
    law: "I3",
    shape: "same",
    faults: ["lose-reply", "foreign"],
    deployer: lying((remote) => ({
      ...forgetful,
      contains: async (tip, commit) => tip === commit,
      reread: async (before, commit) => {
        const reread = await remote.reread(before, commit);
        const isBelow = reread.kind === "contains" && reread.tip !== commit;
        return isBelow ? { kind: "moved", tip: reread.tip } : reread;
      },
    })),
  },
  "forces its push": {
    law: "I6",
    shape: "fleet",
    faults: [],
    deployer: lying((_, world, actor) => ({
      push: async (commit) => {
        await world.scheduler.before(actor, "force");
        world.server.force(commit, actor);
        return { kind: "accepted", words: "" };
      },
    })),
  },
  "decides once, before the loop, and only edits anew": {
    law: "I4",
    shape: "same",
    faults: [],
    deployer: async (request, ports, { policy }) => {
      let decided = false;
      const history = withAnswers(ports.history, {
        isAncestor: async (...pair) => decided || ports.history.isAncestor(...pair),
      });
      const remote = withLies(ports.remote, {
        push: (commit) => {
          decided = true;
          return ports.remote.push(commit);
        },
      });
      return promote(request, { ...ports, history, remote }, policy);
    },
  },
  "lands an older revision": {
    law: "I4",
    shape: "same",
    faults: [],
    deployer: (request, ports, { policy }) => {
      const history = withAnswers(ports.history, { isAncestor: async () => true });
      return promote(request, { ...ports, history }, policy);
    },
  },
  "asks the source once, and takes what that did not have for nobody's": {
    law: "I4",
    shape: "same",
    faults: ["unseen"],
    deployer: (request, ports, { policy }) => {
      const history = withAnswers(ports.history, { refresh: () => {} });
      return promote(request, { ...ports, history }, policy);
    },
  },
  "puts the first round's bytes on a later tip": {
    law: "I5",
    shape: "overlay",
    faults: [],
    deployer: replanned((derive) => {
      let first: ReturnType<Derive> | undefined;
      return (tip) => {
        first ??= derive(tip);
        return first;
      };
    }),
  },
  "tries again without fetching again": {
    law: "I9",
    shape: "fleet",
    faults: [],
    deployer: lying((remote) => {
      let tip: Promise<CommitId> | undefined;
      return {
        fetchTip: () => {
          tip ??= remote.fetchTip();
          return tip;
        },
      };
    }),
  },
  "takes silence for success": {
    law: "I1",
    shape: "fleet",
    faults: ["lose-request"],
    deployer: onReread(({ kind }, commit) =>
      kind === "silent" ? { kind: "contains", tip: commit } : undefined,
    ),
  },
  "takes silence for failure": {
    law: "I2",
    shape: "fleet",
    faults: ["late", "lose-reply"],
    deployer: (request, ports, { policy }) => {
      let wasSilent = false;
      const remote = withLies(ports.remote, {
        push: async (commit) => {
          const reply = await ports.remote.push(commit);
          wasSilent = reply.kind === "silent";
          return wasSilent ? { kind: "refused", words: reply.words } : reply;
        },
        reread: async (before, commit) =>
          wasSilent ? { kind: "unmoved" } : ports.remote.reread(before, commit),
      });
      return promote(request, { ...ports, remote }, { ...policy, refusalsMax: 1 });
    },
  },
  "takes a branch that cannot be read for success": {
    law: "I1",
    shape: "fleet",
    faults: ["lose-request", "unreachable"],
    deployer: whenUnknown({ outcome: "landed", exit: 0 }),
  },
  "takes a branch that cannot be read for failure": {
    law: "I2",
    shape: "fleet",
    faults: ["lose-reply", "unreachable"],
    deployer: whenUnknown({ outcome: "failed", exit: 1 }),
  },
  "does not read the holds": {
    law: "held",
    shape: "same",
    faults: ["hold"],
    deployer: lying((remote) => ({
      readFile: async (tip, path) => (path === holdsPath ? undefined : remote.readFile(tip, path)),
    })),
  },
  "takes the first refusal for final": {
    law: "truth",
    shape: "fleet",
    faults: ["lock"],
    deployer: (request, ports, { policy }) =>
      promote(request, ports, { ...policy, refusalsMax: 1 }),
  },
  "takes a new deploy id for every round": {
    law: "I1",
    shape: "fleet",
    faults: [],
    deployer: replanned((derive) => {
      let rounds = 0;
      return async (tip) => {
        rounds += 1;
        const plan = await derive(tip);
        if (plan.kind === "rest" || rounds === 1) return plan;
        const message = plan.draft.message.replace(/(Landfall-Deploy: \S+)/, `$1-${rounds}`);
        return { ...plan, draft: { ...plan.draft, message } };
      };
    }),
  },
  "takes any tip for one that shuts its push out": {
    law: "I3",
    shape: "same",
    faults: ["stale"],
    deployer: lying((remote) => {
      const own = new Set<CommitId>();
      return {
        ...forgetful,
        push: (commit) => {
          own.add(commit);
          return remote.push(commit);
        },
        contains: async (tip, commit) => !own.has(commit) || remote.contains(tip, commit),
      };
    }),
  },
  "writes the file anew instead of splicing the tag": {
    law: "I5",
    shape: "fleet",
    faults: [],
    deployer: lying((remote) => ({ commit: (draft) => remote.commit(reprinted(draft)) })),
  },
  "moves the pins of other images too": {
    law: "I5",
    shape: "overlay",
    faults: [],
    deployer: lying((remote) => ({ commit: (draft) => remote.commit(spread(draft)) })),
  },
  "commits although there is nothing to do": {
    law: "I7",
    shape: "same",
    faults: [],
    deployer: replanned((derive, { deploy }) => async (tip) => {
      const plan = await derive(tip);
      if (plan.kind === "write" || plan.why.verdict !== "unchanged") return plan;
      const record = `Landfall-Deploy: ${deploy}\nLandfall-Revision: ${"0".repeat(40)}`;
      const message = `chore(gitops): nothing\n\n${record}\nLandfall-Outcome: landed\n`;
      return { ...plan, kind: "write", draft: { changes: [], message, atSeconds: 0 } };
    }),
  },
  "takes a lost race for somebody else's success": {
    law: "I8",
    shape: "fleet",
    faults: [],
    deployer: replanned((derive) => {
      let rounds = 0;
      return async (tip) => {
        rounds += 1;
        const plan = await derive(tip);
        if (rounds === 1) return plan;
        return { kind: "rest", why: { ...plan.why, verdict: "unchanged" } };
      };
    }),
  },
  "exits with 0 whatever came of it": {
    law: "exit",
    shape: "fleet",
    faults: ["refuse"],
    deployer: async (request, ports, { policy }) => {
      return { ...(await promote(request, ports, policy)), exit: 0 };
    },
  },
  "lands one image of two": {
    law: "I1",
    shape: "same",
    faults: [],
    deployer: lying((remote) => ({
      commit: (draft) => remote.commit({ ...draft, changes: draft.changes.slice(0, 1) }),
    })),
  },
};

/** Every mutant of the promotion, by what it does wrong. */
export const mutants: Readonly<Record<string, Mutant>> = Object.fromEntries(
  Object.entries(lame).map(([name, { deployer, ...rest }]) => {
    return [name, { ...rest, crew: { promote: deployer } }];
  }),
);

/** Changes every file of a draft as text. */
function edited(draft: CommitDraft, edit: (text: string) => string): CommitDraft {
  const changes = draft.changes.map(({ path, bytes }) => ({
    path,
    bytes: encoder.encode(edit(decoder.decode(bytes))),
  }));
  return { ...draft, changes };
}

/** As a YAML printer would: the same values, other blanks. */
function reprinted(draft: CommitDraft): CommitDraft {
  return edited(draft, (text) => text.replaceAll("   #", " #"));
}

/** As `sed` would, without looking whose tag it is. */
function spread(draft: CommitDraft): CommitDraft {
  const tag = /sha-[0-9a-f]{7}/.exec(draft.message)?.[0] ?? "";
  return edited(draft, (text) => text.replaceAll(/sha-[0-9a-f]{7}/g, tag));
}
