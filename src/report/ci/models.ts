/** Any result that CI reports → its brief. */

import type { AnyResult } from "../../core/results/any.ts";
import type { ReportModel } from "./model.ts";
import { auditReport } from "./model-audit.ts";
import { doctorReport, statusReport, verifyReport } from "./model-cluster.ts";
import { landingReport } from "./model-landing.ts";
import { syncReport } from "./model-sync.ts";
import { combined } from "./several.ts";

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

/** Results of several environments. */
interface Several {
  readonly exit: number;
  readonly environments: readonly { readonly environment?: string }[];
}

function reportOfSeveral(command: string, { exit, environments }: Several): ReportModel {
  const reports = environments.flatMap((result) => {
    const report = reportModelOf(result);
    return report === undefined ? [] : [{ environment: result.environment ?? "", report }];
  });
  return combined(command, exit, reports);
}

/** Returns a result in brief, or undefined for one that CI is not told of. */
export function reportModelOf(result: object): ReportModel | undefined {
  const command = "command" in result ? String(result.command) : "";
  if (!Object.hasOwn(writers, command)) return undefined;
  if ("environments" in result) return reportOfSeveral(command, result as Several);
  const write = writers[command as AnyResult["command"]] as (result: object) => ReportModel;
  return write(result);
}
