/** `landfall sync`: flags → use case → what was found, and what was done. */

import { defaults } from "../../core/defaults.ts";
import { parseDuration } from "../../core/duration.ts";
import { type ImageName, printImageName } from "../../core/image-ref.ts";
import { syncHtml } from "../../report/html/sync.ts";
import { syncText } from "../../report/text/sync.ts";
import { type Settings, settingsFrom } from "../../settings/options.ts";
import { usageError } from "../../settings/process.ts";
import type { SyncRequest, SyncSubject } from "../../usecases/sync/request.ts";
import { sync } from "../../usecases/sync/sync.ts";
import { newDeployId, openBeside } from "../../wiring/index.ts";
import { openSync } from "../../wiring/sync.ts";
import { command } from "../command.ts";
import {
  type FlagsOf,
  landing,
  list,
  manifests,
  output,
  page,
  tagFormat,
  text,
  toggle,
} from "../flags.ts";
import { landingIn, policyFor } from "../landing.ts";
import { printResult, progressFor, styleFor } from "../output.ts";
import { checkerRules } from "../rules.ts";

const flags = {
  image: list("--image <name>", "image to check, instead of all in the file"),
  ...tagFormat,
  lookback: text("--lookback <n>", "how many code commits to look back (default: 100)"),
  grace: text("--grace <duration>", "how old a commit must be to count as lost (default: 30m)"),
  deployId: text("--deploy-id <id>", "id of this deploy, one per run", {
    env: "LANDFALL_DEPLOY_ID",
  }),
  force: toggle("--force", "also land again what somebody moved away by hand"),
  ...landing,
  dryRun: toggle(
    "--dry-run",
    "print what would be pushed, and push nothing; exit 3 if there is something",
  ),
  ...manifests,
  ...page,
  ...output,
};

export type SyncFlags = FlagsOf<typeof flags>;

export default command({
  description:
    "Compare every pin with the newest revision that has all its images, and land what was lost.\n" +
    "Exits with 3 when something is left to repair or to look at.",
  examples: [
    ["landfall sync --dry-run", "say what was lost, and push nothing"],
    ["landfall sync --summary summary.md", "land what was lost; a summary for the run's page"],
  ],
  flags,
  async run(flags, io) {
    const settings = await settingsFrom(flags, io);
    // All that can be wrong with the words is found before anything is opened.
    const asked = askedBy(flags, settings);
    const opening = { io, progress: progressFor(flags, io), lands: !flags.dryRun };
    const ports = await openSync(settings, opening);
    const before = await openBeside(settings.rules?.before, settings, io);
    try {
      const whole = { ...asked, repository: ports.repository };
      const result = await sync(whole, { ...ports, before }, policyFor(settings));
      const text = () => syncText(result, styleFor(flags, io));
      printResult(result, text, { ...flags, io, page: () => syncHtml(result) });
      return result.exit;
    } finally {
      await Promise.all([ports.close(), before?.close()]);
    }
  },
});

/** Returns what the checker is asked, all but the repository. */
export function askedBy(flags: SyncFlags, settings: Settings): Omit<SyncRequest, "repository"> {
  const { config, branch, source, tagFormat } = settings;
  const { environment, paths, manifestPaths, freezesAt } = settings;
  const { lookback = defaults.sync.lookback, grace } = config?.sync ?? {};
  const graceMs = grace ?? parseDuration(defaults.sync.grace);
  return {
    images: settings.images.map(subjectOf),
    ...{ environment, paths, manifestPaths, freezesAt },
    ...{ branch, source, tagFormat },
    deploy: flags.deployId ?? newDeployId(),
    pattern: new RegExp(config?.audit?.pattern ?? defaults.audit.pattern),
    lookback: flags.lookback === undefined ? lookback : parseCount(flags.lookback),
    graceMs: flags.grace === undefined ? graceMs : parseDuration(flags.grace),
    guarded: checkerRules(settings),
    marks: settings.rules?.marks,
    movedAway: flags.force ? "land again" : "leave",
    ...landingIn(flags, settings),
  };
}

function subjectOf({ image, tag, paths }: Settings["images"][number]): SyncSubject {
  if (tag !== undefined) throw tagGiven(image);
  return { image, paths };
}

function tagGiven(image: ImageName) {
  return usageError(
    `Cannot sync "${printImageName(image)}" to a tag: which one it should hold is found out`,
    "Write the image's name alone. `landfall promote` takes NAME=TAG.",
  );
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw usageError(
    `Cannot read the number "${text}" of --lookback`,
    "Write a whole number, from 1 on.",
  );
}
