/**
 * Landing together. A deployer that lost a race leaves its change by the branch, and takes along
 * what others have left: one push, in which each change has its own commit. Before anything but
 * `landed` is said, what was left is taken back.
 */

import { Failure } from "../../core/failure.ts";
import type { CommitId } from "../../core/ids.ts";
import { waitMsBefore } from "../../core/landing/backoff.ts";
import { readMessage } from "../../core/landing/commit-message.ts";
import type { Ending } from "../../core/landing/landing.ts";
import { leavesDoubt, type PushReply } from "../../core/landing/push-outcome.ts";
import { type Waits, writeWaiting, writeWithdrawn } from "../../core/landing/waiting.ts";
import type { CommitDraft } from "../../ports.ts";
import type { Along, WaitingNote, WaitingRoom } from "../../ports-waiting.ts";
import type { Plan } from "./land.ts";
import type { Patience, ReadPorts } from "./read-patiently.ts";
import { takeAlong } from "./take-along.ts";

/** A round that was lost. */
interface LostRound<Why> {
  readonly parent: CommitId;
  readonly why: Why;
  /** Undefined: only its owner may land it. */
  readonly waits: Waits | undefined;
}

/** What was left beside the branch. */
interface Left<Why> {
  readonly note: WaitingNote;
  readonly waits: Waits;
  /** The oldest tip on top of which it may have been taken along. */
  readonly base: CommitId;
  readonly why: Why;
  /** Whether it has been seen to be there. */
  readonly isSure: boolean;
}

/** One landing's dealings with those that land beside it. */
export class Together<Why> {
  readonly #derive: (tip: CommitId) => Promise<Plan<Why>>;
  readonly #ports: ReadPorts;
  readonly #limits: Patience & { readonly deadlineMs: number };
  #room: WaitingRoom | undefined;
  #notes: readonly WaitingNote[] = [];
  #left: Left<Why> | undefined;
  #hasLost = false;
  /** The tip on which a push with company was turned down. */
  #turnedDownOn: CommitId | undefined;

  constructor(
    derive: (tip: CommitId) => Promise<Plan<Why>>,
    ports: ReadPorts,
    limits: Patience & { readonly deadlineMs: number },
  ) {
    this.#derive = derive;
    this.#ports = ports;
    this.#limits = limits;
    this.#room = ports.remote.waiting;
  }

