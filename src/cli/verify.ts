/** `landfall verify`: flags → the deploy that is meant → use case → result. */

import { verifyText } from "../report/verify-text.ts";
import { readMeant } from "../usecases/deploy.ts";
import { verify, verifyPolicy } from "../usecases/verify.ts";
import { pinsVerdict } from "../usecases/verify-pins.ts";
import { wantedWorkloads } from "../usecases/wanted-workloads.ts";
import { openDeployPorts } from "../wiring-cluster.ts";
import { type DeployFlags, deployQuestion, rolloutPlace, smokePages } from "./deploy-question.ts";
import { type Io, printResult, progressFor, styleFor } from "./io.ts";
import { settingsFrom } from "./settings.ts";

/** The flags of `verify`, as commander hands them over. */
export interface VerifyFlags extends DeployFlags {
  readonly sync?: boolean;
}

/** Runs the command and returns its exit status. */
export async function runVerify(flags: VerifyFlags, io: Io): Promise<number> {
  const settings = await settingsFrom(flags, io);
  const progress = progressFor(flags, io);
  const ports = await openDeployPorts(settings, flags, { io, progress });
  try {
    const question = deployQuestion(flags, settings, ports.repository);
    const meant = await readMeant(question, ports);
    const place = rolloutPlace(settings);
    const app = settings.config?.verify?.argocd?.app;
    const result = await verify(
      {
        ...meant.deploy,
        pins: await pinsVerdict(meant, ports),
        argocd: app === undefined ? undefined : { app, mode: flags.sync ? "sync" : "wait" },
        workloads: place && (await wantedWorkloads(place, meant, ports)),
        pages: smokePages(settings),
      },
      ports,
      { ...verifyPolicy, timeoutMs: settings.timeoutMs ?? verifyPolicy.timeoutMs },
    );
    printResult(result, () => verifyText(result, styleFor(flags, io)), { ...flags, io });
    return result.exit;
  } finally {
    await ports.close();
  }
}
