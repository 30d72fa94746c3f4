/** Which commits the checker may land in an environment with a gate. */

import { printImageName } from "../../core/image-ref.ts";
import { gateAt, marksAt } from "../landing/gate.ts";
import type { RevisionSnapshot } from "../landing/snapshot.ts";
import type { CodeCommit } from "./newest-published.ts";
import type { SyncPorts, SyncRequest } from "./request.ts";

/** The commits that may land, and what is reported about the others. */
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
  const images = request.images.map(({ image }) => image);
  const { gate } = guarded;
  const { tip } = snapshot;
  const ask = gate && (await gateAt(gate, { ...request, images, tip }, ports));
  const attempted = new Set(
    (await marksAt(ports))
      .filter((mark) => mark.kind === "attempted" && mark.environment === environment)
      .map(({ revision }) => revision),
  );
  const passed = await firstHeld(commits, snapshot);
  const open: CodeCommit[] = [];
  for (const [at, commit] of commits.entries()) {
    const { revision, tag } = commit;
    const targets = images.map((image) => ({ image, tag, digest: undefined }));
    const closed = at >= passed ? undefined : await ask?.(revision, targets);
    const isTried = attempted.has(revision) && closed?.because !== "rolled-back";
    const isOpen = ask !== undefined && closed === undefined;
    if (at >= passed || isTried || isOpen) open.push(commit);
  }
  const left = commits.length - open.length;
  if (left === 0) return { commits, warnings: [] };
  const what = left === 1 ? "1 newer commit alone" : `${left} newer commits alone`;
  const why = `nobody tried to promote ${left === 1 ? "it" : "them"} to ${environment}`;
  return { commits: open, warnings: [`The checker leaves ${what}: ${why}, and no gate is open`] };
}

/** Returns where the newest commit is that every image holds, or the end. */
async function firstHeld(
  commits: readonly CodeCommit[],
  snapshot: RevisionSnapshot,
): Promise<number> {
  const held = new Map<string, number>();
  for (const pin of snapshot.pins) {
    const { revision } = (await snapshot.revisionOf(pin)) ?? {};
    const found = commits.findIndex((commit) => commit.revision === revision);
    const name = printImageName(pin.image);
    const at = found < 0 ? commits.length : found;
    held.set(name, Math.min(at, held.get(name) ?? commits.length));
  }
  return held.size === 0 ? commits.length : Math.max(...held.values());
}
