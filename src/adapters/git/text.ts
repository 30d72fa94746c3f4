/** The only file that knows git's words: what git and its servers print → what it means for us. */

import { Failure } from "../../core/failure.ts";
import type { PushReply } from "../../core/landing/push-outcome.ts";
import { isRefusalAtTheDoor, remedyOf } from "./rules.ts";
import { machineFailure, unfitRepository } from "./unfit.ts";
import { type GitExchange, gitsOwn, wordsOf } from "./words.ts";

/**
 * Reads what the reply to `git push --porcelain` says of a ref, by its full name.
 *
 * A ref's line is `<flag> TAB <from>:<to> TAB <summary> (<reason>)`, the flag being a space, `*`,
 * `-` or `=` for a ref that is as asked, `!` for one that is not, and `+`, `t` for what we never
 * ask. Only exit status 0 with such a line is a yes: git prints `Done` after failures too. Hooks
 * write to stderr what they like, so stderr never turns a no into a yes. Unknown words are
 * `silent`: they are to be looked into by reading, never believed.
 */
export function readPushReply(said: GitExchange, ref = ""): PushReply {
  const words = wordsOf(said);
  const isOfRef = (line: string) => line.split("\t")[1]?.endsWith(`:${ref}`);
  const lines = said.stdout.split("\n").filter((text) => /^[ *=!-]\t/.test(text));
  const line = ref === "" ? lines[0] : lines.find(isOfRef);
  const flag = line?.[0];
  if (said.code === 0 && flag !== undefined && flag !== "!") return { kind: "accepted", words };
  if (flag === "!") return refusedRef(line ?? "", said.stderr, words);
  if (goneAlready.test(said.stderr)) return { kind: "raced", seenBy: "git", words };
  const status = httpStatus(said.stderr);
  // What arrives once the pack is on its way may be a proxy's words. git ends with 1 then.
  const sent = said.code === 128 ? {} : ({ isSent: true } as const);
  if (isThrottled(said.stderr, status)) return { ...throttled(said.stderr, words), ...sent };
  const isBefore = said.code === 128 && endedBefore(said.stderr);
  const isShut = isBefore && hungUp.test(said.stderr) && isRefusalAtTheDoor(said.stderr);
  if (isShut || isDenial(said.stderr, status)) return { ...refusal(words), ...sent };
  return { kind: isBefore ? "not-sent" : "silent", words };
}

/**
 * Whether git gave up before it sent anything. Over ssh it ends with 128 at any time, so the status
 * alone does not say so; but its last words there (connect.c, die_initial_contact) are said only
 * of a server that hangs up before its first packet.
 */
function endedBefore(stderr: string): boolean {
  if (/hung up unexpectedly|unexpected disconnect|RPC failed/.test(gitsOwn(stderr))) return false;
  return hungUp.test(stderr) || /^fatal: unable to access /m.test(stderr);
}

const hungUp = /^fatal: Could not read from remote repository/m;

/** Returns whether a push was not sent because the server cannot do what `--atomic` asks for. */
export function lacksAtomic({ stderr }: GitExchange): boolean {
  return /^fatal: the receiving end does not support --atomic push$/m.test(stderr);
}

/** What a push that was only pretended shows of the ref on the server. */
export type Pretended =
  | { readonly kind: "up-to-date" }
  /** The ref is at an ancestor of ours; `from` is the beginning of its id. */
  | { readonly kind: "would-move"; readonly from: string }
  | { readonly kind: "elsewhere" };

/** Reads the reply to `git push --dry-run --porcelain`. Undefined: it does not say. */
export function readPretended({ stdout }: GitExchange): Pretended | undefined {
  const line = stdout.split("\n").find((text) => /^[ *=!]\t/.test(text));
  if (line?.startsWith("=")) return { kind: "up-to-date" };
  const from = /^ \t\S+\t([0-9a-f]{4,40})\.\.[0-9a-f]/.exec(line ?? "")?.[1];
  if (from !== undefined) return { kind: "would-move", from };
  return line?.includes("[rejected]") ? { kind: "elsewhere" } : undefined;
}

/** What git itself says when it sees the ref elsewhere. Nothing of the push has been sent then. */
const outrun =
  /\[rejected\] \((?:fetch first|non-fast-forward|stale info|remote ref updated|atomic push failed)/;

/** Said before anything is sent, of a ref that was to go and is not there. */
const goneAlready = /^error: unable to delete '[^'\n]*': remote ref does not exist$/m;

/** The reason in parentheses, by what it means. The first that fits counts. */
const refReasons: readonly (readonly [RegExp, PushReply["kind"]])[] = [
  [/remote failed to report status|Internal Server Error|\(failure\)/i, "silent"],
  // Who holds the lock may be the first copy of this push: a transport may send it twice.
  [/cannot lock ref .*(?:Unable to create|File exists)/i, "silent"],
  [/cannot lock ref|incorrect old value|failed to update ref|reference already exists/i, "raced"],
  [/atomic transaction failed|atomic push failure|transaction failed to start/i, "raced"],
  [/unable to migrate objects/i, "not-sent"],
];

function refusedRef(line: string, stderr: string, words: string): PushReply {
  if (outrun.test(line))
    return { kind: "raced", seenBy: "git", words: line.split("\t").at(-1) ?? "" };
  // A vanilla server says `failed to update ref` and puts the cause into a `remote:` line.
  const vague = /failed to update ref|transaction failed/.test(line);
  const cause = vague ? (stderr.match(/cannot lock ref [^\n]*/)?.[0] ?? "") : "";
  const found = refReasons.find(([pattern]) => pattern.test(`${cause} ${line}`));
  const isTooBig = /exceeds maximum allowed size/.test(stderr);
  if (/unpacker error/.test(line) && !isTooBig) return { kind: "not-sent", words };
  const kind = found?.[1] ?? "refused";
  if (kind === "refused") return refusal(words);
  return kind === "raced" ? { kind, seenBy: "server", words } : { kind, words };
}

