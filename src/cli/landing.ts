/** What promote, rollback and release have in common on the command line: they land, and say so. */

import type { PromoteResult } from "../core/results/promote.ts";
import { plain } from "../report/safe-text.ts";
import { promoteText } from "../report/text/promote.ts";
import {
  type GitPlaces,
  type ManifestFlags,
  type ScopeSettings,
  skipsCi,
} from "../settings/options.ts";
import type { Process } from "../settings/process.ts";
import { type LandPolicy, landPolicy } from "../usecases/landing/land.ts";
import { tellWebhooks } from "../wiring/notify.ts";
import { printResult, styleFor } from "./output.ts";

/** The flags of every command that lands, as commander hands them over. */
export interface LandingFlags extends ManifestFlags {
  readonly dryRun?: boolean;
  readonly skipCi: boolean;
}

/** Returns whether a landing is only tried out, and whether its commits ask CI to skip them. */
export function landingIn(flags: LandingFlags, settings: ScopeSettings) {
  const mode = flags.dryRun ? ("dry-run" as const) : ("push" as const);
  return { mode, skipCi: flags.skipCi && skipsCi(settings, flags.tagFormat) };
}

/** Returns how long is tried to land. */
export function policyFor({ timeoutMs }: GitPlaces): LandPolicy {
  return { ...landPolicy, timeoutMs: timeoutMs ?? landPolicy.timeoutMs };
}

/** Prints what a landing came to, tells who else wants to know, and returns the exit status. */
export async function tellLanding(
  result: PromoteResult,
  flags: ManifestFlags,
  io: Process,
): Promise<number> {
  printResult(result, () => promoteText(result, styleFor(flags, io)), { ...flags, io });
  for (const warning of await tellWebhooks(result, io)) io.err(`landfall: ${plain(warning)}\n`);
  return result.exit;
}
