/** `landfall audit`: flags → use case → ledger. */

import { defaults } from "../../core/defaults.ts";
import { durationPattern, parseDuration } from "../../core/duration.ts";
import { auditHtml } from "../../report/html/audit.ts";
import { printTime } from "../../report/html/words.ts";
import { auditText } from "../../report/text/audit.ts";
import { settingsFrom } from "../../settings/options.ts";
import { usageError } from "../../settings/process.ts";
import { audit } from "../../usecases/audit/audit.ts";
import { openAudit } from "../../wiring/audit.ts";
import { command } from "../command.ts";
import { parseDate } from "../dates.ts";
import { list, manifests, output, page, tagFormat, text, toggle } from "../flags.ts";
import { printResult, progressFor, styleFor } from "../output.ts";

const flags = {
  image: list("--image <name>", "image to look at, instead of all in the file"),
  ...tagFormat,
  since: text("--since <time>", "how far to look back: 30d, or a date (default: 30d)"),
  asOf: text("--as-of <date>", "answer as of this time: 2026-03-29 or 2026-03-29T06:00:00Z"),
  grace: text("--grace <duration>", "how old a commit must be to count as lost (default: 30m)"),
  strict: toggle("--strict", "also exit with 3 on deploys by hand"),
  ...manifests,
  ...page,
  ...output,
};

export default command({
  description:
    "Keep the ledger: which commits of the source landed, by which deploy and how late; which did\n" +
    "not; what went back; what was deployed by hand; which pins stayed behind. Exits with 3 on a\n" +
    "gap, a pin that was left behind, or a deploy that went back.",
  examples: [
    ["landfall audit --since 30d", "what became of the commits of the last 30 days"],
    ["landfall audit --since 2026-03-01 --html audit.html", "the same since a day, as a page"],
  ],
  flags,
  async run(flags, io) {
    const settings = await settingsFrom(flags, io);
    const configured = settings.config?.audit;
    const ports = await openAudit(settings, { io, progress: progressFor(flags, io) });
    const nowMs = ports.clock.nowMs();
    const asOfMs = flags.asOf === undefined ? nowMs : parseDate(flags.asOf, "--as-of");
    const spanMs = configured?.since ?? parseDuration(defaults.audit.since);
    const sinceMs = flags.since === undefined ? asOfMs - spanMs : parseSince(flags.since, asOfMs);
    refuseFuture(sinceMs, Math.min(asOfMs, nowMs));
    const graceMs = settings.config?.sync?.grace ?? parseDuration(defaults.sync.grace);
    try {
      const result = await audit(
        {
          ...{ repository: ports.repository, branch: settings.branch, source: settings.source },
          images: settings.images.map(({ image }) => image),
          environment: settings.environment,
          paths: settings.paths,
          manifestPaths: settings.manifestPaths,
          tagFormat: settings.tagFormat,
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
      const text = () => auditText(result, styleFor(flags, io));
      printResult(result, text, { ...flags, io, page: () => auditHtml(result) });
      return result.exit;
    } finally {
      await ports.close();
    }
  },
});

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
