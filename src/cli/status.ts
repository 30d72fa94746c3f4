/** `landfall status`: flags → one look at everything → table. */

import { statusText } from "../report/status-text.ts";
import { readMeant } from "../usecases/deploy.ts";
import { status } from "../usecases/status.ts";
import { wantedWorkloads } from "../usecases/wanted-workloads.ts";
import { openDeployPorts } from "../wiring-cluster.ts";
import { type DeployFlags, deployQuestion, rolloutPlace } from "./deploy-question.ts";
import { type Io, printResult, progressFor, styleFor } from "./io.ts";
import { settingsFrom } from "./settings.ts";

/** Runs the command and returns its exit status. */
export async function runStatus(flags: DeployFlags, io: Io): Promise<number> {
  const settings = await settingsFrom(flags, io);
  const progress = progressFor(flags, io);
  const ports = await openDeployPorts(settings, flags, { io, progress });
  try {
    const question = deployQuestion(flags, settings, ports.repository);
    const meant = await readMeant(question, ports);
    const place = rolloutPlace(settings);
    const app = settings.config?.verify?.argocd?.app;
    const workloads = place && (await wantedWorkloads(place, meant, ports));
    const result = await status({ meant, app, workloads }, ports);
    printResult(result, () => statusText(result, styleFor(flags, io)), { ...flags, io });
    return result.exit;
  } finally {
    await ports.close();
  }
}
