/**
 * All that deployers and people share in one run: the server, the source, the registry, order,
 * fate.
 */

import type { CommitId } from "../core/ids.ts";
import { markRef } from "../core/landing/mark.ts";
import type { PushReply } from "../core/landing/push-outcome.ts";
import type { Choices } from "./choices.ts";
import { type ModelTree, Objects } from "./model/objects.ts";
import { Server } from "./model/server.ts";
import type { ModelSource } from "./model/source.ts";
import { type Order, Scheduler } from "./scheduler.ts";

/** A branch's first files, and the source whose revisions are to be deployed. */
export interface Setting {
  readonly tree: ModelTree;
  readonly source: ModelSource;
}

/** What the world knows of one actor, beside what the actor says. */
export interface Account {
  /** Commits pushed without a certain no, which no tip that the actor was shown has shut out. */
  readonly doubts: Set<CommitId>;
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
  readonly accounts = new Map<string, Account>();

  constructor(setting: Setting, fate: Choices, order: Order) {
    this.fate = fate;
    this.scheduler = new Scheduler(fate, order);
    this.source = setting.source;
    this.base = this.objects.root(setting.tree, "chore: manifests\n");
    this.server = new Server(this.objects, this.base, () => this.scheduler.nowMs);
  }

  /** Opens an actor's account. Whoever comes back is barred if it was before. */
  enter(actor: string, before?: Account): Account {
    const isBarred = before?.isBarred ?? this.fate.strikes("refuse");
    const account = { doubts: new Set<CommitId>(), denials: 0, isBarred, metLock: false, told: "" };
    this.accounts.set(actor, account);
    return account;
  }

  /** How long a message takes one way, in milliseconds. */
  latencyMs(): number {
    const slow = this.fate.strikes("delay") ? this.fate.lasts(1_000, 20_000) : 0;
    return this.fate.lasts(20, 120) + slow;
  }

  /** What a read of the branch shows: the tip, or where it stood a while ago. */
  view(): CommitId {
    if (!this.fate.strikes("stale")) return this.server.tip;
    const back = this.fate.lasts(1, 3);
    return this.server.tipAgo(back);
  }

  /** Everything that decides how the run goes on, as text. */
  state(): string {
    const told = [...this.accounts].map(([actor, account]) => `${actor}: ${account.told}`);
    const moves = this.server.moves.map(({ tip, how }) => `${tip} ${how}`);
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
