/** Every way this program can fail: a code to branch on, the words, the remedy, the exit status. */

/** A code per remedy, not per cause. */
export type FailureCode =
  | "usage" // the command line is wrong
  | "config" // landfall.yaml is wrong
  | "bad-manifest" // a manifest cannot be read or edited safely
  | "image-not-pinned" // no manifest names the image
  | "unknown-revision" // the source history has no such commit
  | "image-missing" // the registry does not have the tag
  | "registry-denied"
  | "registry-unreachable"
  | "registry-lied" // the bytes do not match their digest
  | "remote-denied" // git: authentication or permission
  | "remote-not-found" // git: no such repository or branch
  | "remote-unreachable"
  | "cluster-denied" // Argo CD or Kubernetes: authentication or permission
  | "cluster-not-found" // no such Application
  | "cluster-unreachable" // Argo CD, Kubernetes or a page does not answer, or not with sense
  | "certificate-untrusted" // a server's certificate, or it speaks no TLS
  | "throttled"
  | "diverged" // the pin holds a revision of another line of history
  | "deadline"
  | "interrupted" // told to stop, with nothing pushed
  | "machine" // this machine: no git, no disk, a child that was killed
  | "internal"; // a bug of ours: an assertion that must hold did not

/** Exit statuses of docs/design.md, section 2. No others exist. */
export const exit = {
  done: 0,
  failed: 1,
  usage: 2,
  drift: 3,
  refused: 4,
  unknown: 5,
  throttled: 6,
  /** What a shell says of a program that Ctrl-C ended. */
  interrupted: 130,
} as const;

const exitOf: Partial<Record<FailureCode, number>> = {
  usage: exit.usage,
  config: exit.usage,
  "bad-manifest": exit.usage,
  "image-not-pinned": exit.usage,
  "unknown-revision": exit.usage,
  throttled: exit.throttled,
  diverged: exit.refused,
  interrupted: exit.interrupted,
};

/** Returns the exit status of a failure: 2 for bad input, 6 when throttled, mostly 1. */
export function exitOfFailure(code: FailureCode): number {
  return exitOf[code] ?? exit.failed;
}

const passing: ReadonlySet<FailureCode> = new Set([
  ...(["registry-unreachable", "remote-unreachable", "cluster-unreachable", "throttled"] as const),
]);

/** Returns whether asking the same again, a little later, may not meet the failure. */
export function mayPass({ code }: Failure): boolean {
  return passing.has(code);
}

/** Where in a file the trouble is. Lines and columns count from 1, columns in UTF-16 units. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** The one error that use cases and adapters throw on purpose. Anything else is a bug. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: FailureCode;
  /** What the reader can do about it, one sentence. */
  readonly hint: string;
  readonly place: Place | undefined;
  /** How long the other side asked us to wait, in milliseconds, when it said so; or without end. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: FailureCode,
    message: string,
    hint: string,
    more: { place?: Place | undefined; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.hint = hint;
    this.place = more.place;
    this.retryAfterMs = more.retryAfterMs;
  }
}

/** Returns what was thrown where it is a Failure, and throws it again where it is a bug of ours. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  throw thrown;
}

/** Prints a place as editors and terminals link it: `file:line:column`. */
export function printPlace(place: Place): string {
  return [place.file, place.line, place.column].filter((part) => part !== undefined).join(":");
}
