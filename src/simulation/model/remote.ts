/** One actor's view of the model server: each effect is a step that may fail on either side. */

import { Failure } from "../../core/failure.ts";
import type { CommitId } from "../../core/ids.ts";
import type { Mark } from "../../core/landing/mark.ts";
import type { PushReply, Reread } from "../../core/landing/push-outcome.ts";
import { manifestsUnder } from "../../core/manifest-paths.ts";
import type { CommitDraft, ManifestFile, Remote } from "../../ports.ts";
import type { Along, WaitingRoom } from "../../ports-waiting.ts";
import { type Account, certainNo, type World } from "../world.ts";
import { readServer, short, troubleReading } from "./reading.ts";
import { areThere, type ModelPush } from "./server.ts";
import { ModelWaitingRoom } from "./waiting.ts";

/** The branch as one actor reaches it. */
export class ModelRemote implements Remote {
  readonly waiting: WaitingRoom | undefined;
  readonly #world: World;
  readonly #actor: string;
  readonly #account: Account;

  constructor(world: World, actor: string) {
    this.#world = world;
    this.#actor = actor;
    this.#account = world.accounts.get(actor)!;
    this.waiting = world.isTogether ? new ModelWaitingRoom(world, actor) : undefined;
  }

  async fetchTip(): Promise<CommitId> {
    return (await readServer(this.#world, this.#actor, "fetch")).tip;
  }

  async findManifests(
    tip: CommitId,
    paths: readonly string[],
    needles: readonly string[],
  ): Promise<readonly ManifestFile[]> {
    const { tree } = this.#world.objects.get(tip);
    const entries = [...tree.keys()].sort().map((path) => ({ path, mode: "100644" }));
    return manifestsUnder(entries, paths).flatMap(({ path }) => {
      const bytes = tree.get(path)!;
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      return needles.some((needle) => buffer.includes(needle)) ? [{ path, bytes }] : [];
    });
  }

  async readFile(tip: CommitId, path: string): Promise<Uint8Array | undefined> {
    return this.#world.objects.get(tip).tree.get(path);
  }

  async messageOf(commit: CommitId): Promise<string> {
    return this.#world.objects.get(commit).message;
  }

  async messagesBefore(tip: CommitId, count: number): Promise<readonly string[]> {
    const history = this.#world.objects.history(tip);
    return history.slice(0, count).map(({ message }) => message);
  }

  async changedPaths(...[tip, { isIt, count }]: Parameters<NonNullable<Remote["changedPaths"]>>) {
    const { objects } = this.#world;
    const newest = objects.log(tip).toReversed().slice(0, count);
    const commit = newest.find((one) => isIt(one));
    if (commit?.parent === undefined) return undefined;
    const before = objects.get(commit.parent).tree;
    const paths = [...new Set([...before.keys(), ...commit.tree.keys()])];
    return paths.filter((path) => before.get(path) !== commit.tree.get(path));
  }

  async contains(tip: CommitId, commit: CommitId): Promise<boolean> {
    return this.#world.objects.contains(tip, commit);
  }

  async commit(draft: CommitDraft): Promise<CommitId> {
    return this.#world.objects.write(draft);
  }

  async push(commit: CommitId, along?: Along): Promise<PushReply> {
    const { scheduler } = this.#world;
    await scheduler.before(this.#actor, `push ${short(commit)}`, this.#world.latencyMs());
    const reply = await this.#swap({ commit, along });
    if (!certainNo.has(reply.kind)) this.#account.doubts.add(commit);
    await scheduler.after(this.#actor, `was told ${reply.kind}`, this.#world.latencyMs());
    this.#tell(reply.kind);
    return reply;
  }

  async marks(): Promise<readonly Mark[]> {
    const { scheduler, server } = this.#world;
    await scheduler.before(this.#actor, "read the marks", this.#world.latencyMs());
    this.#fail();
    const marks = [...server.marks];
    await scheduler.after(this.#actor, `read ${marks.length} marks`, this.#world.latencyMs());
    this.#tell(JSON.stringify(marks));
    return marks;
  }

  async mark(mark: Mark): Promise<void> {
    const { scheduler, server } = this.#world;
    const label = `mark ${short(mark.revision)} ${mark.kind}`;
    await scheduler.before(this.#actor, label, this.#world.latencyMs());
    this.#fail();
    server.mark(mark);
    await scheduler.after(this.#actor, "marked", this.#world.latencyMs());
    this.#tell("marked");
  }

  async reread(before: CommitId, commit: CommitId): Promise<Reread> {
    try {
      const { tip } = await readServer(this.#world, this.#actor, "read again");
      if (tip === before) return { kind: "unmoved" };
      return { kind: this.#world.objects.contains(tip, commit) ? "contains" : "moved", tip };
    } catch (error) {
      if (error instanceof Failure) return { kind: "unreadable", why: error.message };
      throw error;
    }
  }

  async #swap(push: ModelPush): Promise<PushReply> {
    const { commit, along } = push;
    const { fate, scheduler, objects } = this.#world;
    if (fate.strikes("unreachable")) return { kind: "not-sent", words: "Could not resolve host" };
    if (fate.strikes("throttle")) {
      return { kind: "throttled", words: "error: 429", retryAfterMs: fate.lasts(1_000, 40_000) };
    }
    // The client compares with what the server advertises before it sends anything.
    const { tip, notes } = this.#world.view();
    if (tip === (along?.head ?? commit)) return { kind: "accepted", words: "[up to date]" };
    if (tip !== objects.get(commit).parent || !areThere(along?.ended ?? [], notes)) {
      return { kind: "raced", seenBy: "git", words: "[rejected] (fetch first)" };
    }
    await scheduler.after(this.#actor, `post ${short(commit)}`, this.#world.latencyMs());
    return this.#post(push);
  }

  #post(push: ModelPush): PushReply {
    const { commit } = push;
    const { fate, server, scheduler } = this.#world;
    const account = this.#account;
    const silent: PushReply = { kind: "silent", words: "the remote end hung up unexpectedly" };
    if (fate.strikes("lose-request")) return silent;
    if (account.isBarred) {
      account.denials += 1;
      return { kind: "refused", words: "[remote rejected] (pre-receive hook declined)" };
    }
    if (!account.metLock && fate.strikes("lock")) {
      account.metLock = true;
      return { kind: "refused", words: "[remote rejected] (failed to update ref)" };
    }
    account.metLock = false;
    if (fate.strikes("late")) {
      const label = `delivers ${short(commit)} of ${this.#actor}`;
      const flight = { actor: "wire", label, durationMs: fate.lasts(500, 60_000) };
      scheduler.later(flight, server.deliveryOf(push, this.#actor));
      return silent;
    }
    const moved = server.swap(push, this.#actor);
    if (fate.strikes("lose-reply")) return silent;
    const isTold = moved && !fate.strikes("twice");
    if (isTold) return { kind: "accepted", words: "" };
    return {
      kind: "raced",
      seenBy: "server",
      words: "[remote rejected] (cannot lock ref: is at X but expected Y)",
    };
  }

  /** Throws what befalls a read. */
  #fail(): void {
    const trouble = troubleReading(this.#world.fate);
    if (trouble === undefined) return;
    this.#tell(trouble.message);
    throw trouble;
  }

  #tell<Text extends string>(what: Text): Text {
    this.#account.told += `${what}\n`;
    return what;
  }
}
