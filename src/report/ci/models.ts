/** Any result that CI is told of → its brief. */

import type { AnyResult } from "../../core/results/any.ts";
import type { Brief } from "./model.ts";
import { auditBrief } from "./model-audit.ts";
import { doctorBrief, statusBrief, verifyBrief } from "./model-cluster.ts";
import { landingBrief } from "./model-landing.ts";
import { syncBrief } from "./model-sync.ts";

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
