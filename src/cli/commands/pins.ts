/** `landfall pins`: flags → use case → list. */

import { defaults } from "../../core/defaults.ts";
import { pinsText } from "../../report/text/pins.ts";
import { pinsHistoryText } from "../../report/text/pins-history.ts";
import { settingsFrom } from "../../settings/options.ts";
import { type Process, usageError } from "../../settings/process.ts";
import { pinsHistory } from "../../usecases/audit/pins-history.ts";
import { listPins } from "../../usecases/pins.ts";
import { openAudit } from "../../wiring/audit.ts";
import { openManifests } from "../../wiring/index.ts";
import { command } from "../command.ts";
import { type FlagsOf, list, manifests, output, tagFormat, text, toggle } from "../flags.ts";
import { progressFor, styleFor } from "../output.ts";
import { lookAtEach, named } from "../several.ts";

const flags = {
  image: list("--image <name>", "image to look for, instead of all in the file"),
  ...tagFormat,
  history: toggle("--history", "list what was deployed when instead, the newest first"),
  limit: text("--limit <n>", "how many deploys of the history to list (default: 20)"),
  ...manifests,
  ...output,
};

type PinsFlags = FlagsOf<typeof flags>;

export default command({
  description: "List the pins of the images on the manifests branch: file, line, image, tag.",
  examples: [
    ["landfall pins", "where each image is pinned now"],
    ["landfall pins --history --limit 5", "the last five deploys, and how to go back to each"],
  ],
  flags,
  async run(flags, io) {
    const limit = limitIn(flags);
    const style = styleFor(flags, io);
    if (flags.history) {
      const look = (own: PinsFlags) => historyOf(own, limit, io);
      return lookAtEach(flags, io, { look, text: (result) => pinsHistoryText(result, style) });
    }
    const look = (own: PinsFlags) => pinsOf(own, io);
    return lookAtEach(flags, io, { look, text: (result) => pinsText(result, style) });
  },
});

async function pinsOf(flags: PinsFlags, io: Process) {
  const settings = await settingsFrom(flags, io);
  const { remote, close } = await openManifests(settings, io);
  try {
    const images = settings.images.map(({ image }) => image);
    const result = await listPins(images, settings.paths, remote);
    return named(result, settings);
  } finally {
    await close();
  }
}

async function historyOf(flags: PinsFlags, limit: number, io: Process) {
  const settings = await settingsFrom(flags, io);
  const ports = await openAudit(settings, { io, progress: progressFor(flags, io) });
  try {
    const result = await pinsHistory(
      {
        ...{ repository: ports.repository, branch: settings.branch, limit },
        images: settings.images.map(({ image }) => image),
        environment: settings.environment,
        paths: settings.paths,
        manifestPaths: settings.manifestPaths,
        tagFormat: settings.tagFormat,
        pattern: new RegExp(settings.config?.audit?.pattern ?? defaults.audit.pattern),
      },
      ports.log,
    );
    return named(result, settings);
  } finally {
    await ports.close();
  }
}

const limitByDefault = 20;

function limitIn({ history, limit }: PinsFlags): number {
  if (limit === undefined) return limitByDefault;
  if (!history) throw usageError("Cannot limit the list of pins", "--limit goes with --history.");
  if (/^[1-9]\d{0,5}$/.test(limit)) return Number(limit);
  throw usageError(`Cannot list "${limit}" deploys`, "Write a number from 1 on: --limit 20.");
}
