/** The reports beside stdout: annotations, step summary, outputs, metrics and a page to look at. */

import { randomUUID } from "node:crypto";
import { appendFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Failure } from "../core/failure.ts";
import { githubAnnotations } from "../report/ci/annotations.ts";
import { openMetrics } from "../report/ci/metrics.ts";
import type { ReportModel } from "../report/ci/model.ts";
import { reportModelOf } from "../report/ci/models.ts";
import { failureNotices } from "../report/ci/notices.ts";
import { githubOutputs } from "../report/ci/outputs.ts";
import { summaryMarkdown } from "../report/ci/summary.ts";
import { inertJson, plain } from "../report/safe-text.ts";
import { withTimes } from "../report/schema/times.ts";
import type { ReportFlags } from "../settings/output-flags.ts";
import type { Process } from "../settings/process.ts";
import { writeWhole } from "./report-files.ts";

/** GitHub throws away what is larger, for all commands of a step together. */
const summaryBytesMax = 1024 * 1024;

/**
 * Writes every report that is wanted of a result. One that cannot be written is a warning: what the
 * command did is done, and its exit status says so.
 */
export function publish(
  result: object,
  page: (() => string) | undefined,
  { io, summary, metrics, html }: ReportFlags & { readonly io: Process },
): void {
  const { GITHUB_OUTPUT: outputs, GITHUB_STEP_SUMMARY: steps } = io.env;
  if (html !== undefined && page !== undefined) attempt(html, io, (at) => writeWhole(at, page()));
  const isWanted = [summary, metrics, outputs, steps].some(Boolean) || isGithub(io);
  const brief = isWanted ? reportModelOf(result) : undefined;
  if (brief === undefined) return;
  if (isGithub(io)) io.err(githubAnnotations([...brief.troubles, ...brief.notices]));
  if (summary) attempt(summary, io, (at) => writeWhole(at, summaryMarkdown(brief)));
  if (metrics) attempt(metrics, io, (at) => writeWhole(at, openMetrics(brief, Date.now())));
  if (steps) attempt(steps, io, (at) => appendSummary(at, brief));
  if (outputs) attempt(outputs, io, (at) => appendFileSync(at, githubOutputs(brief, randomUUID())));
}

/** Writes the result as one object to the file of LANDFALL_RESULT_FILE, whatever is printed. */
export function writeResult(result: object, io: Process): void {
  const { LANDFALL_RESULT_FILE: file } = io.env;
  if (file) attempt(file, io, (at) => writeWhole(at, `${inertJson(withTimes(result))}\n`));
}

/** Annotates a failure that no result tells of. */
export function annotateFailure(failure: Failure, io: Process): void {
  if (isGithub(io))
    io.err(githubAnnotations(failureNotices("landfall", { failure, warnings: [] })));
}

/**
 * The runner obeys commands on stderr as on stdout. They go where messages go, so that the result
 * on stdout is whole.
 */
function isGithub({ env }: Process): boolean {
  return env.GITHUB_ACTIONS === "true";
}

function appendSummary(file: string, brief: ReportModel): void {
  const used = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  appendFileSync(file, summaryMarkdown(brief, summaryBytesMax - used));
}

function attempt(file: string, io: Process, write: (at: string) => void): void {
  try {
    write(resolve(io.cwd, file));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    io.err(`landfall: a report could not be written: ${plain(why)}\n`);
  }
}