  /** Reads the tip and, once a race was lost, what waits beside it. Throws as the remote does. */
  async fetchTip(): Promise<CommitId> {
    if (this.#room === undefined || !this.#hasLost) return this.#ports.remote.fetchTip();
    const { tip, notes } = await this.#room.fetchAll();
    this.#notes = notes;
    const left = this.#left;
    const seen = left && notes.find(({ id }) => id === left.note.id);
    if (left !== undefined && seen !== undefined) this.#left = { ...left, isSure: true };
    return tip;
  }

  /** Looks in the branch for what was left: somebody may have taken it along. */
  async landedBy(tip: CommitId): Promise<Ending<Why> | undefined> {
    if (this.#left === undefined) return undefined;
    const { base, note, why } = this.#left;
    const since = await this.#room?.since(base, tip);
    const isOurs = ({ message }: { readonly message: string }) =>
      readMessage(message)?.deploy === note.deploy;
    // The oldest: people may have picked it once more, with its words.
    const own = since?.commits.findLast(isOurs);
    // It is ours if, where it is, nothing is left to be done.
    if (own === undefined || (await this.#derive(own.id)).kind === "write") return undefined;
    return { kind: "landed", commit: own.id, tip, why };
  }

  /** Returns what a commit of ours, on top of the tip that was read last, takes along. */
  async along(own: CommitId, draft: CommitDraft): Promise<Along | undefined> {
    const { remote, clock } = this.#ports;
    // A push with company was turned down, and not for a race: one of them may be the reason.
    if (this.#room === undefined || this.#turnedDownOn === draft.parent) return undefined;
    const left = this.#left;
    const others = this.#notes.filter(({ deploy }) => deploy !== left?.note.deploy);
    const question = { own, draft, rules: remote.rules ?? {}, nowMs: clock.nowMs() };
    const { head, ended } = await takeAlong(others, question, this.#room);
    const all = left?.isSure ? [...ended, left.note] : ended;
    return all.length === 0 ? undefined : { head, ended: all };
  }

  /** Hears the outcome of a push that took others along. */
  heard(reply: PushReply, parent: CommitId): void {
    if (reply.kind === "refused" || reply.kind === "raced") this.#turnedDownOn = parent;
  }

  /** Leaves what has lost a race, unless it is left already. */
  async lost({ parent, why, waits }: LostRound<Why>): Promise<void> {
    this.#hasLost = true;
    const room = this.#room;
    const before = this.#left;
    if (room === undefined || waits === undefined) return;
    if (before !== undefined && (!before.isSure || isSame(before.waits, waits))) return;
    const { deadlineMs } = this.#limits;
    const { author, branch } = room;
    const text = writeWaiting({ ...waits, author, branch, base: parent, deadlineMs });
    if (text === undefined) return;
    const { deploy, atSeconds } = waits;
    const left = { deploy, atSeconds, text: sealed(text, room) };
    const { note, reply } = await room.leave(left, before?.note);
    // It is never asked twice whether the server takes such refs.
    if (reply.kind === "refused") this.#room = before && room;
    const isSure = reply.kind === "accepted";
    if (!isSure && !leavesDoubt(reply)) return;
    this.#left = { note, waits, base: before?.base ?? parent, why, isSure };
  }

  /**
   * Takes back what was left, so that what is about to be said stays true. A change that was taken
   * along has landed; where nobody can tell, it is unknown.
   */
  async concluded(ending: Ending<Why>): Promise<Ending<Why>> {
    const left = this.#left;
    if (left === undefined || ending.kind === "landed") return ending;
    let words = "the change that was left beside the branch could not be taken back";
    try {
      const removed = left.isSure && (await this.#room!.remove(left.note)).kind === "accepted";
      const came = removed ? "taken back" : await this.#takeBack(left);
      if (came === "taken back") return ending;
      if (came !== undefined) return came;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      words = error.message;
    }
    if (ending.kind === "unknown") return ending;
    const doubts = [{ commit: left.note.id, why: left.why }];
    return { kind: "unknown", words, doubts, why: ending.why };
  }

  /**
   * Puts a note in the place of what was left that is no change: nothing that is under way can come
   * there any more, and whoever sees it sees all that came before.
   */
  async #takeBack({ note }: Left<Why>): Promise<Ending<Why> | "taken back" | undefined> {
    const { clock, random } = this.#ports;
    const room = this.#room!;
    const { deploy } = note;
    const atSeconds = Math.floor(clock.nowMs() / 1_000);
    const text = sealed(writeWithdrawn(deploy, clock.nowMs()), room);
    const untilMs = clock.nowMs() + this.#limits.readingMs;
    for (let tries = 1; ; tries += 1) {
      const tip = await this.fetchTip().catch(passing);
      const landed = tip && (await this.landedBy(tip));
      if (landed !== undefined) return landed;
      const standing = tip && this.#notes.find((one) => one.deploy === deploy);
      if (standing?.text === text) return "taken back";
      const { reply } = await room.leave({ deploy, text, atSeconds }, standing);
      if (reply.kind === "accepted" && standing !== undefined) return "taken back";
      if (clock.nowMs() > untilMs) return undefined;
      await clock.sleepMs(waitMsBefore(tries, this.#limits.reads, random.unit()));
    }
  }
}

function isSame(one: Waits, other: Waits): boolean {
  return JSON.stringify(one.pins) === JSON.stringify(other.pins);
}

function sealed(text: string, room: WaitingRoom): string {
  return `${text}\n${room.sealOf(text)}\n`;
}

/** What may be answered at the next try. */
function passing(error: unknown): undefined {
  if (error instanceof Failure && error.code !== "interrupted") return undefined;
  throw error;
}
