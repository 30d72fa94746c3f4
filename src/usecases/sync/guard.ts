/** Which commits the checker may land in an environment with a gate. */

import type { Revision } from "../../core/ids.ts";
import { closedGate } from "../../core/landing/gate.ts";
import { tagOf } from "../../core/tag-format.ts";
import { areHeld, marksAt, pinsBefore } from "../landing/gate.ts";
import type { RevisionSnapshot } from "../landing/snapshot.ts";
import type { CodeCommit } from "./newest-published.ts";
import type { SyncPorts, SyncRequest } from "./request.ts";

/** The commits that may land, and what is said of the others. */
export interface GuardedCommits {
  readonly commits: readonly CodeCommit[];
  readonly warnings: readonly string[];
}

/**
 * Leaves out what nobody tried to land and no gate lets through. What the pins hold, and all before
 * it, has passed already.
 *
 * @param commits The newest first.
 */
export async function guard(
  commits: readonly CodeCommit[],
  {
    request,
    ports,
    snapshot,
  }: { request: SyncRequest; ports: SyncPorts; snapshot: RevisionSnapshot },
): Promise<GuardedCommits> {
  const { guarded, environment } = request;
  if (guarded === undefined || environment === undefined) return { commits, warnings: [] };
  const marks = await marksAt(ports);
  const images = request.images.map(({ image }) => image);
  const paths = guarded.gate?.beforePaths ?? [];
  const pins = paths.length === 0 ? [] : await pinsBefore(paths, images, snapshot.tip, ports);
  const nowMs = ports.clock.nowMs();
  const held = new Set<Revision>();
  for (const pin of snapshot.pins) {
    const known = await snapshot.revisionOf(pin);
    if (known?.revision !== undefined) held.add(known.revision);
  }
  const first = commits.findIndex(({ revision }) => held.has(revision));
  const passed = first < 0 ? commits.length : first;
  const isLetThrough = ({ revision }: CodeCommit) => {
    const isOurs = (mark: (typeof marks)[number]) =>
      mark.kind === "attempted" && mark.environment === environment && mark.revision === revision;
    if (marks.some(isOurs)) return true;
    const tag = tagOf(request.tagFormat, revision);
    const targets = images.map((image) => ({ image, tag, digest: undefined }));
    const runsBefore = areHeld(targets, pins);
    return (
      guarded.gate !== undefined &&
      !closedGate(guarded.gate, revision, { marks, runsBefore, nowMs })
    );
  };
  const open = commits.filter((commit, at) => at >= passed || isLetThrough(commit));
  const left = commits.length - open.length;
  if (left === 0) return { commits, warnings: [] };
  const what = left === 1 ? "1 newer commit alone" : `${left} newer commits alone`;
  const why = `nobody tried to promote ${left === 1 ? "it" : "them"} to ${environment}`;
  return { commits: open, warnings: [`The checker leaves ${what}: ${why}, and no gate is open`] };
}
