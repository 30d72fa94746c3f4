/** The holds of a branch as they were at a time, as far as they are about some pins. */

import { asFailure } from "../../core/failure.ts";
import type { LedgerHold } from "../../core/history/audit-fates.ts";
import type { FileChange, LoggedCommit } from "../../core/history/commits.ts";
import type { SourceGraph } from "../../core/history/source-graph.ts";
import type { CommitId } from "../../core/ids.ts";
import type { ImageName } from "../../core/image-ref.ts";
import { activeHolds, type Hold, holdsOn, isPlaced, type Scope } from "../../core/landing/hold.ts";
import { holdsPath, readHolds } from "../../core/landing/holds-file.ts";
import { isSetBy, placedBy } from "../../core/landing/records.ts";
import type { DeployLog } from "../../ports.ts";

/** Whose holds are meant, and when. */
interface HoldsQuestion extends Scope {
  readonly images: readonly ImageName[];
  /** In milliseconds since the epoch. */
  readonly asOfMs: number;
}

/** The histories that they are read from. */
interface HoldsSource {
  readonly changes: ReadonlyMap<string, readonly FileChange[]>;
  readonly manifests: readonly LoggedCommit[];
  readonly graph: SourceGraph;
  readonly log: DeployLog;
}

/** Reads them. What cannot be read holds nothing, and is warned of. */
export async function holdsAt(
  { images, asOfMs, ...scope }: HoldsQuestion,
  { changes, manifests, log, graph }: HoldsSource,
): Promise<{ readonly holds: readonly LedgerHold[]; readonly warnings: readonly string[] }> {
  const inTime = manifests.filter(({ atMs }) => atMs <= asOfMs);
  const [last] = inTime.flatMap(({ id }) => {
    const change = changes.get(id)?.find(({ path }) => path === holdsPath);
    return change === undefined ? [] : [{ by: id as CommitId, content: change.after }];
  });
  if (last?.content === undefined) return { holds: [], warnings: [] };
  let found: readonly Hold[] = [];
  const warnings: string[] = [];
  await log.read([last.content], (_, bytes) => {
    try {
      found = readHolds(bytes);
    } catch (error) {
      warnings.push(`${asFailure(error).message}. What it holds back is counted as a gap`);
    }
  });
  const placed: Hold[] = [];
  for (const hold of found) placed.push(await placedIn(inTime, hold, log));
  const counting = activeHolds(placed, scope, asOfMs);
  const active = new Set(images.flatMap((image) => holdsOn(image, counting)));
  const holds = [...active].flatMap(({ through }) => {
    const place = graph.find(through);
    return place === undefined ? [] : [{ through: place, by: last.by }];
  });
  return { holds, warnings };
}

/** Finds out what a hold of an earlier version is about, which does not say it. */
async function placedIn(
  commits: readonly LoggedCommit[],
  hold: Hold,
  log: DeployLog,
): Promise<Hold> {
  if (isPlaced(hold)) return hold;
  const isIt = ({ message, atMs }: LoggedCommit) =>
    isSetBy(hold, { message, atSeconds: Math.floor(atMs / 1000) });
  const commit = commits.find(isIt);
  if (commit === undefined) return hold;
  const files = (await log.changes([commit], [])).get(commit.id) ?? [];
  return placedBy(
    hold,
    files.map(({ path }) => path),
  );
}
