/** Any result that CI is told of → its brief. */

import type { AnyResult } from "../../core/results/any.ts";
import type { ReportModel } from "./model.ts";
import { auditReport } from "./model-audit.ts";
import { doctorReport, statusReport, verifyReport } from "./model-cluster.ts";
import { landingReport } from "./model-landing.ts";
import { syncReport } from "./model-sync.ts";

type Of<Command> = Extract<AnyResult, { readonly command: Command }>;

const writers: { readonly [C in AnyResult["command"]]: (result: Of<C>) => ReportModel } = {
  promote: landingReport,
  rollback: landingReport,
  release: landingReport,
  freeze: landingReport,
  thaw: landingReport,
  sync: syncReport,
  audit: auditReport,
  verify: verifyReport,
  status: statusReport,
  doctor: doctorReport,
};

/** Returns a result in brief, or undefined for one that CI is not told of. */
export function reportModelOf(result: object): ReportModel | undefined {
  const command = "command" in result ? String(result.command) : "";
  if (!Object.hasOwn(writers, command)) return undefined;
  const write = writers[command as AnyResult["command"]] as (result: object) => ReportModel;
  return write(result);
}
