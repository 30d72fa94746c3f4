/** Which of the changes that wait land along with ours, and the chain of commits they make. */

import type { CommitId } from "../../core/ids.ts";
import { readMessage } from "../../core/landing/commit-message.ts";
import {
  areHoldsAsBefore,
  editWaiting,
  filesAbout,
  isForgotten,
  readWaiting,
  type WaitingChange,
} from "../../core/landing/waiting.ts";
import type { ManifestRules } from "../../core/pins/index.ts";
import type { CommitDraft } from "../../ports.ts";
import type { Along, WaitingNote, WaitingRoom } from "../../ports-waiting.ts";

/** How many go along at most: what a server takes in one push is not for us to find out. */
const takenMax = 200;

/** The commit that others will be based on, and what it changes of its tip. */
interface Company {
  readonly own: CommitId;
  readonly draft: CommitDraft;
  readonly rules: ManifestRules;
  readonly nowMs: number;
}

/** A change that waits, and what has come since it was decided. */
interface Candidate {
  readonly note: WaitingNote;
  readonly change: WaitingChange;
  readonly changed: readonly string[];
}

/** Takes along what still fits on top of a commit of ours. */
export async function takeAlong(
  notes: readonly WaitingNote[],
  { own, draft, rules, nowMs }: Company,
  room: WaitingRoom,
): Promise<Along> {
  const ours = notes.filter((note) => isSealed(note, room));
  const forgotten = ours.filter(({ text }) => isForgotten(payloadOf(text), nowMs));
  const candidates = await candidatesAt(draft.parent, ours, { room, nowMs });
  const needed = candidates.flatMap(({ change, changed }) => filesAbout(change, changed));
  const tree = new GrowingTree(await room.read(draft.parent, [...new Set(needed)]));
  tree.put(draft.changes);
  const taken = candidates.flatMap((candidate) => {
    const changes = tree.edit(candidate, rules);
    return changes === undefined ? [] : [{ ...candidate, changes }];
  });
  const drafts = taken.map(({ change: { message, atSeconds, author }, changes }) => {
    return { changes, message, atSeconds, author };
  });
  const head = drafts.length === 0 ? own : await room.chain(own, drafts);
  return { head, ended: [...taken.map(({ note }) => note), ...forgotten] };
}

type Changes = CommitDraft["changes"];

/** A tip's files, as far as anybody asks, with one change after the other on top. */
class GrowingTree {
  readonly #files: Map<string, Uint8Array>;
  readonly #touched = new Set<string>();

  constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.#files = new Map(files);
  }

  put(changes: Changes): void {
    for (const { path, bytes } of changes) {
      this.#touched.add(path);
      if (bytes === undefined) this.#files.delete(path);
      else this.#files.set(path, bytes);
    }
  }

  /** Makes a change, and returns it. Undefined: it does not fit, and nothing was changed. */
  edit({ change, changed: before }: Candidate, rules: ManifestRules): Changes | undefined {
    const changed = [...before, ...this.#touched];
    if (!areHoldsAsBefore(changed)) return undefined;
    const files = filesAbout(change, changed).flatMap((path) => {
      const bytes = this.#files.get(path);
      return bytes === undefined ? [] : [{ path, bytes }];
    });
    const edits = editWaiting(change, files, rules);
    const changes = edits?.map(({ file, bytes }) => ({ path: file.path, bytes }));
    if (changes !== undefined) this.put(changes);
    return changes;
  }
}

/** Returns the changes that have not landed, for this branch and in time, the oldest first. */
async function candidatesAt(
  tip: CommitId,
  notes: readonly WaitingNote[],
  { room, nowMs }: { readonly room: WaitingRoom; readonly nowMs: number },
): Promise<readonly Candidate[]> {
  const candidates: Candidate[] = [];
  const known = new Map<CommitId, ReturnType<WaitingRoom["since"]>>();
  for (const note of notes) {
    const change = readWaiting(payloadOf(note.text));
    if (change === undefined || change.deploy !== note.deploy) continue;
    if (change.branch !== room.branch || change.deadlineMs <= nowMs) continue;
    const asked = known.get(change.base) ?? room.since(change.base, tip);
    known.set(change.base, asked);
    const since = await asked;
    const isThere = ({ message }: { readonly message: string }) =>
      readMessage(message)?.deploy === change.deploy;
    if (since === undefined || since.commits.some(isThere)) continue;
    candidates.push({ note, change, changed: since.changed });
  }
  return candidates.sort((a, b) => compare(a.change, b.change)).slice(0, takenMax);
}

function compare(one: WaitingChange, other: WaitingChange): number {
  return one.atSeconds - other.atSeconds || (one.deploy < other.deploy ? -1 : 1);
}

/** A note is a line of payload and a line with its seal. */
function payloadOf(text: string): string {
  return text.slice(0, text.indexOf("\n"));
}

function isSealed({ text }: WaitingNote, room: WaitingRoom): boolean {
  const payload = payloadOf(text);
  return room.isSealOf(text.slice(payload.length).trim(), payload);
}
