/** How an actor reads the model server: one request that may fail, or be answered late or stale. */

import { Failure } from "../../core/failure.ts";
import type { CommitId } from "../../core/ids.ts";
import type { Choices } from "../choices.ts";
import type { World } from "../world.ts";
import type { Move } from "./server.ts";

/**
 * Reads where the branch is and what waits beside it.
 *
 * @throws Failure `remote-unreachable`, `throttled`.
 */
export async function readServer(
  world: World,
  actor: string,
  label: string,
): Promise<Pick<Move, "tip" | "notes">> {
  const { scheduler } = world;
  const account = world.accounts.get(actor)!;
  await scheduler.before(actor, label, world.latencyMs());
  const trouble = troubleReading(world.fate);
  if (trouble !== undefined) {
    account.told += `${trouble.message}\n`;
    throw trouble;
  }
  const { tip, notes } = world.view();
  await scheduler.after(actor, `read ${short(tip)}`, world.latencyMs());
  forgetShutOut(world, account.doubts, tip);
  account.told += `${tip} ${notes.map(({ id }) => id).join(" ")}\n`;
  return { tip, notes };
}

/** A branch that went on from a commit's parent without the commit never takes it any more. */
function forgetShutOut({ objects }: World, doubts: Set<CommitId>, tip: CommitId): void {
  for (const commit of doubts) {
    const parent = objects.get(commit).parent!;
    if (tip !== parent && objects.contains(tip, parent)) doubts.delete(commit);
  }
}

/** Returns what befalls a read of the server, or undefined when it is answered. */
export function troubleReading(fate: Choices): Failure | undefined {
  if (fate.strikes("unreachable")) {
    return new Failure("remote-unreachable", "Cannot read: no route to host", "Try again.");
  }
  if (!fate.strikes("throttle")) return undefined;
  const retryAfterMs = fate.lasts(1_000, 40_000);
  return new Failure("throttled", "Cannot read: error: 429", "Wait.", { retryAfterMs });
}

/** Returns the first digits of an id, for a trace. */
export function short(id: string): string {
  return id.slice(0, 7);
}
