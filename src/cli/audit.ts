/** `landfall audit`: flags → use case → ledger. */

import { defaults } from "../core/defaults.ts";
import { durationPattern, parseDuration } from "../core/duration.ts";
import { auditHtml } from "../report/html/audit.ts";
import { auditText } from "../report/text/audit.ts";
import { type ManifestFlags, settingsFrom } from "../settings/options.ts";
import type { Process } from "../settings/process.ts";
import { audit } from "../usecases/audit/audit.ts";
import { openAudit } from "../wiring/audit.ts";
import { parseDate } from "./dates.ts";
import { printResult, progressFor, styleFor } from "./output.ts";

/** The flags of `audit`, as commander hands them over. */
export interface AuditFlags extends ManifestFlags {
  readonly since?: string;
  readonly asOf?: string;
  readonly grace?: string;
}

/** Runs the command and returns its exit status. */
export async function runAudit(flags: AuditFlags, io: Process): Promise<number> {
  const settings = await settingsFrom(flags, io);
  const configured = settings.config?.audit;
  const ports = await openAudit(settings, { io, progress: progressFor(flags, io) });
  const asOfMs = flags.asOf === undefined ? ports.clock.nowMs() : parseDate(flags.asOf, "--as-of");
  const sinceMs = configured?.since ?? parseDuration(defaults.audit.since);
  const graceMs = settings.config?.sync?.grace ?? parseDuration(defaults.sync.grace);
  try {
    const result = await audit(
      {
        ...{ repository: ports.repository, branch: settings.branch, source: settings.source },
        images: settings.images.map(({ image }) => image),
        ...{ paths: settings.paths, tagFormat: settings.tagFormat, asOfMs },
        sinceMs: flags.since === undefined ? asOfMs - sinceMs : parseSince(flags.since, asOfMs),
        graceMs: flags.grace === undefined ? graceMs : parseDuration(flags.grace),
        behind: configured?.behind ?? defaults.audit.behind,
        pattern: new RegExp(configured?.pattern ?? defaults.audit.pattern),
      },
      ports,
    );
    const text = () => auditText(result, styleFor(flags, io));
    printResult(result, text, { ...flags, io, page: () => auditHtml(result) });
    return result.exit;
  } finally {
    await ports.close();
  }
}

/** A span back from the time asked about, or a date. */
function parseSince(text: string, asOfMs: number): number {
  return durationPattern.test(text)
    ? asOfMs - parseDuration(text)
    : parseDate(text, "--since", "30d, ");
}
