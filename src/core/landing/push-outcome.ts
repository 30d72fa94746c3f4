/** What a push came to: the server's reply says what to expect, a fresh read says what is. */

import type { CommitId } from "../ids.ts";

/**
 * What the transport said about a push. Text explains; it never proves success. `isSent`: the push
 * was on its way, and it may have been a proxy that answered, which does not know what became of
 * it.
 */
export type PushReply =
  /** The server reported the ref as updated, or as already there. */
  | { readonly kind: "accepted"; readonly words: string }
  /** Somebody else moved the ref first. Seen by git before it sent anything, or by the server. */
  | { readonly kind: "raced"; readonly seenBy: "git" | "server"; readonly words: string }
  /** A rule of the server, a hook or a permission said no. */
  | {
      readonly kind: "refused";
      readonly words: string;
      readonly isSent?: true;
      /** What the rule asks of the reader, where it is one that is known. */
      readonly remedy?: string;
    }
  /** Certainly not applied, and trying again may help (nothing was sent, or it was not stored). */
  | { readonly kind: "not-sent"; readonly words: string; readonly retryAfterMs?: number }
  /** The server asks to wait. */
  | {
      readonly kind: "throttled";
      readonly words: string;
      readonly retryAfterMs?: number;
      readonly isSent?: true;
    }
  /** It may or may not have been applied. */
  | { readonly kind: "silent"; readonly words: string };

/** What a fresh read of the branch says about a commit that was pushed onto its tip. */
export type Reread =
  | { readonly kind: "contains"; readonly tip: CommitId }
  | { readonly kind: "unmoved" }
  | { readonly kind: "moved"; readonly tip: CommitId }
  | { readonly kind: "unreadable"; readonly why: string };

/** Our conclusion from both. */
export type PushOutcome =
  /** The read shows the commit in the branch. */
  | { readonly kind: "landed"; readonly tip: CommitId }
  /** The branch went on without it, so the compare-and-swap can never succeed any more. */
  | { readonly kind: "lost-race" }
  /** The branch has not moved, and the server said no. */
  | { readonly kind: "refused" }
  /** The branch has not moved, as far as this read shows. */
  | { readonly kind: "not-arrived" }
  /** Nothing is known. */
  | { readonly kind: "unreadable" };

/** Concludes from the reply and the read what a push came to. The read always has the last word. */
export function classifyPush(reply: PushReply, reread: Reread): PushOutcome {
  switch (reread.kind) {
    case "contains":
      return { kind: "landed", tip: reread.tip };
    case "moved":
      return { kind: "lost-race" };
    case "unreadable":
      return { kind: "unreadable" };
    case "unmoved":
      return { kind: reply.kind === "refused" ? "refused" : "not-arrived" };
  }
}

/**
 * Returns whether a push that got this reply may be in the branch, or may yet come there. A race
 * that the server calls lost is no exception: a transport that sends a push twice is told that the
 * second one lost.
 */
export function leavesDoubt(reply: PushReply): boolean {
  if (reply.kind === "raced") return reply.seenBy === "server";
  if ("isSent" in reply) return true;
  return !certainlyNotApplied.has(reply.kind);
}

const certainlyNotApplied: ReadonlySet<PushReply["kind"]> = new Set([
  "refused",
  "not-sent",
  "throttled",
]);

/**
 * Returns whether a read ends the doubt that a reply left. A proxy that refuses a push has not
 * passed it on, so it is enough that the branch does not show it; after silence it may yet come.
 */
export function dispelsDoubt(reread: Reread, reply: PushReply): boolean {
  return reread.kind === "unmoved" && "isSent" in reply;
}

/** Returns whether reading once more, a little later, could say something else. */
export function worthReadingAgain(reply: PushReply, reread: Reread): boolean {
  // Forges may answer a read from a replica that has not heard of the push yet.
  return reread.kind === "unreadable" || (reread.kind === "unmoved" && reply.kind === "accepted");
}
