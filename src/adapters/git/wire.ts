/** What is asked of the server of one branch: fetch, push, and where the branch is. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import { asCommitId, type CommitId } from "../../core/ids.ts";
import type { PushReply } from "../../core/landing/push-outcome.ts";
import type { Server } from "./server.ts";
import { lacksAtomic, readPretended, readPushReply } from "./text.ts";
import type { GitExchange } from "./words.ts";

/** The ref that every fetched tip is kept under, so that the next fetch brings only what is new. */
const tipRef = "refs/landfall/tip";

/** A ref, and the commit that it must name when it goes. */
export interface OldRef {
  readonly ref: string;
  readonly id: CommitId;
}

/** A line to the server. Knows git's commands, and nothing of manifests. */
export class GitWire {
  readonly #server: Server;
  /** The branch's full name. */
  readonly #ref: string;
  #isShallowBase = false;
  /** Until a server says that it knows no such thing. */
  #isAtomic = true;

  constructor(server: Server, ref: string) {
    this.#server = server;
    this.#ref = ref;
  }

  /**
   * Fetches the tip, its trees, and of the files that are new what `laterFilter` lets through. The
   * first time no file comes along.
   *
   * @throws Failure as `Remote.fetchTip` does.
   */
  async fetchTip(
    laterFilter: string,
    as: "reading" | "looking" = "reading",
    besides: readonly string[] = [],
  ): Promise<CommitId> {
    // Only the first fetch may say --depth: on top of a shallow base it would cut the history
    // between, and an ancestor would no longer be seen to be one.
    const scope = this.#isShallowBase
      ? [`--filter=${laterFilter}`]
      : ["--depth=1", "--filter=blob:none"];
    const refs = [`+${this.#ref}:${tipRef}`, ...besides];
    const said = await this.#server.fetchRefs(scope, refs, { as });
    if (said.code !== 0) throw await this.#noTip(said);
    this.#isShallowBase = true;
    const head = await this.#fetchHead();
    const tip = asCommitId(head.slice(0, 40));
    if (tip === undefined) throw new Error(`FETCH_HEAD names no commit: ${head}`);
    return tip;
  }

  /**
   * Fetches the tip, and all refs below a prefix in the same requests. Throws as `fetchTip` does.
   */
  async fetchWith(prefix: string, laterFilter: string) {
    const tip = await this.fetchTip(laterFilter, "reading", [`+${prefix}*:${prefix}*`]);
    // `<id> TAB [not-for-merge] TAB '<ref>' of <url>`, for what is no branch and no tag.
    const lines = (await this.#fetchHead()).matchAll(/^([0-9a-f]{40})\t[^\t\n]*\t'(\S+)' of /gm);
    const all = [...lines].map(([, id = "", ref = ""]) => ({ id: id as CommitId, ref }));
    return { tip, refs: all.filter(({ ref }) => ref.startsWith(prefix)) };
  }

  #fetchHead(): Promise<string> {
    return readFile(join(this.#server.directory, "FETCH_HEAD"), "latin1");
  }

  /**
   * Moves the branch from `parent` to `commit`, its child or a later one, and says what the server
   * said. Never throws for the world's failures.
   *
   * @param gone Refs that go with it, each from the commit that it must name.
   */
  async push(parent: CommitId, commit: CommitId, gone: readonly OldRef[] = []): Promise<PushReply> {
    try {
      let said = await this.#sendPush(parent, commit, gone);
      if (lacksAtomic(said)) {
        if (gone.length > 0) return { kind: "raced", seenBy: "git", words: said.stderr };
        this.#isAtomic = false;
        said = await this.#sendPush(parent, commit, gone);
      }
      return readPushReply(said, this.#ref);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.code === "interrupted") return { kind: "silent", words: error.message };
      // There was no token to push with.
      if (/^remote-|^throttled$/.test(error.code))
        return { kind: "not-sent", words: error.message };
      throw error;
    }
  }

  /**
   * The lease forces nothing, for a child of what it names is always ahead of that. Without it, git
   * would take a branch that was set back or removed meanwhile for one that has only fallen behind,
   * and bring back what somebody had taken out.
   *
   * One ref is always atomic; but told so, git sends nothing at all once it sees that it lost.
   */
  #sendPush(parent: CommitId, commit: CommitId, gone: readonly OldRef[]): Promise<GitExchange> {
    const old = [{ ref: this.#ref, parent }, ...gone.map(({ ref, id }) => ({ ref, parent: id }))];
    const leases = old.map(({ ref, parent }) => `--force-with-lease=${ref}:${parent}`);
    const atomic = this.#isAtomic ? ["--atomic"] : [];
    const flags = ["--porcelain", "--no-verify", ...leases, ...atomic];
    const refs = [`${commit}:${this.#ref}`, ...gone.map(({ ref }) => `:${ref}`)];
    return this.#server.say(["push", ...flags, "origin", ...refs], { as: "writing" });
  }

  /**
   * Reads where the branch is. A push that is only pretended takes one request, of the server's
   * own list for writers; `ls-remote` takes two. Without write access that list is not shown.
   */
  async standing(
    before: CommitId,
    commit: CommitId,
  ): Promise<"as before" | "at ours" | "elsewhere"> {
    const said = readPretended(await this.#pretend(commit));
    if (said?.kind === "up-to-date") return "at ours";
    if (said?.kind === "would-move" && said.from === before) return "as before";
    if (said !== undefined) return "elsewhere";
    const list = ["ls-remote", "origin", this.#ref];
    const { stdout } = await this.#server.ask(list, { as: "looking" });
    if (stdout.startsWith(before)) return "as before";
    return stdout.startsWith(commit) ? "at ours" : "elsewhere";
  }

  /**
   * Asks whether the server would take a push from us, by one that is only pretended. What a rule
   * for this branch or a hook would say, only a push itself brings out.
   */
  async wouldTake(commit: CommitId): Promise<PushReply> {
    return readPushReply(await this.#pretend(commit));
  }

  #pretend(commit: CommitId): Promise<GitExchange> {
    const flags = ["--dry-run", "--porcelain", "--no-verify"];
    // Whole ids: the beginning of one proves nothing.
    const args = ["-c", "core.abbrev=40", "push", ...flags, "origin", `${commit}:${this.#ref}`];
    return this.#server.say(args, { as: "pretending" });
  }

  /**
   * Says why no tip came. git takes any page for the empty list of an old server, so before a
   * branch is reported as missing, the server has to show that it has others, and not this one.
   */
  async #noTip(said: GitExchange): Promise<Failure> {
    const failure = this.#server.failure(said);
    if (!/couldn't find remote ref/.test(said.stderr)) return failure;
    const list = await this.#server.say(["ls-remote", "origin"]);
    if (list.code !== 0) return this.#server.failure(list);
    if (list.stdout !== "" && !list.stdout.includes(`\t${this.#ref}\n`)) return failure;
    return new Failure(
      "remote-unreachable",
      `Cannot read "${this.#server.url}": the branch was not shown there`,
      "Check the URL: an empty repository answers like this, and so does a page that is not a git server.",
    );
  }
}
