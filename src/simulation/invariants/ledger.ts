/** Evidence with its questions answered: which commit is whose, and which pins are where. */

import type { CommitId, Revision } from "../../core/ids.ts";
import { type ReadRecord, readMessage } from "../../core/landing/commit-message.ts";
import { findPins, type Pin } from "../../core/pins/index.ts";
import { revisionPrefixIn } from "../../core/tag-format.ts";
import type { Operation, RaceHistory, RecordedCommit } from "./history.ts";

/** A commit of the branch with its parent there and its record, if it is a deploy's. */
export interface Entry {
  readonly commit: RecordedCommit;
  readonly parent: RecordedCommit | undefined;
  readonly record: ReadRecord | undefined;
  /** The id of its deploy, also where it is about no revision. */
  readonly deploy: string | undefined;
}

/** One file before and after a commit. Undefined: there is none. */
export interface ChangedFile {
  readonly path: string;
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array | undefined;
}

/** The pins of files that were read before, for the same images. */
export type PinsRead = Map<Uint8Array, readonly Pin[]>;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The branch and the operations, ready to be judged. */
export class HistoryIndex {
  readonly evidence: RaceHistory;
  readonly entries: readonly Entry[];
  readonly #byId: ReadonlyMap<CommitId, Entry>;
  readonly #pins: PinsRead;

  constructor(evidence: RaceHistory, pins: PinsRead) {
    this.evidence = evidence;
    this.#pins = pins;
    this.entries = evidence.log.map((commit, at) => {
      const { id, message } = commit;
      const parent = evidence.log[at - 1];
      const isOurs = parent !== undefined && !evidence.byPeople?.has(id);
      if (!isOurs) return { commit, parent, record: undefined, deploy: undefined };
      const [, deploy] = /^Landfall-Deploy: (.+)$/m.exec(message) ?? [];
      return { commit, parent, record: readMessage(message), deploy };
    });
    this.#byId = new Map(this.entries.map((entry) => [entry.commit.id, entry]));
  }

  /** Returns a commit of the branch. */
  entry(id: CommitId): Entry | undefined {
    return this.#byId.get(id);
  }

  /** Returns the commits of the branch that carry an operation's deploy id. */
  entriesOf({ deploy }: Operation): readonly Entry[] {
    return this.entries.filter((entry) => entry.deploy === deploy);
  }

  /**
   * Returns the commit whose holds and gates a landing had to obey: the one below it. People may
   * merge a request after a hold or a freeze was set: it had to obey those that it was made under.
   */
  groundOf({ commit, parent }: Entry): RecordedCommit | undefined {
    const base = this.evidence.requests?.madeOn.get(commit.id);
    return (base === undefined ? undefined : this.entry(base)?.commit) ?? parent;
  }

  /** Returns the pins of all the images in a commit. */
  pinsAt(commit: RecordedCommit): readonly Pin[] {
    return [...commit.files].flatMap(([path, bytes]) => this.pinsIn(path, bytes));
  }

  /** Returns the pins of all the images in a file. */
  pinsIn(path: string, bytes: Uint8Array): readonly Pin[] {
    const known = this.#pins.get(bytes);
    // The same bytes may be at another path by now.
    if (known?.every(({ file }) => file === path)) return known;
    const pins = findPins({ path, bytes }, this.evidence.images);
    this.#pins.set(bytes, pins);
    return pins;
  }

  /** Returns the revision that a pin holds, if its tag names one. */
  revisionOf(pin: Pin): Revision | undefined {
    const format = { prefix: "sha-", digits: 7, suffix: "" };
    const prefix = pin.tag === undefined ? undefined : revisionPrefixIn(format, pin.tag);
    return prefix === undefined ? undefined : this.evidence.source.find(prefix);
  }
}

/** Returns the files that differ between two commits. */
export function changedFiles(
  before: RecordedCommit,
  after: RecordedCommit,
): readonly ChangedFile[] {
  const paths = new Set([...before.files.keys(), ...after.files.keys()]);
  return [...paths]
    .map((path) => ({ path, before: before.files.get(path), after: after.files.get(path) }))
    .filter((file) => file.before !== file.after && textOf(file.before) !== textOf(file.after));
}

/** Returns a file's text. No file is no text. */
export function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : decoder.decode(bytes);
}
