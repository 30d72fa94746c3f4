/**
 * A git server, as our own repository speaks to it: who we are there, how long a command may take,
 * and what may be shown of the server's words.
 */

import type { Failure } from "../../core/failure.ts";
import { laterThan } from "../abort.ts";
import { type GitCredentials, redactor, tokenSettings, transportOf, withToken } from "./auth.ts";
import { gitEnvironment } from "./env.ts";
import { type GitCall, GitExit, type GitPlace, runGit } from "./run.ts";
import { readFetchFailure } from "./text.ts";
import type { GitExchange } from "./words.ts";

/** A repository on a server, and who we are there. */
export interface Upstream {
  /** https, ssh, a path, or http on loopback. Never with a secret in it. */
  readonly url: string;
  readonly credentials: GitCredentials;
}

/**
 * How a command speaks to the server. A push, and reading its outcome, may go on for a
 * while after we are told to stop: so many milliseconds. The runner of GitHub Actions gives 7.5 s,
 * docker 10 s.
 *
 * A reader names a promisor: it says that objects may be missing here. A push names none: one
 * that meets a tip it does not know would fetch it, two requests for nothing, before it says that
 * it lost.
 */
const manners = {
  reading: { env: "read", afterMs: 0 },
  looking: { env: "read", afterMs: 6_000 },
  writing: { env: "write", afterMs: 3_000 },
  pretending: { env: "write", afterMs: 6_000 },
} as const;

/** How a command speaks to the server. */
export type Manner = keyof typeof manners;

/** What a command for the server needs beside its words. */
export interface ServerCall extends GitCall {
  readonly as?: Manner;
}

/** Nothing but what was asked for, and no housekeeping afterwards. */
const fetchFlags = ["--no-tags", "--refmap=", "--no-auto-maintenance"];

/** Where our repository is, and whose environment it is that a few names pass from. */
export interface ServerPlace extends Omit<GitPlace, "env"> {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Speaks to one repository of a server. */
export class Server {
  readonly url: string;
  /** Our own repository. */
  readonly directory: string;
  readonly #place: ServerPlace;
  readonly #credentials: GitCredentials;
  readonly #later: Readonly<Record<Manner, ReturnType<typeof laterThan> | undefined>>;
  #env: Readonly<Record<"read" | "write", Record<string, string>>>;
  #token: string | undefined;
  #redact: (text: string) => string;

  /** @throws Failure `usage` when the URL is none that git may be given. */
  constructor({ url, credentials }: Upstream, place: ServerPlace) {
    transportOf(url, credentials.plainHttpHosts);
    this.url = url;
    this.directory = place.directory;
    this.#place = place;
    this.#credentials = credentials;
    this.#token = credentials.token;
    this.#redact = redactor(credentials);
    this.#env = this.#environments(credentials);
    const later = (manner: Manner) =>
      place.signal && laterThan(place.signal, manners[manner].afterMs);
    this.#later = {
      reading: undefined,
      looking: later("looking"),
      writing: later("writing"),
      pretending: later("pretending"),
    };
  }

  /** Runs a command that talks to the server. Its failures are the world's. */
  async ask(args: readonly string[], call: ServerCall = {}): Promise<GitExchange> {
    const said = await this.say(args, call);
    if (said.code === 0) return said;
    throw this.failure(said);
  }

  /** Runs a command that talks to the server, and returns its outcome, whatever it is. */
  async say(
    args: readonly string[],
    { as: manner = "reading", ...call }: ServerCall = {},
  ): Promise<GitExchange> {
    await this.#renew();
    const signal = this.#later[manner]?.signal ?? this.#place.signal;
    const place = { ...this.#place, env: this.#env[manners[manner].env], signal };
    try {
      const { code, stdout, stderr } = await runGit(place, args, call);
      return this.#redacted({ code, stdout: stdout.toString("utf8"), stderr });
    } catch (error) {
      if (error instanceof GitExit) return this.#redacted(error);
      throw error;
    }
  }

  /** Fetches refs, each `+from:to`, or says why not. */
  fetchRefs(
    scope: readonly string[],
    refs: readonly string[],
    call: ServerCall = {},
  ): Promise<GitExchange> {
    return this.say(["fetch", ...fetchFlags, ...scope, "origin", ...refs], call);
  }

  /** Brings the commits before one that is here, and nothing of their files. */
  deepen(commit: string, count: number): Promise<GitExchange> {
    const scope = [`--deepen=${count}`, "--filter=tree:0", "--no-write-fetch-head"];
    return this.say(["fetch", ...fetchFlags, ...scope, "origin", commit]);
  }

  /** Brings objects into our repository, all in one request, and no file but those named. */
  async fetchObjects(ids: readonly string[]): Promise<void> {
    // Without "noop" git would name our tip as known, and the server would send nothing of it.
    const quiet = ["-c", "fetch.negotiationAlgorithm=noop", "fetch", ...fetchFlags];
    // It says nothing by itself, and simple-git waits 50 ms for more from a silent command.
    const loud = ["--verbose", "--no-write-fetch-head", "--filter=blob:none", "--stdin", "origin"];
    await this.ask([...quiet, ...loud], { input: `${ids.join("\n")}\n` });
  }

  /** Says why a command failed. */
  failure(said: GitExchange): Failure {
    return readFetchFailure(said, this.url);
  }

  close(): void {
    for (const later of Object.values(this.#later)) later?.forget();
  }

  /** Sees to it, before each command, that there is a token that is good. */
  async #renew(): Promise<void> {
    const fresh = await withToken(this.#credentials);
    if (fresh.token === this.#token) return;
    this.#token = fresh.token;
    this.#env = this.#environments(fresh);
    this.#redact = redactor(fresh);
  }

  #environments(credentials: GitCredentials) {
    const { url } = this;
    const { env, directory: home } = this.#place;
    const settings = [
      ...tokenSettings(url, credentials),
      ["remote.origin.url", url] as const,
      // git would run a command in a borrowed repository to learn which commits it has.
      ["core.alternateRefsCommand", "true"] as const,
    ];
    const promisor = [
      ["remote.origin.promisor", "true"],
      // Also keeps fetch from writing its own filter into a file.
      ["remote.origin.partialclonefilter", "blob:none"],
    ] as const;
    const at = { env, home, url, credentials };
    return {
      read: gitEnvironment(at, [...settings, ...promisor]),
      write: gitEnvironment(at, settings),
    };
  }

  /** Before anything else is done with them: of words that are cut, half a secret would be left. */
  #redacted({ code, stdout, stderr }: GitExchange): GitExchange {
    return { code, stdout: this.#redact(stdout), stderr: this.#redact(stderr) };
  }
}
