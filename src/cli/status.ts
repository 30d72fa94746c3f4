/** `landfall status`: flags → one look at everything → table. */

import { statusText } from "../report/status-text.ts";
import { status } from "../usecases/status.ts";
import { lookAtDeploy } from "./deploy-look.ts";
import type { DeployFlags } from "./deploy-question.ts";
import { type Io, printResult, styleFor } from "./io.ts";

/** Runs the command and returns its exit status. */
export async function runStatus(flags: DeployFlags, io: Io): Promise<number> {
  return lookAtDeploy(flags, {
    ...{ io, cluster: "wanted" },
    async look({ settings, meant, ports, workloads }) {
      const app = settings.config?.verify?.argocd?.app;
      const result = await status({ meant, app, workloads }, ports);
      printResult(result, () => statusText(result, styleFor(flags, io)), { ...flags, io });
      return result.exit;
    },
  });
}
