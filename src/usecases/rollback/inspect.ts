/** The facts of a rollback at one tip: every pin of every image, and what goes out with it. */

import { newestDeployed } from "../../core/history/timeline.ts";
import type { CommitId, Revision } from "../../core/ids.ts";
import { printImageName } from "../../core/image-ref.ts";
import type { PinFact } from "../../core/landing/decide.ts";
import { decideBack } from "../../core/landing/decide-back.ts";
import type { BackImage, BackTarget, DeployHistory, Goal } from "../../core/landing/rollback.ts";
import { relate } from "../landing/evaluate.ts";
import { type RevisionSnapshot, snapshotAt, withRevisions } from "../landing/snapshot.ts";
import type { RollbackPorts, RollbackRequest } from "./rollback.ts";

/** What is looked for. */
interface RollbackInspection {
  readonly goal: Goal;
  readonly request: RollbackRequest;
  readonly ports: RollbackPorts;
}

/**
 * Looks at a tip: every image's pins, and what they and the past mean for it. Throws what reading
 * the tip throws.
 */
export async function lookBack(
  tip: CommitId,
  past: DeployHistory,
  { goal, request, ports }: RollbackInspection,
): Promise<{ readonly snapshot: RevisionSnapshot; readonly images: readonly BackImage[] }> {
  const scope = { images: goal.targets.map(({ image }) => image), paths: request.paths };
  const snapshot = withRevisions(
    await snapshotAt(tip, scope, ports.remote),
    request.tagFormat,
    ports,
  );
  const images: BackImage[] = [];
  for (const target of goal.targets) {
    const about = { snapshot, history: ports.history };
    const facts = await relate(target, target.revision, about);
    images.push(await judge(target, facts, { past, ports }));
  }
  return { snapshot, images };
}

async function judge(
  target: BackTarget,
  facts: readonly PinFact[],
  { past, ports }: { readonly past: DeployHistory; readonly ports: RollbackPorts },
): Promise<BackImage> {
  const { graph, states } = past;
  const place = graph.find(target.revision);
  const newest = newestDeployed(states, printImageName(target.image), graph);
  const deployed = newest.filter((one) => place !== undefined && graph.isAncestor(place, one));
  const pinned = facts.flatMap(({ relation }) =>
    relation.kind === "newer" || relation.kind === "diverged" ? [relation.revision] : [],
  );
  const passed = deployed.filter((one) => one !== place).map((one) => graph.revisionAt(one));
  const out = await newestOf([...new Set([...pinned, ...passed])], ports);
  const decision = decideBack({ pins: facts, wasDeployed: deployed.length > 0, out });
  return { target, facts, out, decision };
}

/** Returns the revisions that no other one of them descends from. */
async function newestOf(
  revisions: readonly Revision[],
  { history }: RollbackPorts,
): Promise<readonly Revision[]> {
  const newest: Revision[] = [];
  for (const one of revisions) {
    let isOlder = false;
    for (const other of revisions) {
      isOlder ||= other !== one && (await history.isAncestor(one, other));
    }
    if (!isOlder) newest.push(one);
  }
  return newest;
}
