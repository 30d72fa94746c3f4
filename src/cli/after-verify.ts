/** What follows from a verification: a mark for the environments after it, or the way back. */

import { defaults } from "../core/defaults.ts";
import type { PromoteResult } from "../core/results/promote.ts";
import type { VerifyResult } from "../core/results/verify.ts";
import type { Progress } from "../ports.ts";
import type { Settings } from "../settings/options.ts";
import type { Process } from "../settings/process.ts";
import { type MarkPorts, tryToMark } from "../usecases/landing/gate.ts";
import { landPolicy } from "../usecases/landing/land.ts";
import { rollback } from "../usecases/rollback/rollback.ts";
import { newDeployId } from "../wiring/index.ts";
import { openRollback } from "../wiring/rollback.ts";
import { landingIn } from "./landing.ts";

/** Records that a revision runs, where another environment waits for that. */
export async function recordVerified(
  { outcome, revision }: VerifyResult,
  { environment, rules }: Settings,
  ports: MarkPorts & { readonly progress: Progress },
): Promise<void> {
  if (outcome !== "verified" || environment === undefined || !rules?.recordsVerified) return;
  const tip = await ports.remote.fetchTip();
  const reason = "Seen by landfall verify";
  await tryToMark({ kind: "verified", environment, revision, reason }, tip, ports);
}

/**
 * Rolls back what was seen to fail, where the settings say so. What could not be seen, has only not
 * finished yet, or was looked for in the wrong place is left where it is.
 */
export async function wayBack(
  { outcome, steps }: VerifyResult,
  settings: Settings,
  { io, progress }: { readonly io: Process; readonly progress: Progress },
): Promise<PromoteResult | undefined> {
  if (outcome !== "failed" || settings.rules?.onFailedVerify !== "rollback") return undefined;
  const failed = steps.find(({ state, code }) => state === "failed" && code !== "config");
  if (failed === undefined) return undefined;
  const { environment, paths, manifestPaths, images, tagFormat, branch, config } = settings;
  progress.step("Rolling back, as onFailedVerify says");
  const ports = await openRollback(settings, { io, progress, registry: true, lands: true });
  try {
    const request = {
      goal: { steps: 1 },
      reason: `Verification failed: ${failed.detail}`.slice(0, 400),
      by: "landfall verify",
      images: images.map(({ image }) => ({ image })),
      tagFormat,
      environment,
      paths,
      manifestPaths,
      pattern: new RegExp(config?.audit?.pattern ?? defaults.audit.pattern),
      repository: ports.repository,
      branch,
      deploy: newDeployId(),
      ...landingIn({ skipCi: true }, settings),
    };
    return await rollback(request, ports, landPolicy);
  } finally {
    await ports.close();
  }
}
