/** Whole histories of our own bare repository: all commits, what each changed. One pass each. */

import { setImmediate } from "node:timers/promises";
import type { FileChange, LoggedCommit, SourceTag } from "../../core/history/commits.ts";
import { commitsAmong, readBlobs } from "./objects.ts";
import { type GitPlace, runHere } from "./run.ts";

const nul = 0;
/** So many bytes become text at a time. */
const stretch = 2 ** 20;
/** The fields of one commit in `git log`. A message may hold any character but NUL. */
const format = "%H%x00%P%x00%ct%x00%an%x00%B";

/**
 * Reads every commit that can be reached from a tip, children before their parents, else by date:
 * the tip comes first.
 */
export async function readLog(place: GitPlace, tip: string): Promise<readonly LoggedCommit[]> {
  const args = ["log", "-z", "--date-order", `--format=tformat:${format}`, "--end-of-options", tip];
  const { stdout } = await runHere(place, [...args, "--"]);
  const fields = fieldsIn(stdout);
  const commits: LoggedCommit[] = [];
  for (;;) {
    const id = fields.next();
    if (id === undefined) return commits;
    const parents = fields.next()?.split(" ").filter(Boolean) ?? [];
    const atMs = Number(fields.next()) * 1000;
    const [author = "", message = ""] = [fields.next(), fields.next()];
    commits.push({ id, parents, atMs, author, message });
  }
}

/** Reads the tags whose full names begin so, but for those of other things than commits. */
export async function readTags(place: GitPlace, under: string): Promise<readonly SourceTag[]> {
  const args = ["for-each-ref", "--format=%(refname) %(creatordate:unix)", under];
  const { stdout } = await runHere(place, args);
  const rows = stdout.toString("utf8").split("\n").filter(Boolean);
  const refs = rows.map((row) => row.split(" ")[0]!);
  const commits = await commitsAmong(place, refs);
  return rows.flatMap((row, at) => {
    const [ref = "", seconds] = row.split(" ");
    const commit = commits[at];
    const atMs = Number(seconds) * 1000;
    return commit === undefined ? [] : [{ name: ref.slice(under.length), commit, atMs }];
  });
}

/**
 * Reads which files at or under some paths commits changed against their first parents. No path
 * means all. Commits that changed none are left out.
 */
export async function readChanges(
  place: GitPlace,
  commits: readonly LoggedCommit[],
  paths: readonly string[],
): Promise<ReadonlyMap<string, readonly FileChange[]>> {
  const changes = new Map<string, FileChange[]>();
  if (commits.length === 0) return changes;
  const lines = commits.map(({ id, parents }) => `${id} ${parents[0] ?? ""}`.trim());
  const flags = ["--stdin", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--root"];
  const { stdout } = await runHere(place, ["diff-tree", ...flags, "--", ...paths], {
    input: `${lines.join("\n")}\n`,
  });
  const fields = fieldsIn(stdout);
  let found: FileChange[] = [];
  for (let field = fields.next(); field !== undefined; field = fields.next()) {
    // `:<mode> <mode> <id> <id> <status>` NUL `<path>`, after the id of their commit.
    if (!field.startsWith(":")) {
      found = [];
      changes.set(field, found);
      continue;
    }
    const [modeBefore, modeAfter, before, after] = field.slice(1).split(" ");
    const path = fields.next() ?? "";
    found.push({ path, before: fileId(modeBefore, before), after: fileId(modeAfter, after) });
  }
  return changes;
}

/** Returns the id of what a mode says is a regular file. */
function fileId(mode: string | undefined, id: string | undefined): string | undefined {
  return mode?.startsWith("100") ? id : undefined;
}

/** Reads text that ends with NUL, field by field: a whole log is more than one string can hold. */
function fieldsIn(bytes: Buffer): { next(): string | undefined } {
  let fields: readonly string[] = [];
  let at = 0;
  let read = 0;
  return {
    next() {
      if (at >= fields.length) {
        if (read >= bytes.length) return undefined;
        const end = bytes.indexOf(nul, Math.min(read + stretch, bytes.length - 1));
        const last = end < 0 ? bytes.length : end;
        fields = bytes.toString("utf8", read, last).split("\0");
        read = last + 1;
        at = 0;
      }
      at += 1;
      return fields[at - 1];
    },
  };
}

/** Contents are read in portions of at most so many bytes and files. */
const portion = { bytes: 32 * 2 ** 20, files: 20_000 } as const;
/** After so many contents git gets a turn to hand more over: a pipe holds some 64 KiB. */
const turn = 32;

/** Returns the sizes of blobs in bytes. Those that are not in our repository are left out. */
export async function readSizes(
  place: GitPlace,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  // Without the type git need not look up what a delta is a delta of.
  const format = "--batch-check=%(objectname) %(objectsize)";
  const { stdout } = await runHere(place, ["cat-file", format, "--buffer"], {
    input: `${ids.join("\n")}\n`,
  });
  const rows = stdout.toString("latin1").trimEnd().split("\n");
  return new Map(
    rows.flatMap((row) => {
      const [id = "", size = ""] = row.split(" ");
      return size === "missing" ? [] : [[id, Number(size)] as const];
    }),
  );
}

/**
 * Reads blobs in the order of their ids and hands each over. While one portion is handed over, git
 * reads the next.
 */
export async function readInPortions(
  place: GitPlace,
  sizes: readonly (readonly [id: string, size: number])[],
  take: (id: string, bytes: Uint8Array) => void,
): Promise<void> {
  const portions = portionsOf(sizes);
  let ahead = readAhead(place, portions[0]);
  for (const at of portions.keys()) {
    const blobs = await ahead;
    ahead = readAhead(place, portions[at + 1]);
    let taken = 0;
    for (const [id, content] of blobs) {
      take(id, content);
      taken += 1;
      if (taken % turn === 0) await setImmediate();
    }
  }
}

function readAhead(place: GitPlace, ids: readonly string[] = []) {
  const reading = readBlobs(place, ids);
  // Those who wait for it are told. If nobody does any more, something else went wrong before.
  reading.catch(() => {});
  return reading;
}

function portionsOf(sizes: readonly (readonly [id: string, size: number])[]): readonly string[][] {
  const portions: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const [id, size] of sizes) {
    const last = portions.at(-1);
    if (last === undefined || last.length >= portion.files || bytes + size > portion.bytes) {
      portions.push([id]);
      bytes = size;
    } else {
      last.push(id);
      bytes += size;
    }
  }
  return portions;
}
