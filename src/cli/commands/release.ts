/** `landfall release`: flags → use case → result. */

import { settingsFrom } from "../../settings/options.ts";
import { release } from "../../usecases/rollback/release.ts";
import { newDeployId } from "../../wiring/index.ts";
import { openRelease } from "../../wiring/rollback.ts";
import { command } from "../command.ts";
import { landing, list, manifests, output, reports, tagFormat } from "../flags.ts";
import { landingIn, policyFor, tellLanding } from "../landing.ts";
import { progressFor } from "../output.ts";

const flags = {
  image: list("--image <name>", "image to release, instead of all in the file"),
  ...tagFormat,
  ...landing,
  ...manifests,
  ...reports,
  ...output,
};

export default command({
  description: "Lift the holds on images, so that what they keep out may be promoted again.",
  examples: [
    ["landfall release", "lift the holds on all images in landfall.yaml"],
    ["landfall release --image ghcr.io/acme/web --dry-run", "see what would be lifted from one"],
  ],
  flags,
  async run(flags, io) {
    // A hold knows its own place: without a path, those of all places are lifted.
    const settings = await settingsFrom(flags, io, "all");
    const opening = { io, progress: progressFor(flags, io), lands: !flags.dryRun };
    const ports = await openRelease(settings, opening);
    try {
      const result = await release(
        {
          images: settings.images.map(({ image }) => image),
          tagFormat: settings.tagFormat,
          environment: settings.environment,
          paths: settings.paths,
          branch: settings.branch,
          repository: ports.repository,
          deploy: newDeployId(),
          ...landingIn(flags, settings),
        },
        ports,
        policyFor(settings),
      );
      return tellLanding(result, flags, io);
    } finally {
      await ports.close();
    }
  },
});
