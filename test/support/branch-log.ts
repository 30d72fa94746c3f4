/** Reads a branch out of a bare repository, in two processes, as the history checker takes it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CommitId } from "../../src/core/ids.ts";
import type { RecordedCommit } from "../../src/simulation/invariants/history.ts";
import type { Sandbox } from "./git-sandbox.ts";

/** One line of `git log --raw`: modes, ids, what happened, and to which path. */
const change = /^:\d{6} \d{6} [0-9a-f]{40} ([0-9a-f]{40}) ([AMDT])$/;

/** Returns the first-parent history of a tip, oldest first, each commit with all its files. */
export async function readLog(box: Sandbox, tip: CommitId): Promise<readonly RecordedCommit[]> {
  const flags = ["--first-parent", "-m", "--reverse", "--root", "--no-renames", "--no-abbrev"];
  const format = "--format=%x01%H%x00%B%x01";
  const text = (await box.run(box.bare, ["log", ...flags, "--raw", "-z", format, tip])).toString();
  const [, ...parts] = text.split("\x01");
  const told: { id: CommitId; message: string; blobs: Map<string, string> }[] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const [id = "", message = ""] = parts[at]!.split("\0");
    const blobs = new Map(told.at(-1)?.blobs);
    applyChanges(parts[at + 1] ?? "", blobs);
    told.push({ id: id as CommitId, message, blobs });
  }
  const bytes = await readBlobs(box, new Set(told.flatMap(({ blobs }) => [...blobs.values()])));
  return told.map(({ id, message, blobs }) => ({
    ...{ id, message },
    files: new Map([...blobs].map(([path, blob]) => [path, bytes.get(blob)!])),
  }));
}

function applyChanges(raw: string, blobs: Map<string, string>): void {
  const fields = raw.replace(/^[\n\0]+/, "").split("\0");
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, blob = "", what] = change.exec(fields[at]!.trim()) ?? [];
    if (what === undefined) throw new Error(`git log --raw said "${fields[at]}"`);
    if (what === "D") blobs.delete(fields[at + 1]!);
    else blobs.set(fields[at + 1]!, blob);
  }
}

async function readBlobs(box: Sandbox, ids: ReadonlySet<string>): Promise<Map<string, Buffer>> {
  const out = await box.run(box.bare, ["cat-file", "--batch"], `${[...ids].join("\n")}\n`);
  const blobs = new Map<string, Buffer>();
  for (let at = 0; at < out.length; ) {
    const end = out.indexOf(10, at);
    const [id = "", , size] = out.toString("latin1", at, end).split(" ");
    blobs.set(id, out.subarray(end + 1, end + 1 + Number(size)));
    at = end + 2 + Number(size);
  }
  return blobs;
}

/** Returns every tip that `main` ever had, oldest first. The server must keep a log of its refs. */
export function readTips(box: Sandbox): readonly CommitId[] {
  const log = readFileSync(join(box.bare, "logs", "refs", "heads", "main"), "utf8");
  // A line is: where the branch was, where it went, who moved it.
  return [...log.matchAll(/^[0-9a-f]{40} ([0-9a-f]{40}) /gm)].map(([, to]) => to as CommitId);
}
