/** `landfall pins`: flags → use case → list. */

import { defaults } from "../core/defaults.ts";
import { pinsText } from "../report/text/pins.ts";
import { pinsHistoryText } from "../report/text/pins-history.ts";
import { type ManifestFlags, type Settings, settingsFrom } from "../settings/options.ts";
import { type Process, usageError } from "../settings/process.ts";
import { pinsHistory } from "../usecases/audit/pins-history.ts";
import { listPins } from "../usecases/pins.ts";
import { openAudit } from "../wiring/audit.ts";
import { openManifests } from "../wiring/index.ts";
import { printResult, progressFor, styleFor } from "./output.ts";

/** The flags of `pins`, as commander hands them over. */
export interface PinsFlags extends ManifestFlags {
  readonly history?: boolean;
  readonly limit?: string;
}

/** Runs the command and returns its exit status. */
export async function runPins(flags: PinsFlags, io: Process): Promise<number> {
  const limit = limitIn(flags);
  const settings = await settingsFrom(flags, io);
  if (flags.history) return runHistory(settings, { flags, limit, io });
  const { remote, close } = await openManifests(settings, io);
  try {
    const images = settings.images.map(({ image }) => image);
    const result = await listPins(images, settings.paths, remote);
    printResult(result, () => pinsText(result, styleFor(flags, io)), { ...flags, io });
    return result.exit;
  } finally {
    await close();
  }
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
        ...{ paths: settings.paths, tagFormat: settings.tagFormat },
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
