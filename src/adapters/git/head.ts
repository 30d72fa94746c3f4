/** Where a local repository stands, read from its files. git never runs in it. */

import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { gitDirectory } from "./source.ts";

/** What a repository has checked out. */
export interface LocalHead {
  /** Undefined: the repository is empty, or keeps its refs in a way that we do not read. */
  readonly commit: string | undefined;
  /** The branch's short name. Undefined: a commit is checked out and no branch. */
  readonly branch: string | undefined;
}

/** Reads what a repository has checked out (gitrepository-layout: HEAD, packed-refs). */
export async function localHead(path: string): Promise<LocalHead> {
  const gitDir = await gitDirectory(path);
  const common = await text(join(gitDir, "commondir"));
  const shared = common === undefined ? gitDir : resolve(gitDir, common.trim());
  const head = (await text(join(gitDir, "HEAD")))?.trim() ?? "";
  const ref = /^ref: (refs\/heads\/(\S+))$/.exec(head);
  if (ref === null) return { commit: asId(head), branch: undefined };
  const [, name = "", branch] = ref;
  const loose = asId((await text(join(shared, name)))?.trim());
  return { commit: loose ?? (await packed(shared, name)), branch };
}

async function packed(shared: string, ref: string): Promise<string | undefined> {
  const lines = (await text(join(shared, "packed-refs")))?.split("\n") ?? [];
  return asId(lines.find((line) => line.endsWith(` ${ref}`))?.slice(0, 40));
}

function asId(line: string | undefined): string | undefined {
  return line !== undefined && /^[0-9a-f]{40}$/.test(line) ? line : undefined;
}

async function text(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}
