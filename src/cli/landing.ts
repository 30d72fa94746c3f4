/** What promote, rollback and release have in common on the command line: they land, and say so. */

import type { PromoteResult } from "../core/result.ts";
import { promoteText } from "../report/promote-text.ts";
import { type LandPolicy, landPolicy } from "../usecases/land.ts";
import { type Io, printResult, styleFor } from "./io.ts";
import type { ManifestFlags, Settings } from "./settings.ts";

/** Returns how long is tried to land. */
export function policyFor({ timeoutMs }: Settings): LandPolicy {
  return { ...landPolicy, timeoutMs: timeoutMs ?? landPolicy.timeoutMs };
}

/** Prints what a landing came to and returns the exit status. */
export function tellLanding(result: PromoteResult, flags: ManifestFlags, io: Io): number {
  printResult(result, () => promoteText(result, styleFor(flags, io)), { ...flags, io });
  return result.exit;
}