function refusal(words: string): PushReply {
  const remedy = remedyOf(words);
  return remedy === undefined ? { kind: "refused", words } : { kind: "refused", words, remedy };
}

function throttled(stderr: string, words: string): PushReply {
  const retryAfterMs = retryAfter(stderr);
  return retryAfterMs === undefined
    ? { kind: "throttled", words }
    : { kind: "throttled", words, retryAfterMs };
}

/** Turns a failed fetch or `ls-remote` into the Failure that is true. */
export function readFetchFailure(said: GitExchange, url: string): Failure {
  const unfit = machineFailure(said) ?? unfitRepository(said, url);
  if (unfit !== undefined) return unfit;
  const words = wordsOf(said);
  const { stderr } = said;
  const status = httpStatus(stderr);
  const because = (what: string) => `Cannot read "${url}": ${what}: ${words}`;
  if (isThrottled(stderr, status)) {
    const retryAfterMs = retryAfter(stderr);
    return new Failure("throttled", because("the server asks to wait"), "Try again later.", {
      retryAfterMs,
    });
  }
  if (/couldn't find remote ref|Remote branch .* not found/i.test(stderr)) {
    return new Failure(
      "remote-not-found",
      because("it has no such branch"),
      "Check the branch; Landfall never makes one.",
    );
  }
  if (status === 404 || status === 410 || /(?:R|^fatal: r)epository .*not found/m.test(stderr)) {
    return new Failure(
      "remote-not-found",
      because("it has no such repository, or hides it"),
      "Check the URL and the token's rights: servers hide private repositories this way.",
    );
  }
  if (status !== undefined && status >= 300 && status < 400) {
    return new Failure(
      "remote-not-found",
      because("it has moved"),
      "Use the new URL. Redirects are not followed, because the token would follow them.",
    );
  }
  if (isDenial(stderr, status)) {
    const { what, hint } = denialOf(stderr);
    return new Failure("remote-denied", because(what), hint);
  }
  return new Failure(
    "remote-unreachable",
    because("no usable answer"),
    "Check the URL and the network, then run it again.",
  );
}

function denialOf(stderr: string): { readonly what: string; readonly hint: string } {
  if (distrust.test(gitsOwn(stderr))) {
    const hint =
      "Name the authority behind it by `ca` in landfall.yaml, NODE_EXTRA_CA_CERTS or GIT_SSL_CAINFO, a file in PEM.";
    return { what: "its certificate is not trusted", hint };
  }
  if (/could not read (?:Username|Password)/.test(gitsOwn(stderr))) {
    const hint = "Pass a token by LANDFALL_GIT_TOKEN. One that is written in a URL is not used.";
    return { what: "access was denied", hint };
  }
  const ssh = sshHints.find(([pattern]) => pattern.test(stderr))?.[1];
  const rights = "Check the URL and the token's rights: it needs to read and write contents.";
  return { what: "access was denied", hint: ssh ?? rights };
}

/** What ssh itself says before anybody is asked who we are, and of a key that nobody knows. */
const sshHints: readonly (readonly [RegExp, string])[] = [
  [
    /host key is known|Host key verification failed/i,
    "Name a file with the server's host key by LANDFALL_SSH_KNOWN_HOSTS, as ssh-keyscan writes it.",
  ],
  [
    /Permission denied \((?:publickey|[\w,-]*publickey)/i,
    "Give a key that the server knows by LANDFALL_SSH_KEY or LANDFALL_SSH_KEY_FILE.",
  ],
];

/** Returns whether `rev-parse` failed because a prefix names more than one object. */
export function isAmbiguous({ stderr }: Pick<GitExchange, "stderr">): boolean {
  return /is ambiguous/.test(stderr);
}

function isThrottled(stderr: string, status: number | undefined): boolean {
  if (status === 429 || /rate limited by/.test(gitsOwn(stderr))) return true;
  // GitHub's limit on too many changes comes as a 403.
  return status === 403 && /rate limit|temporarily blocked/i.test(stderr);
}

/** Returns whether the server, or the key to it, said no in a way that waiting does not change. */
function isDenial(stderr: string, status: number | undefined): boolean {
  if (status === undefined) return denials.test(gitsOwn(stderr)) || distrust.test(gitsOwn(stderr));
  return status >= 300 && status < 500 && status !== 408 && status !== 425;
}

/** In the words of OpenSSL and of both ages of GnuTLS. */
const distrust =
  /SSL certificate problem|server (?:certificate )?verification failed|certificate subject name/;

const denials =
  /could not read (?:Username|Password)|Authentication failed|repository '[^']*' not found|Permission (?:to \S+ )?denied|does not appear to be a git repository|Host key verification failed|not exported|Repository not found|is disabled|was archived/i;

function httpStatus(stderr: string): number | undefined {
  const match = /(?:returned error: |HTTP )(\d{3})/.exec(gitsOwn(stderr));
  return match === null ? undefined : Number(match[1]);
}

/** git 2.54 and newer prints the server's Retry-After. */
function retryAfter(stderr: string): number | undefined {
  const seconds = /try again in (\d+) seconds/.exec(stderr)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
