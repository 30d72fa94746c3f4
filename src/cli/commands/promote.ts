/** `landfall promote`: flags → use case → result. */

import { settingsFrom } from "../../settings/options.ts";
import { usageError } from "../../settings/process.ts";
import { newDeployId, openBeside, openPorts } from "../../wiring/index.ts";
import { command } from "../command.ts";
import {
  type FlagsOf,
  landing,
  list,
  manifests,
  oneOf,
  output,
  reports,
  switchOff,
  tagFormat,
  text,
  toggle,
} from "../flags.ts";
import { progressFor } from "../output.ts";
import { placeToPromoteFrom, promotionRules } from "../rules.ts";

const flags = {
  revision: text(
    "--revision <sha>",
    "commit, branch or tag of the source to promote (default: HEAD)",
    {
      env: "LANDFALL_REVISION",
    },
  ),
  from: text("--from <environment>", "promote exactly what this environment runs"),
  image: list("--image <name[=tag]>", "image to move, instead of all in the file"),
  ...tagFormat,
  deployId: text("--deploy-id <id>", "id of this deploy, one per promotion", {
    env: "LANDFALL_DEPLOY_ID",
  }),
  superseded: oneOf(
    "--superseded <how>",
    "record a superseded revision by an empty commit, or not (default: record if the manifests are in the source's repository)",
    ["record", "skip"],
  ),
  unchanged: oneOf(
    "--unchanged <how>",
    "leave images of which no source path changed where they are, or move them",
    ["leave", "move"],
  ),
  allowDiverged: toggle(
    "--allow-diverged",
    "move pins that hold a revision of another line of history",
  ),
  throughFreeze: text(
    "--through-freeze <reason>",
    "land although the environment is frozen, and record why",
  ),
  adopt: toggle(
    "--adopt",
    "replace a release's tag (v1.2.3) although nothing tells which revision it is",
  ),
  imageCheck: switchOff("--no-image-check", "do not ask the registry whether the images exist"),
  ...landing,
  ...manifests,
  ...reports,
  ...output,
};

export type PromoteFlags = FlagsOf<typeof flags>;

export default command({
  description: "Move the images of a revision in the manifests, push, and prove it on the remote.",
  examples: [
    [
      'landfall promote --revision "$(git rev-parse HEAD)"',
      "land the commit that CI has just built",
    ],
    ["landfall promote --revision 1a2b3c4 --dry-run", "see the change first, and push nothing"],
  ],
  flags,
  async run(flags, io) {
    checkWords(flags);
    const settings = await settingsFrom(flags, io);
    const from = flags.from === undefined ? undefined : placeToPromoteFrom(flags.from, settings);
    const ports = await openPorts(settings, {
      io,
      progress: progressFor(flags, io),
      registry: flags.imageCheck,
      lands: !flags.dryRun,
    });
    // The first fetch is under way: what it takes to look at it is loaded meanwhile.
    const { promote } = await import("../../usecases/promote/promote.ts");
    const { landingIn, policyFor, tellLanding } = await import("../landing.ts");
    const before = await openBeside(from ?? settings.rules?.before, settings, io);
    try {
      const result = await promote(
        {
          from: from && { environment: from.name, paths: from.paths },
          revision: flags.revision ?? "HEAD",
          images: settings.images,
          tagFormat: settings.tagFormat,
          environment: settings.environment,
          paths: settings.paths,
          freezesAt: settings.freezesAt,
          throughFreeze: flags.throughFreeze,
          ...promotionRules(settings),
          repository: ports.repository,
          branch: settings.branch,
          deploy: flags.deployId ?? newDeployId(),
          superseded:
            flags.superseded ?? settings.config?.superseded ?? (ports.isOwn ? "record" : "skip"),
          unchanged: flags.unchanged ?? settings.config?.unchanged,
          divergence: flags.allowDiverged ? "allow" : "refuse",
          adoption: flags.adopt ? "allow" : "refuse",
          ...landingIn(flags, settings),
        },
        { ...ports, before },
        policyFor(settings),
      );
      return tellLanding(result, flags, io);
    } finally {
      await Promise.all([ports.close(), before?.close()]);
    }
  },
});

function checkWords({ revision, from, throughFreeze }: PromoteFlags): void {
  if (revision !== undefined && from !== undefined) {
    throw usageError(
      "Cannot promote both a revision and what another environment runs",
      "Name a commit of the source with --revision SHA, or an environment with --from.",
    );
  }
  if (throughFreeze?.trim() === "") {
    const hint = 'Say why: --through-freeze "checkout is down".';
    throw usageError("Cannot go through a freeze without a reason", hint);
  }
}
