/** What became of each code commit, by ancestry alone: dates tell lags, never order. */

import type { CommitId } from "../ids.ts";
import type { DeployFate, LedgerCommit } from "../results/audit.ts";
import { subjectOf } from "./commits.ts";
import type { DeployStep } from "./deploys.ts";
import { LandingState } from "./landing-state.ts";
import type { SourceGraph } from "./source-graph.ts";

/** A hold, as far as it concerns fates. */
export interface LedgerHold {
  /** The newest commit that stays out, by its place. */
  readonly through: number;
  /** The commit of the manifests branch that set it. */
  readonly by: CommitId | undefined;
}

/** What fates are judged by. */
export interface FateQuestion {
  readonly asOfMs: number;
  readonly graceMs: number;
  readonly holds: readonly LedgerHold[];
}

/** The deploys, applied one after the other. */
export interface Applied {
  readonly state: LandingState;
  readonly steps: readonly DeployStep[];
  /** Numbers of the steps that landed something which was not in before. */
  readonly landing: ReadonlySet<number>;
  /** The first deploy of a commit's own, by the commit's place. */
  readonly own: ReadonlyMap<number, number>;
  /** The first record that a commit's own deploy came too late. */
  readonly superseded: ReadonlyMap<number, number>;
}

/** Applies the deploys, oldest first. */
export function applySteps(graph: SourceGraph, steps: readonly DeployStep[]): Applied {
  const state = new LandingState(graph);
  const landing = new Set<number>();
  const own = new Map<number, number>();
  const superseded = new Map<number, number>();
  for (const [number, step] of steps.entries()) {
    if (state.apply(step, number)) landing.add(number);
    const isOwn = step.kind === "deploy" || step.kind === "recovery";
    const moves = isOwn ? step.pins.filter(({ from, to }) => from !== to) : [];
    const moved = moves.flatMap(({ toRevision }) => toRevision ?? []);
    for (const place of moved) if (!own.has(place)) own.set(place, number);
    const { kind, revision } = step;
    if (kind === "superseded" && revision !== undefined && !superseded.has(revision)) {
      superseded.set(revision, number);
    }
  }
  return { state, steps, landing, own, superseded };
}

/** Judges some commits of the source, in the order given. */
export function judgeCommits(
  graph: SourceGraph,
  places: readonly number[],
  about: { readonly applied: Applied; readonly question: FateQuestion },
): readonly LedgerCommit[] {
  const held = heldBy(graph, about.question.holds);
  return places.map((place) => {
    const { atMs, author, isDated = true, ...commit } = graph.commits[place]!;
    const isYoung = isDated && about.question.asOfMs - atMs < about.question.graceMs;
    const { fate, number, by } = fateOf({ place, isYoung, held }, about);
    const step = number === undefined ? undefined : about.applied.steps[number];
    const hasLag = step !== undefined && landed.has(fate);
    return {
      ...{ revision: graph.revisionAt(place), subject: subjectOf(commit), author, atMs, fate },
      by: by ?? (step?.commit.id as CommitId | undefined),
      // Clocks differ: what landed before it was made took no time.
      ...(hasLag && { lagMs: Math.max(0, step.commit.atMs - atMs) }),
    };
  });
}

const landed: ReadonlySet<DeployFate> = new Set(["deployed", "covered", "superseded", "recovered"]);

interface JudgedCommit {
  readonly fate: DeployFate;
  /** The deploy behind it. */
  readonly number?: number | undefined;
  readonly by?: CommitId | undefined;
}

function fateOf(
  about: { place: number; isYoung: boolean; held: ReadonlyMap<number, LedgerHold> },
  { applied }: { readonly applied: Applied },
): JudgedCommit {
  const { place, isYoung, held } = about;
  const { state, steps, own, superseded } = applied;
  if (state.isIn(place)) {
    const ownNumber = own.get(place);
    const number = ownNumber ?? state.landedBy(place);
    const isRecovered = number !== undefined && steps[number]?.kind === "recovery";
    if (isRecovered) return { fate: "recovered", number };
    if (ownNumber !== undefined) return { fate: "deployed", number };
    return { fate: superseded.has(place) ? "superseded" : "covered", number };
  }
  const number = state.takenOutBy(place);
  const kind = number === undefined ? undefined : steps[number]?.kind;
  if (kind === "rollback" || kind === "by-hand") return { fate: "rolled-back", number };
  const hold = held.get(place);
  if (hold !== undefined) return { fate: "rolled-back", by: hold.by };
  // A tool that put an image back meant to deploy: what it took out is missed.
  return { fate: isYoung ? "pending" : "gap", number };
}

/** Returns what a hold keeps out, by the commits' places. */
function heldBy(graph: SourceGraph, holds: readonly LedgerHold[]): ReadonlyMap<number, LedgerHold> {
  const held = new Map<number, LedgerHold>();
  for (const hold of holds) {
    graph.walk([hold.through], (place) => {
      if (held.has(place)) return false;
      held.set(place, hold);
      return true;
    });
  }
  return held;
}
