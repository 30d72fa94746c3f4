/**
 * The one way to run git: raw commands through simple-git, each in a process of its own.
 *
 * simple-git 4.0.2 takes an exit status without words on stderr, and a death by signal, for
 * success. Its `errors` hook sees every result as it was, so the judgement is made here instead.
 */

import { tracingChannel } from "node:diagnostics_channel";
import { debuglog, inspect } from "node:util";
import { simpleGit } from "simple-git";
import { Failure } from "../../core/failure.ts";
import { onAbort } from "../abort.ts";
import { machineFailure } from "./unfit.ts";

/** What a git command left behind. */
export interface GitOutput {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** A git command that did not end as it should. */
export class GitExit extends Error {
  override readonly name = "GitExit";
  /** The exit status. Undefined: killed by a signal, never started, or out of time. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;

  constructor(what: string, result: { code?: number; stdout?: string; stderr?: string }) {
    super(what);
    this.code = result.code;
    this.stdout = result.stdout ?? "";
    this.stderr = result.stderr ?? "";
  }
}

/** Where and how commands run. */
export interface GitPlace {
  readonly directory: string;
  /** The whole environment of the child. Nothing else reaches it. */
  readonly env: Readonly<Record<string, string>>;
  /** Wall time of one command, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What one command needs beside its words. */
export interface GitCall {
  readonly input?: string | Uint8Array;
  /** Further exit statuses that are answers, for example 1 of `merge-base`. */
  readonly answers?: readonly number[];
}

/** Tells listeners (`-v`) of each command, as `{ args }`. */
const commands = tracingChannel("landfall:git");

/**
 * Runs a git command that asks no server. That it does not end as it should is the fault of this
 * machine, and of nobody else.
 *
 * @throws Failure `machine`, and what `runGit` throws.
 */
export async function runHere(
  place: GitPlace,
  args: readonly string[],
  call: GitCall = {},
): Promise<GitOutput> {
  try {
    return await runGit(place, args, call);
  } catch (error) {
    throw error instanceof GitExit ? (machineFailure(error) ?? brokenHere(error)) : error;
  }
}

function brokenHere({ message, stderr }: GitExit): Failure {
  const words = stderr.trim().replace(/\s*\n\s*/g, "; ");
  return new Failure(
    "machine",
    `Cannot read or write git's objects on this machine: ${message}${words && `: ${words}`}`,
    "Run it again. If it stays so, check the clone with `git fsck`, or give the source as a URL.",
  );
}

/** How long a child may take to obey before it is left behind, in milliseconds. */
const graceMs = 1_000;

/**
 * Runs one git command and returns what it printed.
 *
 * @throws GitExit for every exit status but 0 and `answers`, for signals, and out of time; Failure
 *   `interrupted` once the place's signal has fired, and `usage` while Node is told to print every
 *   child's environment.
 */
export async function runGit(
  place: GitPlace,
  args: readonly string[],
  call: GitCall = {},
): Promise<GitOutput> {
  if (debuglog("child_process").enabled) throw wouldPrint();
  const stop = new AbortController();
  let given: NodeJS.Timeout | undefined;
  let leave: (why: GitExit) => void = () => {};
  const left = new Promise<never>((_, reject) => {
    leave = reject;
  });
  const end = (what: string) => {
    stop.abort();
    // A child that ignores the interrupt, or has a child that does, must not keep us; its fate is
    // then unknown.
    given ??= setTimeout(() => leave(new GitExit(`git ${args[0]} ${what}`, {})), graceMs);
  };
  const forget = onAbort(place.signal, () => end("was still running after it was interrupted"));
  const { timeoutMs } = place;
  const late = setTimeout(() => end(`was still running after ${timeoutMs} ms`), timeoutMs);
  try {
    const spawn = () => spawnGit(place, args, { ...call, stop: stop.signal });
    return await Promise.race([commands.tracePromise(spawn, { args }), left]);
  } catch (error) {
    const isStopped = place.signal?.aborted && error instanceof GitExit && error.code === undefined;
    throw isStopped ? interrupted(args) : error;
  } finally {
    clearTimeout(late);
    clearTimeout(given);
    forget();
  }
}

async function spawnGit(
  place: GitPlace,
  args: readonly string[],
  call: GitCall & { stop: AbortSignal },
): Promise<GitOutput> {
  let judged: GitOutput | GitExit | undefined;
  try {
    const git = start();
    const [command, ...rest] = args;
    // `judge` keeps the bytes. Told to `raw`, simple-git would make one string of them, too.
    await (command === "cat-file" ? git.binaryCatFile(rest) : git.raw([...args]));
  } catch (error) {
    throw judged instanceof GitExit ? judged : asGitExit(error, args);
  }
  if (judged === undefined || judged instanceof GitExit) {
    throw judged ?? new GitExit(`git ${args[0]} gave no result`, {});
  }
  return judged;

  // Throws as well: for a folder that is gone.
  function start() {
    return simpleGit({
      baseDir: place.directory,
      abort: call.stop,
      // The output is complete when the streams close, not when the process exits.
      completion: { onExit: false, onClose: true },
      allowEnvironment: Object.keys(place.env),
      unsafe: tightening,
      input: () => (call.input === undefined ? undefined : Buffer.from(call.input)),
      errors: (error, result) => {
        judged = judge(args[0] ?? "", result, call.answers ?? []);
        if (!(judged instanceof GitExit)) return undefined;
        // No program, or our own abort: only simple-git knows why there are no words.
        if (error instanceof Error && judged.stderr === "") judged = asGitExit(error, args);
        return judged;
      },
    }).env({ ...place.env, ...unprinted });
  }
}

function interrupted([command]: readonly string[]): Failure {
  return new Failure("interrupted", `git ${command} was interrupted`, "Run it again.");
}

/** With DEBUG set, simple-git prints the environment of every child. Ours holds the token. */
const unprinted = { [inspect.custom]: () => "(not shown)" };

/** Node prints it as well, past anything that we could hide it with. */
function wouldPrint(): Failure {
  return new Failure(
    "usage",
    "Cannot run git while NODE_DEBUG names child_process: Node would print the token",
    "Take child_process, and patterns that match it, out of NODE_DEBUG.",
  );
}

function asGitExit(error: unknown, args: readonly string[]): GitExit {
  const message = error instanceof Error ? error.message : String(error);
  return new GitExit(`Cannot run git ${args[0]}: ${message}`, { stderr: message });
}

/** What simple-git knows of a child that has ended. */
interface Ended {
  readonly exitCode: number | null;
  readonly stdOut: Buffer[];
  readonly stdErr: Buffer[];
}

function judge(command: string, ended: Ended, answers: readonly number[]): GitOutput | GitExit {
  const stderr = Buffer.concat(ended.stdErr).toString("utf8");
  const stdout = Buffer.concat(ended.stdOut);
  // Node has null for a child that a signal ended, and a negative number for one that never began.
  const code = ended.exitCode !== null && ended.exitCode >= 0 ? ended.exitCode : undefined;
  if (code === 0 || (code !== undefined && answers.includes(code))) return { code, stdout, stderr };
  const died = ended.exitCode === null ? "was killed" : "could not be started";
  const how = code === undefined ? died : `exited with ${code}`;
  const left = { stderr, stdout: stdout.toString("utf8") };
  return new GitExit(`git ${command} ${how}`, code === undefined ? left : { ...left, code });
}

/**
 * Settings that simple-git refuses by default because they can loosen git. Ours come from
 * git-env.ts alone and tighten it: hooks and monitors off, no helpers, few protocols, no config but
 * our own.
 */
const tightening = {
  allowUnsafeAskPass: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeHooksPath: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeSshCommand: true,
};
