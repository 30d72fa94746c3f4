/** `landfall status`: flags → one look at everything → table. */

import { worstExit } from "../../core/results/several.ts";
import type { StatusResult } from "../../core/results/status.ts";
import type { SyncResult } from "../../core/results/sync.ts";
import { type StatusSize, statusText } from "../../report/text/status.ts";
import { forEachEnvironment } from "../../settings/options.ts";
import type { Process } from "../../settings/process.ts";
import { landPolicy } from "../../usecases/landing/land.ts";
import { sync } from "../../usecases/sync/sync.ts";
import { status } from "../../usecases/verify/status.ts";
import { openAudit } from "../../wiring/audit.ts";
import { command } from "../command.ts";
import { type DeployContext, lookAtDeploy } from "../deploy-look.ts";
import { type DeployFlags, fluxRefs } from "../deploy-question.ts";
import { cluster, deploy, type FlagsOf, manifests, output, reports, toggle } from "../flags.ts";
import { printResult, progressFor, styleFor } from "../output.ts";
import { askedBy } from "./sync.ts";

const flags = {
  refresh: toggle("--refresh", "make Argo CD compare first; it may then apply what is new"),
  ...deploy,
  ...manifests,
  ...cluster,
  ...reports,
  ...output,
};

type StatusFlags = FlagsOf<typeof flags>;

export default command({
  description:
    "Look once at every place that a deploy goes through. Changes nothing; exits with 3 if they differ.",
  examples: [
    ["landfall status", "where the newest deploy is, and where it is stuck"],
    ["landfall status --revision 1a2b3c4", "how far one commit has come"],
  ],
  flags,
  async run(flags, io) {
    const results: StatusResult[] = [];
    let unread = 0;
    for (const own of await forEachEnvironment(flags, io)) {
      const before = results.length;
      const exit = await lookAtDeploy(own, {
        ...{ io, command: "status", cluster: "wanted" },
        async look(scene) {
          const result = await statusOf(scene, own, io);
          results.push(result);
          return result.exit;
        },
      });
      if (results.length === before) unread = Math.max(unread, exit);
    }
    const [first, ...others] = results;
    if (first === undefined) return unread;
    const exit = unread || worstExit(results);
    const whole = others.length === 0 ? first : table(results, exit);
    const length = flags.verbose ? "whole" : "brief";
    const size: StatusSize = { length, columns: io.columns };
    printResult(whole, () => statusText(results, styleFor(flags, io), size), { ...flags, io });
    return exit;
  },
});

/** The results of several environments as one object. */
function table(environments: readonly StatusResult[], exit: number) {
  return { version: 1, command: "status", exit, environments };
}

async function statusOf(
  scene: DeployContext,
  flags: StatusFlags,
  io: Process,
): Promise<StatusResult> {
  const { settings, meant, ports, apps, workloads } = scene;
  const { environment } = settings;
  const isAsked = meant.question.revision !== undefined || meant.question.images.some(hasTag);
  const checked = isAsked ? undefined : await check(scene, flags, io);
  const looked = { apps, flux: fluxRefs(settings), isRefreshed: flags.refresh };
  const asked = { meant, ...looked, workloads, checked };
  const result = await status(asked, ports);
  return environment === undefined ? result : { ...result, environment };
}

function hasTag({ tag }: { readonly tag?: unknown }): boolean {
  return tag !== undefined;
}

/** A dry run of `landfall sync`: what the pins should hold, and whether they may be behind it. */
async function check(
  { settings, ports }: DeployContext,
  flags: DeployFlags,
  io: Process,
): Promise<SyncResult> {
  const asked = askedBy({ ...flags, dryRun: true, skipCi: true, wait: true }, settings);
  // The time is for what is waited for; histories are read in git's own.
  const { log, repository, close } = await openAudit(
    { ...settings, timeoutMs: undefined },
    {
      io,
      progress: progressFor(flags, io),
    },
  );
  try {
    return await sync({ ...asked, repository }, { ...ports, log }, landPolicy);
  } finally {
    await close();
  }
}
