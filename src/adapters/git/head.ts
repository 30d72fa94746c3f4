/** Where a local repository stands, read from its files. git never runs in it. */

import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { gitDirectory } from "./source.ts";

/** What a clone knows of the line that is deployed. */
export interface LocalLine {
  /** What is checked out. Undefined: nothing, or refs are kept in a way that we do not read. */
  readonly head: string | undefined;
  /** Where the branch stood at the server that it was cloned from, as far as the clone can tell. */
  readonly tip: string | undefined;
}

/** Which branch is asked about. */
export interface LineQuestion {
  /** Undefined: the default branch of the server. */
  readonly branch: string | undefined;
  /** Names that a default branch is taken for where the clone does not know it. */
  readonly usual: readonly string[];
}

/**
 * Reads what a clone knows (gitrepository-layout: HEAD, packed-refs). What is checked out may be
 * anybody's work: it says nothing of what is deployed, unless it is the branch that is asked about.
 */
export async function localLine(path: string, { branch, usual }: LineQuestion): Promise<LocalLine> {
  const gitDir = await gitDirectory(path);
  const common = await text(join(gitDir, "commondir"));
  const refs = new LocalRefs(common === undefined ? gitDir : resolve(gitDir, common.trim()));
  const head = (await text(join(gitDir, "HEAD")))?.trim() ?? "";
  const [, checkedOut] = /^ref: refs\/heads\/(\S+)$/.exec(head) ?? [];
  const isUsual = checkedOut !== undefined && usual.includes(checkedOut);
  const name = branch ?? (await refs.originHead()) ?? (isUsual ? checkedOut : undefined);
  return {
    head: checkedOut === undefined ? asId(head) : await refs.read(`refs/heads/${checkedOut}`),
    tip:
      name === undefined
        ? undefined
        : ((await refs.read(`refs/remotes/origin/${name}`)) ??
          (await refs.read(`refs/heads/${name}`))),
  };
}

class LocalRefs {
  readonly #shared: string;

  constructor(shared: string) {
    this.#shared = shared;
  }

  /** Returns the name of the branch that the server said is its default one. */
  async originHead(): Promise<string | undefined> {
    const ref = await text(join(this.#shared, "refs/remotes/origin/HEAD"));
    return /^ref: refs\/remotes\/origin\/(\S+)$/m.exec(ref ?? "")?.[1];
  }

  async read(ref: string): Promise<string | undefined> {
    const loose = asId((await text(join(this.#shared, ref)))?.trim());
    if (loose !== undefined) return loose;
    const lines = (await text(join(this.#shared, "packed-refs")))?.split("\n") ?? [];
    return asId(lines.find((line) => line.endsWith(` ${ref}`))?.slice(0, 40));
  }
}

function asId(line: string | undefined): string | undefined {
  return line !== undefined && /^[0-9a-f]{40}$/.test(line) ? line : undefined;
}

async function text(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}
