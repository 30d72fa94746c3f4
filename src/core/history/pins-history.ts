/** What was deployed when: the states of a branch as rows, the newest first. */

import type { CommitId, Revision } from "../ids.ts";
import type { LedgerDeploy } from "../results/audit.ts";
import { subjectOf } from "./commits.ts";
import type { SourceGraph } from "./source-graph.ts";
import { type DeployedState, deployLine } from "./timeline.ts";

/** What the pins of one image held. */
export interface PinnedImage {
  readonly image: string;
  /** As the manifests have them, without repeats. None: no pin of it was there. */
  readonly tags: readonly string[];
}

/** One deploy, and what the pins held after it. */
export interface PinsHistoryRow {
  readonly commit: CommitId;
  /** Committer's date, milliseconds since the epoch. */
  readonly atMs: number;
  readonly outcome: LedgerDeploy["kind"];
  /** As it is: not safe to print as it comes. */
  readonly author: string;
  readonly subject: string;
  /** The revision that it deployed, where its trailer or a tag names one of the source. */
  readonly revision?: Revision | undefined;
  readonly images: readonly PinnedImage[];
}

/** What `pins --history` prints. The field `version` changes when a reader would have to. */
export interface PinsHistoryResult {
  readonly version: 1;
  readonly command: "pins";
  readonly exit: 0;
  readonly repository: string;
  readonly branch: string;
  readonly environment?: string;
  /** Undefined: the branch is empty. */
  readonly tip: CommitId | undefined;
  /** Newest first. */
  readonly deploys: readonly PinsHistoryRow[];
  /** How many older ones were left out. */
  readonly leftOut: number;
  /** What `rollback --steps 1` goes back to. Absent: there is nothing to go back to. */
  readonly previous?: Revision | undefined;
  readonly warnings: readonly string[];
}

/**
 * Returns the deploys that changed what the pins of some images hold, or that say something of a
 * rollback, newest first.
 *
 * @param names The images' printed names.
 */
export function historyRows(
  states: readonly DeployedState[],
  names: readonly string[],
  graph: SourceGraph,
): readonly PinsHistoryRow[] {
  const rows: PinsHistoryRow[] = [];
  let before = JSON.stringify(names.map((image) => ({ image, tags: [] })));
  for (const state of states) {
    const { commit, kind, revision } = state.step;
    const images = names.map((image) => ({ image, tags: tagsOf(state, image) }));
    const after = JSON.stringify(images);
    const isTold = kind === "rollback" || kind === "release";
    const isThere = images.some(({ tags }) => tags.length > 0);
    if (after === before && !(isTold && isThere)) continue;
    before = after;
    rows.push({
      ...{ commit: commit.id as CommitId, atMs: commit.atMs, outcome: kind },
      ...{ author: commit.author, subject: subjectOf(commit) },
      ...(revision === undefined ? {} : { revision: graph.revisionAt(revision) }),
      images,
    });
  }
  return rows.reverse();
}

/**
 * Returns the newest revision that the images go back to in one step. There is no way back where an
 * image has no pin now: nothing would move.
 */
export function previousRevision(
  states: readonly DeployedState[],
  names: readonly string[],
  graph: SourceGraph,
): Revision | undefined {
  const held = new Set(states.at(-1)?.held.map(({ image }) => image));
  if (!names.every((image) => held.has(image))) return undefined;
  const point = deployLine(states, names, graph).points.at(-2);
  const places = point?.heads.flatMap(({ revision }) => revision ?? []) ?? [];
  return places.length === 0 ? undefined : graph.revisionAt(Math.min(...places));
}

function tagsOf({ held }: DeployedState, image: string): readonly string[] {
  const own = held.filter((pin) => pin.image === image);
  return [...new Set(own.map(({ text }) => text))];
}
