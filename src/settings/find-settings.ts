/** Where landfall.yaml is: in the current folder or above it, up to the root of the repository. */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { isLocalPath } from "../core/repository-url.ts";
import { type Process, usageError } from "./process.ts";

/** The settings file, not yet read as YAML. */
export interface FoundSettings {
  /** As seen from the current folder. */
  readonly file: string;
  readonly folder: string;
  readonly text: string;
}

const names = ["landfall.yaml", "landfall.yml"];

/**
 * Finds the settings file that `--config` names, or the nearest one.
 *
 * @throws Failure `usage` when the named one cannot be read, and when a folder has two.
 */
export function findSettings(
  { config }: { readonly config?: string },
  io: Process,
): FoundSettings | undefined {
  const path = config === undefined ? nearestFile(io.cwd) : localPath(config, io.cwd, io);
  if (path === undefined) return undefined;
  const file = config ?? relative(io.cwd, path);
  try {
    return { file, folder: dirname(path), text: readFileSync(path, "utf8") };
  } catch (error) {
    const why = error instanceof Error && "code" in error ? ` (${error.code})` : "";
    const hint = config === undefined ? "Check its rights." : "Check the path given by --config.";
    throw usageError(`Cannot read the settings file "${file}"${why}`, hint);
  }
}

/** Says where a settings file was looked for in vain, and what writes one. */
export function noSettings({ cwd }: Process): string {
  const folders = foldersUpwards(cwd).join(", ");
  return `There is no landfall.yaml in ${folders}: \`landfall init\` writes one.`;
}

/**
 * Returns a repository or a path as it is found from anywhere: URLs as they are, local paths
 * absolute.
 *
 * @param folder What a relative path is seen from.
 */
export function localPath(text: string, folder: string, { env }: Pick<Process, "env">): string {
  if (!isLocalPath(text)) return text;
  const home = env.HOME ?? "~";
  return resolve(
    folder,
    text.replace(/^~(?=\/|$)/, () => home),
  );
}

function nearestFile(cwd: string): string | undefined {
  for (const folder of foldersUpwards(cwd)) {
    const found = names.map((name) => join(folder, name)).filter((path) => existsSync(path));
    if (found.length > 1) {
      throw usageError(
        `Cannot tell which settings are meant: "${folder}" has ${names.join(" and ")}`,
        "Keep one of the two, or name one with --config.",
      );
    }
    if (found[0] !== undefined) return found[0];
  }
  return undefined;
}

/** Returns the folder around `cwd` that has `.git`, or undefined. */
export function repositoryRoot(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** Outside a repository only the current folder: what lies above it can be anybody's. */
function foldersUpwards(cwd: string): readonly string[] {
  const root = repositoryRoot(cwd) ?? cwd;
  const folders = [cwd];
  for (let folder = cwd; folder !== root; folders.push(folder)) folder = dirname(folder);
  return folders;
}
