/** Any result that CI is told of → its brief. */

import type { AnyResult } from "../core/any-result.ts";
import type { Brief } from "./brief.ts";
import { auditBrief } from "./brief-audit.ts";
import { doctorBrief, statusBrief, verifyBrief } from "./brief-cluster.ts";
import { landingBrief } from "./brief-landing.ts";
import { syncBrief } from "./brief-sync.ts";

type Of<Command> = Extract<AnyResult, { readonly command: Command }>;

const writers: { readonly [C in AnyResult["command"]]: (result: Of<C>) => Brief } = {
  promote: landingBrief,
  rollback: landingBrief,
  release: landingBrief,
  sync: syncBrief,
  audit: auditBrief,
  verify: verifyBrief,
  status: statusBrief,
  doctor: doctorBrief,
};

/** Returns a result in brief, or undefined for one that CI is not told of. */
export function briefOf(result: object): Brief | undefined {
  const command = "command" in result ? String(result.command) : "";
  if (!Object.hasOwn(writers, command)) return undefined;
  const write = writers[command as AnyResult["command"]] as (result: object) => Brief;
  return write(result);
}
