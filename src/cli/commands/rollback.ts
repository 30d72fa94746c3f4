/** `landfall rollback`: flags → use case → result. */

import { defaults } from "../../core/defaults.ts";
import { settingsFrom } from "../../settings/options.ts";
import { usageError } from "../../settings/process.ts";
import { type RollbackRequest, rollback } from "../../usecases/rollback/rollback.ts";
import { newDeployId } from "../../wiring/index.ts";
import { openRollback } from "../../wiring/rollback.ts";
import { command } from "../command.ts";
import {
  type FlagsOf,
  landing,
  list,
  manifests,
  output,
  reports,
  switchOff,
  tagFormat,
  text,
  toggle,
} from "../flags.ts";
import { holdEnd, holdFlags, reasonIn, whoIn } from "../hold-flags.ts";
import { landingIn, policyFor, tellLanding } from "../landing.ts";
import { progressFor } from "../output.ts";

const flags = {
  to: text("--to <revision>", "revision or tag to go back to"),
  steps: text("--steps <n>", "how many deploys to go back, counted from the newest one"),
  ...holdFlags,
  freeze: toggle("--freeze", "keep newer revisions out as well, until it is released"),
  image: list("--image <name[=tag]>", "image to move back, instead of all in the file"),
  ...tagFormat,
  deployId: text("--deploy-id <id>", "id of this rollback: the same again does nothing"),
  imageCheck: switchOff("--no-image-check", "do not ask the registry whether the images exist"),
  ...landing,
  ...manifests,
  ...reports,
  ...output,
};

type RollbackFlags = FlagsOf<typeof flags>;

export default command({
  description:
    "Move images back to an older revision in one commit that also holds the newer ones out, push,\n" +
    "and prove it on the remote. The hold ends when something newer is promoted, or by release;\n" +
    "with --freeze, by release alone.",
  examples: [
    ['landfall rollback --steps 1 --reason "checkout is broken"', "back to the deploy before"],
    ['landfall rollback --to 1a2b3c4 --reason "slow" --dry-run', "see the change to a commit"],
  ],
  flags,
  async run(flags, io) {
    const goal = goalIn(flags);
    const endsAt = holdEnd(flags);
    const reason = reasonIn(flags, "roll back");
    const settings = await settingsFrom(flags, io);
    if ("steps" in goal && settings.images.some(({ tag }) => tag !== undefined)) {
      throw usageError(
        "Cannot count back to a tag that is given",
        "Name the images without tags, or the revision with --to.",
      );
    }
    const progress = progressFor(flags, io);
    const ports = await openRollback(settings, {
      ...{ io, progress, registry: flags.imageCheck, lands: !flags.dryRun },
    });
    const untilMs = endsAt(ports.clock.nowMs());
    try {
      const result = await rollback(
        {
          ...{ goal, reason, by: whoIn(flags, io), untilMs, freeze: flags.freeze },
          images: settings.images,
          tagFormat: settings.tagFormat,
          environment: settings.environment,
          paths: settings.paths,
          manifestPaths: settings.manifestPaths,
          pattern: new RegExp(settings.config?.audit?.pattern ?? defaults.audit.pattern),
          ...{ repository: ports.repository, branch: settings.branch },
          deploy: flags.deployId ?? newDeployId(),
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

function goalIn({ to, steps }: RollbackFlags): RollbackRequest["goal"] {
  if ((to === undefined) === (steps === undefined)) {
    throw usageError(
      "Cannot tell where to go back to: give --to or --steps, one of them",
      "Name a revision that `landfall pins --history` lists, or count: --steps 1.",
    );
  }
  if (to !== undefined) return { to };
  const count = Number(steps);
  if (/^[1-9]\d{0,5}$/.test(steps ?? "")) return { steps: count };
  throw usageError(`Cannot go back "${steps}" deploys`, "Write a number from 1 on: --steps 1.");
}
