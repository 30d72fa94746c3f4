/** One actor's view of the model forge: each effect is a step that may fail on either side. */

import { Failure } from "../../core/failure.ts";
import type { ForgeRequest, RequestText } from "../../core/forge/request.ts";
import type { CommitId } from "../../core/ids.ts";
import { readCommit } from "../../core/landing/commit-message.ts";
import type { PushReply } from "../../core/landing/push-outcome.ts";
import type { Proposals, ProposedHead } from "../../ports-forge.ts";
import type { Account, World } from "../world.ts";
import type { ModelForge } from "./forge.ts";
import { short, troubleReading } from "./reading.ts";

/** The requests of one environment as one actor reaches them. */
export class ModelProposals implements Proposals {
  readonly scope: string;
  readonly isAuto = false;
  readonly isAwaited = true;
  readonly #world: World;
  readonly #forge: ModelForge;
  readonly #actor: string;
  readonly #account: Account;

  constructor(world: World, forge: ModelForge, at: { actor: string; scope: string }) {
    this.scope = at.scope;
    this.#world = world;
    this.#forge = forge;
    this.#actor = at.actor;
    this.#account = world.accounts.get(at.actor)!;
  }

  compare(): undefined {}

  async head(): Promise<ProposedHead | undefined> {
    const commit = await this.#ask("reads our branch", () => this.#forge.branches.get(this.scope));
    if (commit === undefined) return undefined;
    const { parent, message } = this.#world.objects.get(commit);
    const isOurs = !this.#forge.byPeople.has(commit);
    return { commit, parent, message, record: isOurs ? readCommit(message) : undefined };
  }

  async swap(from: CommitId | undefined, to: CommitId | undefined): Promise<PushReply> {
    const { scheduler, fate } = this.#world;
    const label = `proposes ${to === undefined ? "nothing" : short(to)}`;
    await scheduler.before(this.#actor, label, this.#world.latencyMs());
    if (fate.strikes("unreachable")) return { kind: "not-sent", words: "Could not resolve host" };
    if (to !== undefined) this.#account.proposed.add(to);
    const silent: PushReply = { kind: "silent", words: "the remote end hung up unexpectedly" };
    if (fate.strikes("lose-request")) return silent;
    // One that makes the branch would bring it back when it was merged and removed meanwhile.
    if (from !== undefined && fate.strikes("late")) {
      const flight = {
        actor: "wire",
        label: `delivers ${label}`,
        durationMs: fate.lasts(500, 60_000),
      };
      scheduler.later(flight, () => this.#forge.swap(this.scope, from, to));
      return silent;
    }
    const isMoved = this.#forge.swap(this.scope, from, to);
    if (fate.strikes("lose-reply")) return silent;
    await scheduler.after(this.#actor, "was told", this.#world.latencyMs());
    if (isMoved) return { kind: "accepted", words: "" };
    return { kind: "raced", seenBy: "server", words: "[remote rejected] (stale info)" };
  }

  async landedAs(tip: CommitId, deploy: string): Promise<CommitId | undefined> {
    const log = this.#world.objects.log(tip).slice(1);
    return log.find(({ message }) => readCommit(message)?.deploy === deploy)?.id;
  }

  async parentOf(commit: CommitId): Promise<CommitId | undefined> {
    return this.#world.objects.get(commit).parent;
  }

  async latest(): Promise<ForgeRequest | undefined> {
    return this.#ask("lists requests", () => {
      const found = this.#forge.latest(this.scope);
      return found && { ...found, url: `forge/${found.number}` };
    });
  }

  async read(number: number): Promise<ForgeRequest | undefined> {
    return this.#ask(`reads #${number}`, () => ({ ...this.#at(number), url: `forge/${number}` }));
  }

  async open(text: RequestText): Promise<"opened" | "taken"> {
    const said = await this.#tell("opens a request", () => this.#forge.open(this.scope, text));
    return said === "opened" ? said : "taken";
  }

  async edit(number: number, text: RequestText): Promise<void> {
    await this.#tell(`edits #${number}`, () => Object.assign(this.#at(number), text));
  }

  async close(number: number, text: RequestText): Promise<void> {
    await this.#tell(`closes #${number}`, () => {
      const request = this.#at(number);
      // What was merged cannot be closed, and its text may be edited all the same.
      Object.assign(request, text);
      this.#forge.close(request);
    });
  }

  async comment(number: number): Promise<void> {
    await this.#tell(`comments on #${number}`, () => {});
  }

  async mergeWhenReady(): Promise<"asked"> {
    return "asked";
  }

  #at(number: number) {
    return this.#forge.requests[number - 1]!;
  }

  /** Reads something, unless the forge is away. */
  async #ask<Value>(label: string, read: () => Value): Promise<Value> {
    const { scheduler, fate } = this.#world;
    await scheduler.before(this.#actor, label, this.#world.latencyMs());
    const trouble = troubleReading(fate);
    if (trouble !== undefined) throw trouble;
    const value = read();
    await scheduler.after(this.#actor, "was told", this.#world.latencyMs());
    return value;
  }

  /** Changes something: it may not arrive, and it may have although the answer is lost. */
  async #tell<Value>(label: string, change: () => Value): Promise<Value> {
    const value = await this.#ask(label, change);
    if (this.#world.fate.strikes("lose-reply")) throw lostReply();
    return value;
  }
}

function lostReply(): Failure {
  return new Failure("remote-unreachable", "Cannot ask: the answer was lost", "Try again.");
}
