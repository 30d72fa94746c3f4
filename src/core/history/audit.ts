/** Two histories → the ledger: every code commit and its fate, every deploy, what went wrong. */

import type { CommitId } from "../ids.ts";
import {
  type AuditResult,
  type DeployFate,
  fates,
  type Inversion,
  type LedgerCommit,
  type LedgerDeploy,
} from "../results/audit.ts";
import { isOfFormat, type TagFormat } from "../tag-format.ts";
import { leftBehind } from "./audit-behind.ts";
import { type Applied, applySteps, type FateQuestion, judgeCommits } from "./audit-fates.ts";
import type { CodePlace } from "./code-line.ts";
import { subjectOf } from "./commits.ts";
import { type BranchHistory, type DeployStep, deploySteps, isMove } from "./deploys.ts";
import { type RevisionReader, tagIn } from "./pin-revision.ts";
import type { SourceGraph } from "./source-graph.ts";

/** What is asked of the histories. */
export interface LedgerQuestion extends FateQuestion {
  readonly sinceMs: number;
  /** After how many deploys a pin that did not move has stayed behind. */
  readonly behind: number;
  readonly tagFormat: TagFormat;
  readonly revisions: RevisionReader;
  /** Images that are built together, and the commits that they are built of. */
  readonly builds: readonly AuditBuild[];
}

/** Images that the same source paths are built into. */
export interface AuditBuild {
  /** By their printed names. */
  readonly images: readonly string[];
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
  const { sinceMs, asOfMs, tagFormat, revisions } = question;
  const commits = branch.commits.filter(({ atMs }) => atMs <= asOfMs);
  const steps = deploySteps({ ...branch, commits }, revisions);
  const applied = applySteps(graph, steps);
  const judged = worstOf(
    question.builds.map(({ images, code }) => {
      const own = applySteps(graph, stepsOf(images, steps));
      return judgeCommits(graph, codePlaces(own, code), { applied: own, question });
    }),
    graph,
  );
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

/** Returns what the deploys did to some images alone. */
function stepsOf(images: readonly string[], steps: readonly DeployStep[]): readonly DeployStep[] {
  return steps.flatMap((step) => {
    const pins = step.pins.filter(({ site }) => images.includes(site.image));
    return step.pins.length > 0 && pins.length === 0 ? [] : [{ ...step, pins }];
  });
}

/** Of a commit that several builds are made of, what became of it is the worst of all. */
function worstOf(
  judged: readonly (readonly LedgerCommit[])[],
  graph: SourceGraph,
): readonly LedgerCommit[] {
  const [only, ...others] = judged;
  if (only !== undefined && others.length === 0) return only;
  const worst = new Map<string, LedgerCommit>();
  for (const commit of judged.flat()) {
    const known = worst.get(commit.revision);
    if (known === undefined || fates.indexOf(commit.fate) > fates.indexOf(known.fate)) {
      worst.set(commit.revision, commit);
    }
  }
  const placeOf = ({ revision }: LedgerCommit) => graph.find(revision)!;
  return [...worst.values()].sort((a, b) => placeOf(a) - placeOf(b));
}

/**
 * The branch's own line, where every push is a commit; and whatever else was deployed by name. A
 * merge whose code production has from one of its sides brings nothing, and nobody misses it.
 */
function codePlaces(
  { state, own, superseded }: Applied,
  code: readonly CodePlace[],
): readonly number[] {
  const line = new Set(code.map(({ place }) => place));
  const isMissed = ({ place, same }: CodePlace) =>
    state.isIn(place) || !same.some((each) => state.isIn(each));
  const missed = code.filter(isMissed).map(({ place }) => place);
  const late = [...superseded.keys()].filter((place) => state.isIn(place) || line.has(place));
  return [...new Set([...missed, ...own.keys(), ...late])].sort((a, b) => a - b);
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
      if (isOfFormat(format, tagIn(to))) strange.add(to);
    }
  }
  if (strange.size === 0) return [];
  const some = [...strange].slice(0, 3).map((tag) => `"${tag}"`);
  const rest = strange.size > some.length ? ` and ${strange.size - some.length} more` : "";
  return [`The source's history has no commit, or several, for ${some.join(", ")}${rest}`];
}
