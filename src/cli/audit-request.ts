/** What commands ask of an audit: their common flags, and how these become a request. */

import { defaults } from "../core/defaults.ts";
import { durationPattern, parseDuration } from "../core/duration.ts";
import { printImageName } from "../core/image-ref.ts";
import type { AuditResult } from "../core/results/audit.ts";
import { printTime } from "../report/html/words.ts";
import { settingsFrom } from "../settings/options.ts";
import { type Process, usageError } from "../settings/process.ts";
import { audit } from "../usecases/audit/audit.ts";
import { openAudit } from "../wiring/audit.ts";
import { parseDate } from "./dates.ts";
import { type FlagsOf, list, type manifests, type output, tagFormat, text } from "./flags.ts";
import { progressFor } from "./output.ts";

/** Flags of every command that audits. */
export const auditFlags = {
  image: list("--image <name>", "image to check, instead of all in the file"),
  ...tagFormat,
  since: text("--since <time>", "how far to look back: 30d, or a date (default: 30d)"),
  asOf: text("--as-of <date>", "answer as of this time: 2026-03-29 or 2026-03-29T06:00:00Z"),
  grace: text("--grace <duration>", "how old a commit must be to count as lost (default: 30m)"),
};

type AuditFlags = FlagsOf<typeof auditFlags & typeof manifests & typeof output> & {
  readonly strict?: boolean | undefined;
};

/** Audits one environment, as flags and settings ask. */
export async function auditOne(flags: AuditFlags, io: Process): Promise<AuditResult> {
  const settings = await settingsFrom(flags, io);
  const configured = settings.config?.audit;
  const { environment, paths, manifestPaths, tagFormat, branch, source } = settings;
  const ports = await openAudit(settings, { io, progress: progressFor(flags, io) });
  const nowMs = ports.clock.nowMs();
  const asOfMs = flags.asOf === undefined ? nowMs : parseDate(flags.asOf, "--as-of");
  const spanMs = configured?.since ?? parseDuration(defaults.audit.since);
  const sinceMs = flags.since === undefined ? asOfMs - spanMs : parseSince(flags.since, asOfMs);
  const graceMs = settings.config?.sync?.grace ?? parseDuration(defaults.sync.grace);
  try {
    refuseFuture(sinceMs, Math.min(asOfMs, nowMs));
    const result = await audit(
      {
        repository: ports.repository,
        branch,
        source,
        images: settings.images.map(({ image }) => image),
        sourcePaths: new Map(
          settings.images.flatMap(({ image, paths }) =>
            paths === undefined ? [] : [[printImageName(image), paths] as const],
          ),
        ),
        environment,
        paths,
        manifestPaths,
        tagFormat,
        sinceMs,
        asOfMs,
        nowMs,
        graceMs: flags.grace === undefined ? graceMs : parseDuration(flags.grace),
        behind: configured?.behind ?? defaults.audit.behind,
        strict: flags.strict === true,
        pattern: new RegExp(configured?.pattern ?? defaults.audit.pattern),
      },
      ports,
    );
    return environment === undefined ? result : { ...result, environment };
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

function refuseFuture(sinceMs: number, untilMs: number): void {
  if (sinceMs <= untilMs) return;
  throw usageError(
    `Cannot audit since ${printTime(sinceMs)}: that is later than ${printTime(untilMs)}`,
    "Give --since an earlier date, or a span such as 30d, and look at --as-of.",
  );
}
