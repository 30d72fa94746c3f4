/**
 * Our copy of a source's commits: what a clone on this machine lends, and what the server has now.
 *
 * What counts as the source is what its branches and tags reach, as its server shows them. What
 * else lies about in a clone (an abandoned branch, a commit that was amended) is on no other
 * machine, and must decide nothing.
 */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Failure } from "../../core/failure.ts";
import { Clone, type CloneOptions } from "./clone.ts";
import { commitsAmong } from "./objects.ts";
import { localRefs } from "./refs.ts";
import { runHere } from "./run.ts";
import type { Server, Upstream } from "./server.ts";
import type { LocalSource } from "./source.ts";

/** Where the history comes from. */
export interface SourceOptions extends CloneOptions {
  /** A clone on this machine, whose objects are borrowed. */
  readonly local?: LocalSource | undefined;
  /** Returns the server that has the whole history. Called when something is asked of it first. */
  readonly upstream: () => Promise<Upstream | undefined>;
  /** Hears what a reader should know of how an answer came about. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** The requests that reach further back, one after the other, until a history is whole. */
const depths = {
  whole: [],
  /** `--deepen` goes back from where a clone was cut off; `--depth` would cut it again. */
  shallow: ["--deepen=200", "--deepen=2000", "--unshallow"],
  none: ["--depth=200", "--deepen=2000", "--unshallow"],
} as const;

/** The branches and tags that make up the source. */
const roots = "refs/landfall/source";

/** A source's commits, brought here as they are needed. */
export class SourceCopy {
  readonly clone: Clone;
  readonly #options: SourceOptions;
  readonly #depths: string[];
  #server: Promise<Server | undefined> | undefined;
  #state: "never looked" | "old" | "new" = "never looked";
  #turn: Promise<unknown> = Promise.resolve();
  /** Why the server would not be asked. The clone's own refs stand for the source then. */
  #denied: Failure | undefined;

  private constructor(clone: Clone, options: SourceOptions) {
    const { local } = options;
    this.clone = clone;
    this.#options = options;
    const have = local === undefined ? "none" : local.shallow === "" ? "whole" : "shallow";
    this.#depths = [...depths[have]];
  }

  static async open(options: SourceOptions): Promise<SourceCopy> {
    const clone = await Clone.open(options);
    if (options.local !== undefined) await clone.borrow(options.local);
    return new SourceCopy(clone, options);
  }

  /** The next caller wants what is there by then. */
  refresh(): void {
    if (this.#state === "new") this.#state = "old";
  }

  /** Sees to it that the branches and tags are here as they are, asked for since `refresh`. */
  look(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#state === "new") return;
      const server = await this.#theServer();
      if (server === undefined) await this.#useOwnRefs();
      else await this.#bring(server, this.#state === "old" ? [] : this.#depths.splice(0, 1));
      this.#state = "new";
    });
  }

  /** Reaches further back. Returns whether there was more to reach for. */
  deepen(): Promise<boolean> {
    return this.#inTurn(async () => {
      if (this.#depths.length === 0 || !(await this.isShallow())) return false;
      const server = await this.#theServer();
      if (server === undefined || this.#denied !== undefined) return false;
      await this.#bring(server, this.#depths.splice(0, 1));
      this.#state = "new";
      return true;
    });
  }

  /** Says why nobody can tell whether the source has something, where that is so. */
  checkTold(): void {
    if (this.#denied !== undefined) throw this.#denied;
  }

  async isShallow(): Promise<boolean> {
    const shallow = await readFile(join(this.clone.directory, "shallow"), "utf8").catch(() => "");
    return shallow !== "";
  }

  /** Returns whether a branch or tag of the source reaches a commit, as far as it is here. */
  async reaches(commit: string): Promise<boolean> {
    const args = ["rev-list", "--count", "--max-count=1", commit, "--not", `--glob=${roots}`];
    return (await runHere(this.clone.inside, args)).stdout.toString("latin1").trim() === "0";
  }

  /** Returns the commits that branches and tags of these full names are at. */
  named(names: readonly string[]): Promise<readonly string[]> {
    return this.#commitsAt(names.map((name) => name.replace(/^refs/, roots)));
  }

  /** Returns the names of the source's git tags that are at a commit. */
  async tagsAt(commit: string): Promise<readonly string[]> {
    const tags = `${roots}/tags/`;
    const args = ["for-each-ref", "--format=%(refname)", `--points-at=${commit}`, tags];
    const { stdout } = await runHere(this.clone.inside, args);
    const names = stdout.toString("utf8").split("\n").filter(Boolean);
    return names.map((name) => name.slice(tags.length));
  }

  /** Returns where the server's own HEAD is; undefined where no server is asked. */
  async head(): Promise<string | undefined> {
    const server = await this.#theServer();
    if (server === undefined) return undefined;
    const scope = ["--filter=tree:0", ...(this.#state === "never looked" ? ["--depth=200"] : [])];
    const said = await server.fetchRefs(scope, ["+HEAD:refs/landfall/head"]);
    // Of an empty repository, or one whose HEAD names a branch that is not there.
    if (/couldn't find remote ref/.test(said.stderr)) return undefined;
    if (said.code !== 0) throw server.failure(said);
    const [commit] = await this.#commitsAt(["refs/landfall/head"]);
    return commit;
  }

  /** Brings trees, and all below them but files, and files that are named, in one request. */
  async fetchObjects(ids: readonly string[]): Promise<void> {
    await (await this.#theServer())?.fetchObjects(ids);
  }

  async #bring(server: Server, scope: readonly string[]): Promise<void> {
    const { local, warn } = this.#options;
    if (this.#state === "never looked" && local !== undefined) {
      // Says what a clone has, so that the server sends only the rest.
      await this.clone.keepRefs("refs/landfall/have", await localRefs(local));
    }
    const refs = ["heads", "tags"].map((kind) => `+refs/${kind}/*:${roots}/${kind}/*`);
    const said = await server.fetchRefs(["--prune", "--filter=tree:0", ...scope], refs);
    if (said.code === 0) return;
    const failure = server.failure(said);
    if (local === undefined || !/^remote-(?:denied|not-found)$/.test(failure.code)) throw failure;
    if (this.#denied === undefined) warn?.(`${failure.message}. The clone's own refs are used.`);
    this.#denied = failure;
    await this.#useOwnRefs();
  }

  async #useOwnRefs(): Promise<void> {
    const { local } = this.#options;
    if (local !== undefined) await this.clone.keepRefs(roots, await localRefs(local));
  }

  async #commitsAt(refs: readonly string[]): Promise<readonly string[]> {
    const { inside } = this.clone;
    const ids = await commitsAmong(inside, refs);
    return ids.filter((id) => id !== undefined);
  }

  #theServer(): Promise<Server | undefined> {
    this.#server ??= this.#options
      .upstream()
      .then((upstream) => upstream && this.clone.server(upstream));
    return this.#server;
  }

  /** One after the other: two fetches at once would meet each other's locks. */
  #inTurn<Answer>(act: () => Promise<Answer>): Promise<Answer> {
    const answer = this.#turn.then(act);
    this.#turn = answer.catch(() => {});
    return answer;
  }
}
