/** `landfall verify`: flags → the deploy that is meant → use case → result. */

import { verifyText } from "../report/text/verify.ts";
import type { Process } from "../settings/process.ts";
import { observePins } from "../usecases/verify/pins.ts";
import { verify, verifyPolicy } from "../usecases/verify/verify.ts";
import { lookAtDeploy } from "./deploy-look.ts";
import { type DeployFlags, smokePages } from "./deploy-question.ts";
import { printResult, styleFor } from "./output.ts";

/** The flags of `verify`, as commander hands them over. */
export interface VerifyFlags extends DeployFlags {
  readonly sync?: boolean;
}

/** Runs the command and returns its exit status. */
export async function runVerify(flags: VerifyFlags, io: Process): Promise<number> {
  return lookAtDeploy(flags, {
    ...{ io, cluster: "needed" },
    async look({ settings, meant, ports, workloads }) {
      const app = settings.config?.verify?.argocd?.app;
      const result = await verify(
        {
          ...meant.deploy,
          pins: await observePins(meant, ports),
          argocd: app === undefined ? undefined : { app, mode: flags.sync ? "sync" : "wait" },
          workloads,
          pages: smokePages(settings),
        },
        ports,
        { ...verifyPolicy, timeoutMs: settings.timeoutMs ?? verifyPolicy.timeoutMs },
      );
      printResult(result, () => verifyText(result, styleFor(flags, io)), { ...flags, io });
      return result.exit;
    },
  });
}
