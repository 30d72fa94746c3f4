/** `landfall freeze`: flags → use case → result. */

import { parseAskedImage, scopeFrom } from "../../settings/options.ts";
import { freeze } from "../../usecases/rollback/freeze.ts";
import { newDeployId } from "../../wiring/index.ts";
import { openRelease } from "../../wiring/rollback.ts";
import { command } from "../command.ts";
import { landing, list, manifests, output, reports } from "../flags.ts";
import { holdEnd, holdFlags, reasonIn, whoIn } from "../hold-flags.ts";
import { landingIn, policyFor, tellLanding } from "../landing.ts";
import { progressFor } from "../output.ts";

const flags = {
  ...holdFlags,
  image: list("--image <name>", "image to freeze, instead of all"),
  ...landing,
  ...manifests,
  ...reports,
  ...output,
};

export default command({
  description:
    "Keep everything new out of an environment until a date, or until `landfall thaw`. What runs\n" +
    "stays; rollback still works; promote --through-freeze lands what cannot wait.",
  examples: [
    [
      'landfall freeze --env prod --until 2027-01-02 --reason "year end"',
      "nothing new lands in prod until the new year",
    ],
    ['landfall freeze --path k8s/prod --expires 6h --reason "sale"', "for six hours from now"],
  ],
  flags,
  async run(flags, io) {
    const reason = reasonIn(flags, "freeze");
    const endsAt = holdEnd(flags);
    const images = flags.image?.map((name) => parseAskedImage(name).image);
    const settings = await scopeFrom(flags, io);
    const { environment, paths, branch } = settings;
    const opening = { io, progress: progressFor(flags, io), lands: !flags.dryRun };
    const ports = await openRelease(settings, opening);
    try {
      const result = await freeze(
        {
          reason,
          by: whoIn(flags, io),
          untilMs: endsAt(ports.clock.nowMs()),
          images,
          environment,
          paths,
          branch,
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
