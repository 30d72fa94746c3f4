/** `landfall pins`: flags → use case → list. */

import { defaults } from "../../core/defaults.ts";
import { worstExit } from "../../core/results/several.ts";
import type { Style } from "../../report/style.ts";
import { pinsText } from "../../report/text/pins.ts";
import { pinsHistoryText } from "../../report/text/pins-history.ts";
import { forEachEnvironment, type Settings, settingsFrom } from "../../settings/options.ts";
import { type Process, usageError } from "../../settings/process.ts";
import { pinsHistory } from "../../usecases/audit/pins-history.ts";
import { listPins } from "../../usecases/pins.ts";
import { openAudit } from "../../wiring/audit.ts";
import { openManifests } from "../../wiring/index.ts";
import { command } from "../command.ts";
import { type FlagsOf, list, manifests, output, tagFormat, text, toggle } from "../flags.ts";
import { printResult, progressFor, styleFor } from "../output.ts";

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
    if (flags.history) return runHistory(await settingsFrom(flags, io), { flags, limit, io });
    const results: EnvironmentPins[] = [];
    for (const own of await forEachEnvironment(flags, io)) results.push(await pinsOf(own, io));
    const [first, ...others] = results;
    const exit = worstExit(results);
    const text = () => results.map((each) => pinsIn(each, styleFor(flags, io))).join("\n");
    const several = { version: 1, command: "pins", exit, environments: results };
    printResult(others.length === 0 ? first! : several, text, { ...flags, io });
    return exit;
  },
});

type EnvironmentPins = Awaited<ReturnType<typeof listPins>> & { readonly environment?: string };

async function pinsOf(flags: PinsFlags, io: Process): Promise<EnvironmentPins> {
  const settings = await settingsFrom(flags, io);
  const { environment } = settings;
  const { remote, close } = await openManifests(settings, io);
  try {
    const images = settings.images.map(({ image }) => image);
    const result = await listPins(images, settings.paths, remote);
    return environment === undefined ? result : { ...result, environment };
  } finally {
    await close();
  }
}

function pinsIn(result: EnvironmentPins, style: Style): string {
  const head = result.environment === undefined ? "" : `${style.bold(result.environment)}\n`;
  return head + pinsText(result, style);
}

async function runHistory(
  settings: Settings,
  { flags, limit, io }: { flags: PinsFlags; limit: number; io: Process },
): Promise<number> {
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
    printResult(result, () => pinsHistoryText(result, styleFor(flags, io)), { ...flags, io });
    return result.exit;
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
