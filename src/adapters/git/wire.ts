/** What is said to the server of one branch: fetch, push, and where the branch stands. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import { asCommitId, type CommitId } from "../../core/ids.ts";
import type { PushReply } from "../../core/landing/push-outcome.ts";
import { type GitCall, GitExit, type GitPlace, runGit } from "./run.ts";
import {
  type GitExchange,
  lacksAtomic,
  readFetchFailure,
  readPretended,
  readPushReply,
} from "./text.ts";

/** The other end of the line. */
export interface WireEnd {
  /** Our own repository, for commands that bring objects from the server. */
  readonly reading: GitPlace;
  /** The same, for the look after a push: the last to stop. */
  readonly looking: GitPlace;
  /**
   * The same, for pushes. No promisor is named: a push that meets a tip it
   * does not know would fetch it, two requests for nothing, before it says that it lost.
   */
  readonly writing: GitPlace;
  readonly url: string;
  /** The branch's full name. */
  readonly ref: string;
  /** Blackens secrets in what others say. */
  readonly redact: (text: string) => string;
  /** Sees to it, before each command, that the places have a token that is good. */
  readonly renew?: () => Promise<void>;
}

/** Nothing but what was asked for, and no housekeeping afterwards. */
const fetchFlags = ["--no-tags", "--refmap=", "--no-auto-maintenance"];

/** The ref that every fetched tip is kept under, so that the next fetch brings only what is new. */
const tipRef = "refs/landfall/tip";

/** A line to the server. Knows git's commands, and nothing of manifests. */
export class GitWire {
  readonly #end: WireEnd;
  #isShallowBase = false;
  /** Until a server says that it knows no such thing. */
  #isAtomic = true;

  constructor(end: WireEnd) {
    this.#end = end;
  }

  /**
   * Fetches the tip, its trees, and of the files that are new what `laterFilter` lets through. The
   * first time no file comes along.
   *
   * @throws Failure as `Remote.fetchTip` does.
   */
  async fetchTip(laterFilter: string, where: "reading" | "looking" = "reading"): Promise<CommitId> {
    // Only the first fetch may say --depth: on top of a shallow base it would cut the history
    // between, and an ancestor would no longer be seen to be one.
    const scope = this.#isShallowBase
      ? [`--filter=${laterFilter}`]
      : ["--depth=1", "--filter=blob:none"];
    const { ref, [where]: place } = this.#end;
    const args = ["fetch", ...fetchFlags, ...scope, "origin", `+${ref}:${tipRef}`];
    const said = await this.#say(args, { at: place });
    if (said.code !== 0) throw await this.#noTip(said);
    this.#isShallowBase = true;
    const head = await readFile(join(place.directory, "FETCH_HEAD"), "latin1");
    const tip = asCommitId(head.slice(0, 40));
    if (tip === undefined) throw new Error(`FETCH_HEAD names no commit: ${head}`);
    return tip;
  }

  /** Brings blobs into our repository, all of them in one request. */
  async fetchBlobs(ids: readonly string[]): Promise<void> {
    // Without "noop" git would name our tip as known, and the server would send nothing of it.
    const quiet = ["-c", "fetch.negotiationAlgorithm=noop", "fetch", ...fetchFlags];
    // It says nothing by itself, and simple-git waits 50 ms for more from a silent command.
    const loud = ["--verbose", "--no-write-fetch-head", "--filter=blob:none", "--stdin", "origin"];
    const { reading } = this.#end;
    await this.#ask([...quiet, ...loud], { at: reading, input: `${ids.join("\n")}\n` });
  }

  /**
   * Moves the branch from `parent` to `commit`, its child, and says what the server said. Never
   * throws for the world's failures.
   */
  async push(parent: CommitId, commit: CommitId): Promise<PushReply> {
    try {
      let said = await this.#sendPush(parent, commit);
      if (lacksAtomic(said)) {
        this.#isAtomic = false;
        said = await this.#sendPush(parent, commit);
      }
      return readPushReply(said);
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
  #sendPush(parent: CommitId, commit: CommitId): Promise<GitExchange> {
    const { ref, writing } = this.#end;
    const lease = `--force-with-lease=${ref}:${parent}`;
    const flags = ["--porcelain", "--no-verify", lease, ...(this.#isAtomic ? ["--atomic"] : [])];
    return this.#say(["push", ...flags, "origin", `${commit}:${ref}`], { at: writing });
  }

  /**
   * Reads where the branch stands. A push that is only pretended takes one request, of the server's
   * own list for writers; `ls-remote` takes two. Whoever may not write is not shown that list.
   */
  async standing(
    before: CommitId,
    commit: CommitId,
  ): Promise<"as before" | "at ours" | "elsewhere"> {
    const { ref } = this.#end;
    const said = readPretended(await this.#pretend(commit));
    if (said?.kind === "up-to-date") return "at ours";
    if (said?.kind === "would-move" && said.from === before) return "as before";
    if (said !== undefined) return "elsewhere";
    const { stdout } = await this.#ask(["ls-remote", "origin", ref], { at: this.#end.looking });
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
    const { ref, writing, looking } = this.#end;
    const flags = ["--dry-run", "--porcelain", "--no-verify"];
    // Whole ids: the beginning of one is no proof.
    const args = ["-c", "core.abbrev=40", "push", ...flags, "origin", `${commit}:${ref}`];
    return this.#say(args, { at: { ...writing, signal: looking.signal } });
  }

  /**
   * Says why no tip came. git takes any page for the empty list of an old server, so before a
   * branch is said to be missing, the server has to show that it has others, and not this one.
   */
  async #noTip(said: GitExchange): Promise<Failure> {
    const failure = this.#failure(said);
    if (!/couldn't find remote ref/.test(said.stderr)) return failure;
    const { url, ref } = this.#end;
    const list = await this.#say(["ls-remote", "origin"], { at: this.#end.reading });
    if (list.code !== 0) return this.#failure(list);
    if (list.stdout !== "" && !list.stdout.includes(`\t${ref}\n`)) return failure;
    return new Failure(
      "remote-unreachable",
      `Cannot read "${url}": the branch was not shown there`,
      "Check the URL: an empty repository answers like this, and so does a page that is no git.",
    );
  }

  /** Runs a command that talks to the server; its failures are the world's. */
  async #ask(args: readonly string[], call: GitCall & { at: GitPlace }): Promise<GitExchange> {
    const said = await this.#say(args, call);
    if (said.code === 0) return said;
    throw this.#failure(said);
  }

  #failure(said: GitExchange): Failure {
    return readFetchFailure(said, this.#end.url);
  }

  async #say(
    args: readonly string[],
    { at, ...call }: GitCall & { at: GitPlace },
  ): Promise<GitExchange> {
    await this.#end.renew?.();
    try {
      const { code, stdout, stderr } = await runGit(at, args, call);
      return this.#blackened({ code, stdout: stdout.toString("utf8"), stderr });
    } catch (error) {
      if (error instanceof GitExit) return this.#blackened(error);
      throw error;
    }
  }

  /** Before anything else is done with them: of words that are cut, half a secret would be left. */
  #blackened({ code, stdout, stderr }: GitExchange): GitExchange {
    const { redact } = this.#end;
    return { code, stdout: redact(stdout), stderr: redact(stderr) };
  }
}
