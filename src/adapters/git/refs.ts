/** Where a repository on this machine is, read from its files. git never runs in it. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { LocalSource } from "./source.ts";

/** What a clone knows of the line that is deployed. */
export interface LocalLine {
  /** What is checked out. Undefined: nothing, or refs are kept in a way that we do not read. */
  readonly head: string | undefined;
  /** Where the branch was at the server that it was cloned from, as far as the clone can tell. */
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
 * Reads what a clone knows. What is checked out may be anybody's work: it says nothing of what is
 * deployed, unless it is the branch that is asked about.
 */
export async function localLine(
  source: LocalSource,
  { branch, usual }: LineQuestion,
): Promise<LocalLine> {
  const refs = await localRefs(source);
  const checkedOut = await checkedOutBranch(source);
  const isUsual = checkedOut !== undefined && usual.includes(checkedOut);
  const name = branch ?? (await originHead(source)) ?? (isUsual ? checkedOut : undefined);
  const tip = refs.get(`refs/remotes/origin/${name}`) ?? refs.get(`refs/heads/${name}`);
  return { head: await localHead(source), tip: name === undefined ? undefined : tip };
}

/** Reads which commit a repository has checked out (gitrepository-layout: HEAD). */
export async function localHead(source: LocalSource): Promise<string | undefined> {
  const branch = await checkedOutBranch(source);
  if (branch !== undefined) return (await localRefs(source)).get(`refs/heads/${branch}`);
  return asId((await text(source.head))?.trim());
}

/**
 * Reads a repository's refs, by their full names (gitrepository-layout: refs, packed-refs). None
 * where it keeps them in another way.
 */
export async function localRefs({ refs }: LocalSource): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const line of (await text(join(refs, "packed-refs")))?.split("\n") ?? []) {
    const [, id, name] = /^([0-9a-f]{40}) (refs\/\S+)$/.exec(line) ?? [];
    if (id !== undefined && name !== undefined) found.set(name, id);
  }
  const options = { recursive: true, withFileTypes: true } as const;
  for (const entry of await readdir(join(refs, "refs"), options).catch(() => [])) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const id = asId((await text(path))?.trim());
    if (id !== undefined) found.set(path.slice(refs.length + 1), id);
  }
  return found;
}

/** Returns the branch that the server calls its default one, else what is checked out. */
export async function likelyBranch(source: LocalSource): Promise<string | undefined> {
  return (await originHead(source)) ?? (await checkedOutBranch(source));
}

/** Returns the name of the branch that the server said is its default one. */
async function originHead({ refs }: LocalSource): Promise<string | undefined> {
  const ref = await text(join(refs, "refs/remotes/origin/HEAD"));
  return /^ref: refs\/remotes\/origin\/(\S+)$/m.exec(ref ?? "")?.[1];
}

async function checkedOutBranch({ head }: LocalSource): Promise<string | undefined> {
  return /^ref: refs\/heads\/(\S+)$/m.exec((await text(head)) ?? "")?.[1];
}

function asId(line: string | undefined): string | undefined {
  return line !== undefined && /^[0-9a-f]{40}$/.test(line) ? line : undefined;
}

async function text(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}
