/** Two histories → the ledger: every code commit and its fate, every deploy, what went wrong. */

import type { CommitId } from "../ids.ts";
import {
  type AuditResult,
  type DeployFate,
  fates,
  type Inversion,
  type LedgerDeploy,
} from "../results/audit.ts";
import type { TagFormat } from "../tag-format.ts";
import { leftBehind } from "./audit-behind.ts";
import { type Applied, applySteps, type FateQuestion, judgeCommits } from "./audit-fates.ts";
import type { CodePlace } from "./code-line.ts";
import { subjectOf } from "./commits.ts";
import { type BranchHistory, type DeployStep, deploySteps, isMove } from "./deploys.ts";
import { digitsIn, revisionReader } from "./pin-revision.ts";
import type { SourceGraph } from "./source-graph.ts";

/** What is asked of the histories. */
export interface LedgerQuestion extends FateQuestion {
  readonly sinceMs: number;
  /** After how many deploys a pin that did not move has stayed behind. */
  readonly behind: number;
  readonly tagFormat: TagFormat;
  /** The commits that deploys are made of. */
  readonly code: readonly CodePlace[];
}

/** The part of an audit that the histories alone tell. */
export type DeployAudit = Pick<
  AuditResult,
  "counts" | "commits" | "deploys" | "inversions" | "leftBehind" | "warnings"
>;

/** Keeps the ledger. Commits that were made after `asOfMs` are not there yet. */
export function keepLedger(
  graph: SourceGraph,
  branch: BranchHistory,
  question: LedgerQuestion,
): DeployAudit {
  const { sinceMs, asOfMs, tagFormat } = question;
  const commits = branch.commits.filter(({ atMs }) => atMs <= asOfMs);
  const steps = deploySteps({ ...branch, commits }, revisionReader(graph, tagFormat));
  const applied = applySteps(graph, steps);
  const places = codePlaces(applied, question);
  const judged = judgeCommits(graph, places, { applied, question });
  const inTime = ({ atMs }: { readonly atMs: number }) => atMs >= sinceMs && atMs <= asOfMs;
  const listed = judged.filter(inTime);
  const count = (fate: DeployFate) => listed.filter((commit) => commit.fate === fate).length;
  return {
    counts: Object.fromEntries(fates.map((fate) => [fate, count(fate)])) as DeployAudit["counts"],
    commits: listed,
    deploys: deploysOf(graph, applied).filter(inTime).reverse(),
    inversions: inversionsOf(graph, steps).filter(inTime).reverse(),
    leftBehind: leftBehind(steps, question),
    warnings: strangeTags(steps, tagFormat),
  };
}

/**
 * The branch's own line, where every push is a commit; and whatever else was deployed by name. A
 * merge whose code production has from one of its sides brings nothing, and nobody misses it.
 */
function codePlaces(
  { state, own, superseded }: Applied,
  { code }: LedgerQuestion,
): readonly number[] {
  const named = new Set([...own.keys(), ...superseded.keys()]);
  const isMissed = ({ place, same }: CodePlace) =>
    state.isIn(place) || !same.some((each) => state.isIn(each));
  const line = code.filter(isMissed).map(({ place }) => place);
  return [...new Set([...line, ...named])].sort((a, b) => a - b);
}

function deploysOf(graph: SourceGraph, { steps, landing }: Applied): readonly LedgerDeploy[] {
  return steps.flatMap(({ commit, kind, revision, pins }, number) => {
    const { id, author, atMs } = commit;
    const moved = pins.filter((pin) => isMove(pin) || (landing.has(number) && isBirth(pin)));
    const saysSo = kind === "rollback" || kind === "release" || kind === "superseded";
    if (moved.length === 0 && !saysSo) return [];
    const moves = moved.map(({ file, site, from = "", to = "" }) => {
      return { file, image: site.image, from, to };
    });
    const known = revision === undefined ? undefined : graph.revisionAt(revision);
    const words = { subject: subjectOf(commit), author, atMs };
    return [{ commit: id as CommitId, ...words, kind, revision: known, moves }];
  });
}

/** A new place that brings a revision which nobody had deployed is a deploy. */
function isBirth({ from, to, toRevision }: DeployStep["pins"][number]): boolean {
  return from === undefined && to !== undefined && toRevision !== undefined;
}

function inversionsOf(graph: SourceGraph, steps: readonly DeployStep[]): readonly Inversion[] {
  return steps.flatMap(({ commit, kind, pins }) => {
    if (kind === "rollback") return [];
    const back = new Map<string, Inversion>();
    for (const { site, from = "", to = "", fromRevision, toRevision } of pins) {
      if (fromRevision === undefined || toRevision === undefined) continue;
      if (fromRevision === toRevision || !graph.isAncestor(toRevision, fromRevision)) continue;
      const { image } = site;
      const { atMs } = commit;
      back.set(`${image} ${from} ${to}`, { commit: commit.id as CommitId, atMs, image, from, to });
    }
    return [...back.values()];
  });
}

/** Tags of the format that name no commit: the source is another one, or its history was cut. */
function strangeTags(steps: readonly DeployStep[], format: TagFormat): readonly string[] {
  const strange = new Set<string>();
  for (const { pins } of steps) {
    for (const { to, toRevision } of pins) {
      if (to === undefined || toRevision !== undefined) continue;
      if (digitsIn(to, format) !== undefined) strange.add(to);
    }
  }
  if (strange.size === 0) return [];
  const some = [...strange].slice(0, 3).map((tag) => `"${tag}"`);
  const rest = strange.size > some.length ? ` and ${strange.size - some.length} more` : "";
  return [`The source's history has no commit, or several, for ${some.join(", ")}${rest}`];
}
