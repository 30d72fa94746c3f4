/** What waits beside the model's branch, as one actor reaches it. */

import { createHmac } from "node:crypto";
import type { CommitId } from "../../core/ids.ts";
import type { PushReply } from "../../core/landing/push-outcome.ts";
import type { CommitDraft } from "../../ports.ts";
import type { Since, WaitingNote, WaitingRoom } from "../../ports-waiting.ts";
import { certainNo, type World } from "../world.ts";
import { idOf } from "./objects.ts";
import { readServer } from "./reading.ts";
import type { NoteMove } from "./server.ts";

/** The key that all deployers of a race share, and nobody else has. */
const key = "the deployers' own";

/** The place where changes wait, one request at a time. */
export class ModelWaitingRoom implements WaitingRoom {
  readonly branch = "main";
  readonly author = { name: "Lab", email: "lab@localhost" };
  readonly #world: World;
  readonly #actor: string;

  constructor(world: World, actor: string) {
    this.#world = world;
    this.#actor = actor;
  }

  async fetchAll() {
    return readServer(this.#world, this.#actor, "fetch all");
  }

  async leave({ deploy, text }: Omit<WaitingNote, "id">, over: WaitingNote | undefined) {
    const note = { deploy, text, id: idOf(`${text}\n${over?.id}`) as CommitId };
    const reply = await this.#move("leave", { deploy, from: over?.id, to: note });
    const { left } = this.#world.accounts.get(this.#actor)!;
    if (!certainNo.has(reply.kind)) left.add(note.id);
    return { note, reply };
  }

  async remove(note: WaitingNote): Promise<PushReply> {
    const { deploy, id } = note;
    const reply = await this.#move("remove", { deploy, from: id, to: undefined });
    if (reply.kind === "accepted") this.#world.accounts.get(this.#actor)!.left.delete(id);
    return reply;
  }

  async #move(what: string, move: NoteMove): Promise<PushReply> {
    const { scheduler } = this.#world;
    await scheduler.before(this.#actor, what, this.#world.latencyMs());
    const reply = this.#sent(move);
    await scheduler.after(this.#actor, `was told ${reply.kind}`, this.#world.latencyMs());
    this.#world.accounts.get(this.#actor)!.told += `${reply.kind}\n`;
    return reply;
  }

  #sent(move: NoteMove): PushReply {
    const { fate, server, scheduler, isClosed } = this.#world;
    const silent: PushReply = { kind: "silent", words: "the remote end hung up unexpectedly" };
    if (fate.strikes("unreachable")) return { kind: "not-sent", words: "Could not resolve host" };
    if (isClosed) return { kind: "refused", words: "[remote rejected] (funny refname)" };
    if (fate.strikes("lose-request")) return silent;
    if (fate.strikes("late")) {
      const label = `delivers a note of ${this.#actor}`;
      const flight = { actor: "wire", label, durationMs: fate.lasts(500, 60_000) };
      scheduler.later(flight, () => server.moveNote(move));
      return silent;
    }
    const moved = server.moveNote(move);
    if (fate.strikes("lose-reply")) return silent;
    if (moved) return { kind: "accepted", words: "" };
    return { kind: "raced", seenBy: "git", words: "[rejected] (stale info)" };
  }

  async read(tip: CommitId, paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const { tree } = this.#world.objects.get(tip);
    return new Map([...tree].filter(([path]) => paths.includes(path)));
  }

  async chain(on: CommitId, drafts: readonly Omit<CommitDraft, "parent">[]): Promise<CommitId> {
    return drafts.reduce((parent, draft) => this.#world.objects.write({ parent, ...draft }), on);
  }

  async since(base: CommitId, tip: CommitId): Promise<Since | undefined> {
    const { objects } = this.#world;
    if (!objects.contains(tip, base)) return undefined;
    const before = objects.get(base);
    const after = objects.get(tip);
    const commits = objects
      .log(tip)
      .slice(before.depth + 1)
      .reverse();
    const paths = new Set([...before.tree.keys(), ...after.tree.keys()]);
    return { commits, changed: [...paths].filter((p) => before.tree.get(p) !== after.tree.get(p)) };
  }

  sealOf(text: string): string {
    return createHmac("sha256", key).update(text).digest("hex");
  }

  isSealOf(seal: string, text: string): boolean {
    return seal === this.sealOf(text);
  }
}
