/** `landfall thaw`: flags → use case → result. */

import { scopeFrom } from "../../settings/options.ts";
import { thaw } from "../../usecases/rollback/freeze.ts";
import { newDeployId } from "../../wiring/index.ts";
import { openRelease } from "../../wiring/rollback.ts";
import { command } from "../command.ts";
import { landing, manifests, output, reports } from "../flags.ts";
import { landingIn, policyFor, tellLanding } from "../landing.ts";
import { progressFor } from "../output.ts";

const flags = { ...landing, ...manifests, ...reports, ...output };

export default command({
  description: "End the freezes of an environment, so that new revisions land again.",
  examples: [
    ["landfall thaw --env prod", "let prod have what is new again"],
    ["landfall thaw --path k8s/prod --dry-run", "see what would end"],
  ],
  flags,
  async run(flags, io) {
    const settings = await scopeFrom(flags, io, "all");
    const { environment, paths, branch } = settings;
    const opening = { io, progress: progressFor(flags, io), lands: !flags.dryRun };
    const ports = await openRelease(settings, opening);
    try {
      const where = { environment, paths, branch, repository: ports.repository };
      const request = { ...where, deploy: newDeployId(), ...landingIn(flags, settings) };
      return tellLanding(await thaw(request, ports, policyFor(settings)), flags, io);
    } finally {
      await ports.close();
    }
  },
});
