/** The files that reports are written to: looked at before the work, replaced whole after it. */

import { accessSync, constants, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Failure } from "../core/failure.ts";
import type { ReportFlags } from "../settings/output-flags.ts";
import type { Process } from "../settings/process.ts";

/**
 * Makes sure that reports can be written where flags say, before anything is done.
 *
 * @throws Failure `usage` that names the flag.
 */
export function checkReportFiles({ summary, metrics, html }: ReportFlags, { cwd }: Process): void {
  for (const [flag, file] of Object.entries({ summary, metrics, html })) {
    if (file === undefined) continue;
    const at = resolve(cwd, file);
    const why = file === "" ? "it is not a file name" : obstacle(at);
    if (why === undefined) continue;
    throw new Failure(
      "usage",
      `Cannot write the report "${file}" of --${flag}: ${why}`,
      "Name a file in a folder that exists and that may be written.",
    );
  }
}

function obstacle(file: string): string | undefined {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isDirectory()) return "it is a folder";
    accessSync(isReplaced(file) ? dirname(file) : file, constants.W_OK);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Writes a file so that nobody ever reads half of it. */
export function writeWhole(file: string, text: string): void {
  if (!isReplaced(file)) {
    writeFileSync(file, text);
    return;
  }
  const exists = statSync(file, { throwIfNoEntry: false }) !== undefined;
  const place = exists ? realpathSync(file) : file;
  const half = `${place}.part`;
  writeFileSync(half, text);
  renameSync(half, place);
}

/** Devices and pipes are written to; files are replaced. */
function isReplaced(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? true;
}
