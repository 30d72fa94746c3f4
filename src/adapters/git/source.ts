/** A repository on this machine, read from its files. git never runs in it. */

import { readFile, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { Failure } from "../../core/failure.ts";
import { gitEnvironment } from "./env.ts";
import { GitExit, runGit } from "./run.ts";
import { machineFailure } from "./unfit.ts";

/** A repository on this machine. */
export interface LocalSource {
  /** Where its objects are. */
  readonly objects: string;
  /** The text of its `shallow` file, empty when its history is whole. */
  readonly shallow: string;
  /** Its configuration file, to be read and never obeyed. */
  readonly config: string;
  /** Where its refs are, and its HEAD: another folder in a linked work tree. */
  readonly refs: string;
  readonly head: string;
}

/**
 * Returns the parts of the repository at or around `path`: a work tree, a linked or a bare one.
 *
 * @throws Failure `usage` when there is none.
 */
export async function localSource(path: string): Promise<LocalSource> {
  const gitDir = await gitDirectory(path);
  // A linked work tree keeps its objects where `commondir` says (gitrepository-layout).
  const common = await text(join(gitDir, "commondir"));
  const shared = common === undefined ? gitDir : resolve(gitDir, common.trim());
  const objects = join(shared, "objects");
  if (!(await isDirectory(objects))) throw noRepository(path);
  return {
    objects,
    shallow: (await text(join(shared, "shallow"))) ?? "",
    config: join(shared, "config"),
    refs: shared,
    head: join(gitDir, "HEAD"),
  };
}

/** Returns the URL that a repository's `origin` was cloned from, or undefined. */
export async function originOf(
  source: LocalSource,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const place = {
    directory: dirname(source.config),
    // The file is read as data, from a directory that git is told is not a repository.
    env: { ...gitEnvironment({ env, home: "/nonexistent" }), GIT_DIR: "/nonexistent" },
    timeoutMs: 10_000,
  };
  // All of it, because a question without an answer is silent, and simple-git waits on silence.
  const args = ["config", "--file", source.config, "--no-includes", "--null", "--list"];
  try {
    const { stdout } = await runGit(place, args);
    const entries = stdout.toString("utf8").split("\0");
    const origin = entries.find((entry) => entry.startsWith(originKey))?.slice(originKey.length);
    // A path is seen from the work tree, as git sees it.
    const isRelative = origin !== undefined && /^\.{1,2}(?:\/|$)/.test(origin);
    const folder = dirname(source.config);
    return isRelative ? resolve(folder, basename(folder) === ".git" ? ".." : ".", origin) : origin;
  } catch (error) {
    if (!(error instanceof GitExit)) throw error;
    const unfit = machineFailure(error);
    if (unfit !== undefined) throw unfit;
    return undefined;
  }
}

/** `git config --null` puts a line end between a key and its value. */
const originKey = "remote.origin.url\n";

/** Returns the directory that git keeps for the repository at `path`, or around it. */
async function gitDirectory(path: string): Promise<string> {
  if (!(await isDirectory(path))) throw noRepository(path);
  for (let folder = path; ; folder = dirname(folder)) {
    const found = await gitDirectoryIn(folder);
    if (found !== undefined) return found;
    if (dirname(folder) === folder) throw noRepository(path);
  }
}

async function gitDirectoryIn(folder: string): Promise<string | undefined> {
  const dotGit = join(folder, ".git");
  if (await isDirectory(dotGit)) return dotGit;
  const link = /^gitdir: (.+)$/m.exec((await text(dotGit)) ?? "")?.[1];
  if (link !== undefined) return isAbsolute(link) ? link : resolve(folder, link);
  return (await isDirectory(join(folder, "objects"))) ? folder : undefined;
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function text(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}

function noRepository(path: string): Failure {
  return new Failure(
    "usage",
    `Cannot read the source "${path}": it is not in a git repository`,
    "Name the source repository with --source: a clone with its .git, or a URL.",
  );
}
