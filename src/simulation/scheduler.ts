/**
 * Owns order and time. Every effect pauses here, so that anything may come between any two of them.
 */

import type { Clock } from "../ports.ts";
import type { Choices } from "./choices.ts";

/**
 * `timed`: what is due first goes first. `free`: anything that waits may go next, and time stands
 * still, so that an enumerator meets every order.
 */
export type Order = "timed" | "free";

/** Something that waits for its turn. */
interface Waiting {
  readonly actor: string;
  readonly label: string;
  readonly dueMs: number;
  readonly wake: () => void;
  /** Whether it goes before everything else, and nothing befalls it. */
  readonly isNext?: boolean;
}

/** How long a machine sleeps when it stalls, in milliseconds. */
const stall = { minMs: 20_000, maxMs: 400_000 };

/** When every run begins, in milliseconds since the epoch. */
export const startMs = 1_790_000_000_000;

/** Runs actors one step at a time. */
export class Scheduler {
  /** What happened, one line a step. */
  readonly trace: string[] = [];
  readonly #fate: Choices;
  readonly #order: Order;
  #waiting: Waiting[] = [];
  #nowMs = 0;
  #failed: { readonly error: unknown } | undefined;
  /** Actors that a crash may cut off, and what is to be done about it. */
  readonly #mortal = new Map<string, () => void>();
  readonly #dead = new Set<string>();
  /** How much later it is for actors whose machine has slept, where time stands still. */
  readonly #sleptMs = new Map<string, number>();

  constructor(fate: Choices, order: Order) {
    this.#fate = fate;
    this.#order = order;
  }

  /** Milliseconds since the run began. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** The date of a commit that is made now, in whole seconds since the epoch. */
  get nowSeconds(): number {
    return Math.floor((startMs + this.#nowMs) / 1_000);
  }

  /** What waits, in words: with what each actor has seen, this is the state of a run. */
  get waiting(): readonly string[] {
    const slept = [...this.#sleptMs].map(([actor, ms]) => `${actor} slept ${ms}`);
    return [...this.#waiting.map(({ actor, label }) => `${actor} ${label}`), ...slept].sort();
  }

  /** Waits before an effect until the actor is chosen. */
  before(actor: string, label: string, durationMs = 0): Promise<void> {
    return new Promise((wake) => this.#wait({ actor, label, dueMs: durationMs, wake }));
  }

  /** Waits between an effect and its answer. What has happened has happened, so `free` skips it. */
  after(actor: string, label: string, durationMs = 0): Promise<void> {
    return this.#order === "free" ? Promise.resolve() : this.before(actor, label, durationMs);
  }

  /**
   * Waits before an actor's first step. In `free`, actors that come at once are let in one by one,
   * so that what each of them does before it waits is in the same order in every run.
   */
  begin(actor: string, durationMs: number): Promise<void> {
    const isNext = this.#order === "free";
    return new Promise((wake) =>
      this.#wait({ actor, label: "begin", dueMs: durationMs, wake, isNext }),
    );
  }

  /** Lets something happen by itself, later. */
  later(what: { actor: string; label: string; durationMs: number }, act: () => void): void {
    this.#wait({ actor: what.actor, label: what.label, dueMs: what.durationMs, wake: act });
  }

  /** Allows an actor to be cut off at any step. */
  mayCrash(actor: string, onCrash: () => void): void {
    this.#mortal.set(actor, onCrash);
  }

  /** The time as one actor sees it. */
  clockOf(actor: string): Clock {
    return {
      nowMs: () => startMs + this.#nowMs + (this.#sleptMs.get(actor) ?? 0),
      sleepMs: (duration) => this.before(actor, "slept", duration),
    };
  }

  /** Makes an actor's bug end the run. */
  watch(task: Promise<unknown>): void {
    task.catch((error: unknown) => {
      this.#failed ??= { error };
    });
  }

  /**
   * Runs until nothing waits and nothing is under way.
   *
   * @param stop Asked before each step; `true` ends the run there.
   */
  async run(stepsMax: number, stop = () => false): Promise<void> {
    for (let step = 0; step < stepsMax; step += 1) {
      // Everything that was woken runs on until it waits again.
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#failed !== undefined) throw this.#failed.error;
      if (this.#waiting.length === 0 || stop()) return;
      this.#wakeOne();
    }
    throw new Error(`Still running after ${stepsMax} steps: ${this.trace.slice(-5).join(", ")}`);
  }

  #wait(waiting: Waiting): void {
    if (this.#dead.has(waiting.actor)) return;
    this.#waiting.push({ ...waiting, dueMs: this.#nowMs + waiting.dueMs });
  }

  #wakeOne(): void {
    const chosen = this.#choose();
    this.#waiting.splice(this.#waiting.indexOf(chosen), 1);
    this.#nowMs = Math.max(this.#nowMs, this.#order === "free" ? 0 : chosen.dueMs);
    const onCrash = chosen.isNext ? undefined : this.#mortal.get(chosen.actor);
    if (onCrash !== undefined && this.#fate.strikes("crash")) {
      this.trace.push(`${this.#nowMs} ${chosen.actor} crashes before: ${chosen.label}`);
      this.#dead.add(chosen.actor);
      this.#waiting = this.#waiting.filter(({ actor }) => actor !== chosen.actor);
      onCrash();
    } else if (onCrash !== undefined && this.#fate.strikes("stall")) {
      this.#stall(chosen);
    } else {
      this.#wake(chosen);
    }
  }

  #wake(chosen: Waiting): void {
    this.trace.push(`${this.#nowMs} ${chosen.actor} ${chosen.label}`);
    chosen.wake();
  }

  /** Puts an actor's machine to sleep: all that it waits for comes later by as much. */
  #stall(chosen: Waiting): void {
    const { actor } = chosen;
    const ms = this.#fate.lasts(stall.minMs, stall.maxMs);
    this.trace.push(`${this.#nowMs} ${actor} stalls for ${ms} ms`);
    if (this.#order === "free") {
      this.#sleptMs.set(actor, stall.maxMs);
      this.#wake(chosen);
      return;
    }
    this.#waiting.push({ ...chosen, dueMs: this.#nowMs });
    this.#waiting = this.#waiting.map((waiting) =>
      waiting.actor === actor ? { ...waiting, dueMs: waiting.dueMs + ms } : waiting,
    );
  }

  #choose(): Waiting {
    if (this.#order === "free") {
      const next = this.#waiting.find(({ isNext }) => isNext);
      return next ?? this.#waiting[this.#fate.choose(this.#waiting.length)]!;
    }
    const dueMs = this.#waiting.reduce((least, one) => Math.min(least, one.dueMs), Infinity);
    const due = this.#waiting.filter((waiting) => waiting.dueMs === dueMs);
    return due[this.#fate.choose(due.length)]!;
  }
}
