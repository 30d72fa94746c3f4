/** The model of a forge: branches of ours, and requests that people merge, edit and close. */

import type { ForgeRequest, RequestText } from "../../core/forge/request.ts";
import type { CommitId } from "../../core/ids.ts";
import type { Commit, Objects } from "./objects.ts";
import type { Server } from "./server.ts";

/** A request, and the branch that it is made from. */
export interface ModelRequest extends RequestText {
  readonly number: number;
  readonly branch: string;
  title: string;
  body: string;
  state: ForgeRequest["state"];
  head: CommitId | undefined;
  mergedAs: CommitId | undefined;
}

/** How a request is merged. `hollow`: the conflict is resolved for what the branch has already. */
export type MergeHow = "fast-forward" | "rebase" | "squash" | "hollow";

/** Requests over the model's branch. */
export class ModelForge {
  readonly requests: ModelRequest[] = [];
  readonly branches = new Map<string, CommitId>();
  /** Commits that people put on a branch of ours. */
  readonly byPeople = new Set<CommitId>();
  /** Those of them that somebody else put something else in the place of. */
  readonly overwritten: CommitId[] = [];
  /** What was merged, and the commit of the branch that it had been made on. */
  readonly madeOn = new Map<CommitId, CommitId>();
  readonly #objects: Objects;
  readonly #server: Server;

  constructor(objects: Objects, server: Server) {
    this.#objects = objects;
    this.#server = server;
  }

  /** Moves a branch by compare-and-swap, or removes it. */
  swap(branch: string, from: CommitId | undefined, to: CommitId | undefined): boolean {
    if (this.branches.get(branch) !== from) return false;
    const isMerged = this.requests.some(({ mergedAs, head }) => mergedAs && head === from);
    if (from !== undefined && this.byPeople.has(from) && !isMerged) this.overwritten.push(from);
    this.#move(branch, to);
    return true;
  }

  /** Puts a commit of people on top of a branch of ours. */
  edit(branch: string, commit: CommitId): void {
    this.byPeople.add(commit);
    this.#move(branch, commit);
  }

  open(branch: string, text: RequestText): "opened" | "taken" | "nothing" {
    const head = this.branches.get(branch);
    if (head === undefined) return "nothing";
    if (this.openFrom(branch) !== undefined) return "taken";
    const number = this.requests.length + 1;
    const { title, body } = text;
    const rest = { state: "open", head, mergedAs: undefined } as const;
    this.requests.push({ number, branch, title, body, ...rest });
    return "opened";
  }

  openFrom(branch: string): ModelRequest | undefined {
    return this.requests.find((one) => one.branch === branch && one.state === "open");
  }

  /** The open request from a branch, or the one that was made last. */
  latest(branch: string): ModelRequest | undefined {
    return this.openFrom(branch) ?? this.requests.findLast((one) => one.branch === branch);
  }

  close(request: ModelRequest): void {
    if (request.state === "open") request.state = "closed";
  }

  /** Merges a request, where it can be merged. Its branch stays, as on many servers. */
  merge(request: ModelRequest, how: MergeHow): boolean {
    if (request.state !== "open" || request.head === undefined) return false;
    const head = this.#objects.get(request.head);
    const base = this.#baseOf(head, this.#server.tip);
    if (base === undefined) return false;
    const made = this.#mergeCommit({ head, base }, request, how);
    if (made === undefined || !this.#server.swap({ commit: made }, "forge")) return false;
    this.madeOn.set(made, base.id);
    Object.assign(request, { state: "merged", mergedAs: made });
    return true;
  }

  /** A branch that goes takes its request along, as it does on every forge. */
  #move(branch: string, to: CommitId | undefined): void {
    const request = this.openFrom(branch);
    if (to === undefined) this.branches.delete(branch);
    else this.branches.set(branch, to);
    if (request === undefined) return;
    if (to === undefined) request.state = "closed";
    else request.head = to;
  }

  #mergeCommit(
    { head, base }: { readonly head: Commit; readonly base: Commit },
    { number }: ModelRequest,
    how: MergeHow,
  ): CommitId | undefined {
    const { tip } = this.#server;
    if (how === "fast-forward") return head.parent === tip ? head.id : undefined;
    const changes = changesBetween(base, head);
    const { tree } = this.#objects.get(tip);
    const isClean = changes.every(({ path }) => isSame(tree.get(path), base.tree.get(path)));
    if (!isClean && how !== "hollow") return undefined;
    const message =
      how === "squash" ? head.message.replace(/^(.*)$/m, `$1 (#${number})`) : head.message;
    const atSeconds = head.atSeconds + number;
    if (how === "hollow") {
      const words = `Merge request #${number}\n`;
      return this.#objects.write({ parent: tip, changes: [], message: words, atSeconds });
    }
    return this.#objects.write({ parent: tip, changes, message, atSeconds });
  }

  /** What one commit of ours stands on. None: the branch was set back, and more would come back. */
  #baseOf(head: Commit, tip: CommitId): Commit | undefined {
    let at = head;
    while (this.byPeople.has(at.id)) at = this.#objects.get(at.parent!);
    const { parent } = at;
    if (parent === undefined || !this.#objects.contains(tip, parent)) return undefined;
    return this.#objects.get(parent);
  }
}

function changesBetween(base: Commit, head: Commit) {
  const paths = new Set([...base.tree.keys(), ...head.tree.keys()]);
  return [...paths]
    .map((path) => ({ path, bytes: head.tree.get(path) }))
    .filter(({ path, bytes }) => !isSame(bytes, base.tree.get(path)));
}

function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return Buffer.compare(one, other) === 0;
}
