/** What follows from a verification: a mark for the environments after it, or the way back. */

import { defaults } from "../core/defaults.ts";
import { Failure } from "../core/failure.ts";
import type { PromoteResult } from "../core/results/promote.ts";
import type { VerifyResult } from "../core/results/verify.ts";
import type { Progress } from "../ports.ts";
import type { Settings } from "../settings/options.ts";
import type { Process } from "../settings/process.ts";
import { type MarkPorts, tryToMark } from "../usecases/landing/gate.ts";
import { landPolicy } from "../usecases/landing/land.ts";
import {
  newestHeld,
  type RevisionSnapshot,
  snapshotAt,
  withRevisions,
} from "../usecases/landing/snapshot.ts";
import { type RollbackPorts, rollback } from "../usecases/rollback/rollback.ts";
import { newDeployId } from "../wiring/index.ts";
import { openRollback } from "../wiring/rollback.ts";
import { landingIn } from "./landing.ts";
import { isWhole } from "./rules.ts";

/**
 * Records that a revision runs, where another environment waits for that: all of it, and itself. A
 * verification is content with what is newer; the environment after is not.
 */
export async function recordVerified(
  { outcome, revision }: VerifyResult,
  settings: Settings,
  { pinned, ports }: { readonly pinned: RevisionSnapshot; readonly ports: RecordPorts },
): Promise<void> {
  const { environment, rules, tagFormat } = settings;
  if (outcome !== "verified" || environment === undefined || !rules?.recordsVerified) return;
  const { history } = ports;
  const standing = await newestHeld(pinned.pins, pinned, { history, tagFormat });
  if (standing?.revision !== revision || !isWhole(settings)) return;
  const reason = "Seen by landfall verify";
  await tryToMark({ kind: "verified", environment, revision, reason }, pinned.tip, ports);
}

type RecordPorts = MarkPorts & Pick<RollbackPorts, "progress" | "history">;

/**
 * Rolls back what was seen to fail, where the settings say so. What could not be seen, has only not
 * finished yet, or was looked for in the wrong place is left where it is; so is the branch where
 * something else is by now.
 */
export async function wayBack(
  { outcome, steps, revision, tag }: VerifyResult,
  settings: Settings,
  { io, progress }: { readonly io: Process; readonly progress: Progress },
): Promise<PromoteResult | undefined> {
  if (outcome !== "failed" || settings.rules?.onFailedVerify !== "rollback") return undefined;
  const failed = steps.find(({ state, code }) => state === "failed" && code !== "config");
  if (failed === undefined) return undefined;
  // The time is for what is waited for; the way back takes its own.
  const unhurried = { ...settings, timeoutMs: undefined };
  const opening = { io, progress, registry: true, lands: true };
  try {
    const ports = await openRollback(unhurried, opening);
    try {
      const standing = await standingAt(settings, ports);
      if (standing?.revision === revision) {
        progress.step("Rolling back, as onFailedVerify says");
        return await rollback(backFrom(failed.detail, settings, ports), ports, landPolicy);
      }
      const other = standing?.tag ?? "something else";
      progress.warn(
        `Not rolled back: ${settings.branch} has ${other}, and not ${tag}, which failed`,
      );
    } finally {
      await ports.close();
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // What was verified is told all the same.
    progress.warn(`Not rolled back: ${error.message}`);
  }
  return undefined;
}

function backFrom(
  why: string,
  settings: Settings,
  { repository }: { readonly repository: string },
) {
  const { environment, paths, manifestPaths, images, tagFormat, branch, config } = settings;
  return {
    goal: { steps: 1 },
    reason: `Verification failed: ${why}`.slice(0, 400),
    by: "landfall verify",
    images: images.map(({ image }) => ({ image })),
    tagFormat,
    environment,
    paths,
    manifestPaths,
    pattern: new RegExp(config?.audit?.pattern ?? defaults.audit.pattern),
    repository,
    branch,
    deploy: newDeployId(),
    ...landingIn({ skipCi: true }, settings),
  };
}

/** Returns the newest revision that the pins hold now: only what failed itself is to go back. */
async function standingAt({ images, paths, tagFormat }: Settings, ports: RollbackPorts) {
  const tip = await ports.remote.fetchTip();
  const scope = { images: images.map(({ image }) => image), paths };
  const seen = await snapshotAt(tip, scope, ports.remote);
  const { history } = ports;
  return newestHeld(seen.pins, withRevisions(seen, tagFormat, ports), { history, tagFormat });
}
