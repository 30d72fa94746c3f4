/** `landfall serve`: the pages of an audit on loopback, read again and again. */

import { parseDuration } from "../../core/duration.ts";
import { exit, Failure, type FailureCode } from "../../core/failure.ts";
import type { AuditResult } from "../../core/results/audit.ts";
import { auditMatrix } from "../../core/results/audit-matrix.ts";
import { auditBadge } from "../../report/badge.ts";
import { auditHtml } from "../../report/html/audit.ts";
import { isBad } from "../../report/html/audit-figures.ts";
import { auditMatrixHtml } from "../../report/html/audit-matrix.ts";
import { inertJson } from "../../report/safe-text.ts";
import { withTimes } from "../../report/schema/times.ts";
import { forEachEnvironment } from "../../settings/options.ts";
import { usageError } from "../../settings/process.ts";
import { type Kept, keepFresh } from "../../usecases/serve/fresh.ts";
import { openPages, type ServedPage } from "../../wiring/serve.ts";
import { auditFlags, auditOne } from "../audit-request.ts";
import { command } from "../command.ts";
import { manifests, output, withDefault } from "../flags.ts";
import { printResult } from "../output.ts";

const everyMsMin = 10_000;

const flags = {
  port: withDefault("--port <n>", "port on this machine; 0 is one that is free", "0"),
  every: withDefault("--every <duration>", "how often to read the repositories again", "5m"),
  ...auditFlags,
  ...manifests,
  ...output,
};

export default command({
  description:
    "Show the audit as a page on this machine, read again every few minutes. Only 127.0.0.1 is\n" +
    "listened on, nothing can be changed there, and nothing is kept: all of it is read from git.\n" +
    "/audit.json has the same for programs, /badge.svg the badge.",
  examples: [
    ["landfall serve --port 8440", "the last 30 days, at http://127.0.0.1:8440/"],
    ["landfall serve --env all --since 90d --every 15m", "all environments, a page for each"],
  ],
  flags,
  async run(flags, io) {
    const everyMs = parseDuration(flags.every);
    const port = Number(flags.port);
    if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
      throw usageError(`Cannot serve on port "${flags.port}"`, "Write a number from 0 to 65535.");
    }
    if (everyMs < everyMsMin) {
      throw usageError(`Cannot read again every ${flags.every}`, "Write 10s or more.");
    }
    const each = await forEachEnvironment(flags, io);
    const look = async () => {
      const audits: AuditResult[] = [];
      for (const own of each) audits.push(whole(await auditOne(own, io)));
      return audits;
    };
    let kept: Kept<readonly AuditResult[]> = { found: await look() };
    const refreshSeconds = Math.ceil(everyMs / 1_000);
    const pageAt = async (path: string) => pageOf(path, shownOf(kept), refreshSeconds);
    const { url, clock, close } = await openPages(pageAt, port, io);
    printResult({ version: 1, command: "serve", url, exit: 0 }, () => `${url}\n`, { ...flags, io });
    const keep = (change: Partial<typeof kept>) => {
      kept = { ...kept, ...change };
    };
    await keepFresh(look, keep, { everyMs, clock, signal: io.signal });
    await close();
    return exit.interrupted;
  },
});

/** A failed read is not shown as a page: it is reported, and the last page stays. */
function whole(audit: AuditResult): AuditResult {
  if (audit.failure === undefined) return audit;
  const { code, message, hint } = audit.failure;
  throw new Failure(code as FailureCode, message, hint);
}

function shownOf({ found, trouble }: Kept<readonly AuditResult[]>): readonly AuditResult[] {
  if (trouble === undefined) return found;
  const warning = `This is as of earlier: it could not be read again. ${trouble.message}`;
  return found.map((audit) => ({ ...audit, warnings: [warning, ...audit.warnings] }));
}

/** All environments are at the root, and each in a folder of its name. */
function pageOf(
  path: string,
  audits: readonly AuditResult[],
  refreshSeconds: number,
): ServedPage | undefined {
  const [, folder, file] = /^\/(?:([^/]+)\/)?([^/]*)$/.exec(path) ?? [];
  const shown = audits.filter(({ environment }) => folder === undefined || environment === folder);
  const [first, ...others] = shown;
  if (first === undefined) return undefined;
  const matrix = others.length === 0 ? undefined : auditMatrix(shown);
  switch (file) {
    case "": {
      const text = matrix === undefined ? auditHtml(first) : auditMatrixHtml(matrix);
      return { type: "text/html", text, refreshSeconds };
    }
    case "audit.json":
      return { type: "application/json", text: `${inertJson(withTimes(matrix ?? first))}\n` };
    case "badge.svg":
      return { type: "image/svg+xml", text: auditBadge(shown.find(isBad) ?? first) };
    default:
      return undefined;
  }
}
