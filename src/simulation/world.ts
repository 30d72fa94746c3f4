/**
 * All that deployers and people share in one run: the server, the source, the registry, order,
 * fate.
 */

import type { CommitId } from "../core/ids.ts";
import { markRef } from "../core/landing/mark.ts";
import type { PushReply } from "../core/landing/push-outcome.ts";
import type { Choices } from "./choices.ts";
import type { ModelForge } from "./model/forge.ts";
import { type ModelTree, Objects } from "./model/objects.ts";
import { type Move, Server } from "./model/server.ts";
import type { ModelSource } from "./model/source.ts";
import { type Order, Scheduler } from "./scheduler.ts";

/** A branch's first files, and the source whose revisions are to be deployed. */
export interface Setting {
  readonly tree: ModelTree;
  readonly source: ModelSource;
  /** Whether changes may wait beside the branch. */
  readonly together?: boolean | undefined;
}

/** What the world knows of one actor, beside what the actor says. */
export interface Account {
  /** Commits pushed without a certain no, which no tip that the actor was shown has shut out. */
  readonly doubts: Set<CommitId>;
  /** Changes left beside the branch that nobody has said to be gone. */
  readonly left: Set<CommitId>;
  /** Commits put on a branch of ours: whoever merges that lands them. */
  readonly proposed: Set<CommitId>;
  /** Pushes that a rule of the server refused. */
  denials: number;
  /** Whether a rule of the server keeps this actor out. */
  readonly isBarred: boolean;
  /**
   * Whether the last push met a lock. The next one does not: locks are held for less than a round.
   */
  metLock: boolean;
  /** All that the actor was told, which with the world's state decides what it does next. */
  told: string;
}

/** One run's world. */
export class World {
  readonly fate: Choices;
  readonly scheduler: Scheduler;
  readonly objects = new Objects();
  readonly server: Server;
  readonly source: ModelSource;
  readonly base: CommitId;
  readonly isTogether: boolean;
  /** Whether the server takes no refs but branches. */
  readonly isClosed: boolean;
  readonly accounts = new Map<string, Account>();
  /** Where changes land by request. Absent: they are pushed. */
  forge: ModelForge | undefined;

  constructor(setting: Setting, fate: Choices, order: Order) {
    this.fate = fate;
    this.scheduler = new Scheduler(fate, order);
    this.source = setting.source;
    this.isTogether = setting.together === true;
    this.isClosed = this.isTogether && fate.strikes("closed");
    this.base = this.objects.root(setting.tree, "chore: manifests\n");
    this.server = new Server(this.objects, this.base, () => this.scheduler.nowMs);
  }

  /** Opens an actor's account. One that comes back is barred if it was before. */
  enter(actor: string, before?: Account): Account {
    const isBarred = before?.isBarred ?? this.fate.strikes("refuse");
    const none = { doubts: new Set<CommitId>(), left: new Set<CommitId>() };
    const sent = { ...none, proposed: new Set<CommitId>() };
    const account = { ...sent, denials: 0, isBarred, metLock: false, told: "" };
    this.accounts.set(actor, account);
    return account;
  }

  /** How long a message takes one way, in milliseconds. */
  latencyMs(): number {
    const slow = this.fate.strikes("delay") ? this.fate.lasts(1_000, 20_000) : 0;
    return this.fate.lasts(20, 120) + slow;
  }

  /** What a read of the server shows: how everything is, or how it it was a while ago. */
  view(): Move {
    if (!this.fate.strikes("stale")) return this.server.moveAgo(0);
    const back = this.fate.lasts(1, 3);
    return this.server.moveAgo(back);
  }

  /** Everything that decides how the run goes on, as text. */
  state(): string {
    const told = [...this.accounts].map(([actor, account]) => `${actor}: ${account.told}`);
    const moves = this.server.moves.map(({ tip, how, notes }) => {
      return `${tip} ${how} ${notes.map(({ id }) => id).join(" ")}`;
    });
    const marks = this.server.marks.map(markRef);
    return [...told, ...moves, ...marks, ...this.scheduler.waiting].join("\n");
  }
}

/** Replies after which a push is certainly not in the branch, nor under way to it. */
export const certainNo: ReadonlySet<PushReply["kind"]> = new Set([
  "refused",
  "not-sent",
  "throttled",
]);
