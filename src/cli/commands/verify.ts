/** `landfall verify`: flags → the deploy that is meant → use case → result. */

import { Failure } from "../../core/failure.ts";
import { verifyText } from "../../report/text/verify.ts";
import { observePins } from "../../usecases/verify/pins.ts";
import { verify, verifyPolicy } from "../../usecases/verify/verify.ts";
import { recordVerified, wayBack } from "../after-verify.ts";
import { command } from "../command.ts";
import { lookAtDeploy } from "../deploy-look.ts";
import { fluxRefs, smokePages } from "../deploy-question.ts";
import { cluster, deploy, manifests, output, reports, toggle } from "../flags.ts";
import { printResult, progressFor, styleFor } from "../output.ts";

export default command({
  description:
    "Wait until Argo CD has applied the deploy, its pods run the images, and pages show it. " +
    "Argo CD is asked to compare with the branch, and may then apply what is new there.",
  examples: [
    ["landfall verify", "wait for what the branch holds now, by default for 15 minutes"],
    ["landfall verify --sync", "ask Argo CD to sync, where it does not by itself"],
  ],
  flags: {
    sync: toggle(
      "--sync",
      "ask Argo CD to sync (Flux: to reconcile), instead of waiting until it does",
    ),
    ...deploy,
    ...manifests,
    ...cluster,
    ...reports,
    ...output,
  },
  async run(flags, io) {
    return lookAtDeploy(flags, {
      ...{ io, command: "verify", cluster: "needed" },
      async look({ settings, meant, ports, apps, workloads }) {
        if (workloads instanceof Failure) throw workloads;
        const seen = await verify(
          {
            ...meant.deploy,
            pinned: meant.pinned,
            pins: await observePins(meant, ports),
            ...{ apps, flux: fluxRefs(settings), mode: flags.sync ? "sync" : "wait" },
            workloads,
            pages: smokePages(settings),
          },
          ports,
          { ...verifyPolicy, timeoutMs: settings.timeoutMs ?? verifyPolicy.timeoutMs },
        );
        await recordVerified(seen, settings, { pinned: meant.pinned, ports });
        const back = await wayBack(seen, settings, { io, progress: progressFor(flags, io) });
        const result = back === undefined ? seen : { ...seen, rollback: back };
        const length = flags.verbose ? "whole" : "brief";
        printResult(result, () => verifyText(result, styleFor(flags, io), length), {
          ...flags,
          io,
        });
        return result.exit;
      },
    });
  },
});
