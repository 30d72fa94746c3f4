/** What a push came to: the server's reply says what to expect, a fresh read says what is. */

/** What the transport said about a push. Text explains; it never proves success. */
export type PushReply =
  /** The server reported the ref as updated, or as already there. */
  | { readonly kind: "accepted"; readonly words: string }
  /** Somebody else moved the ref first; certainly not applied by this request. */
  | { readonly kind: "raced"; readonly words: string }
  /** A rule of the server, a hook or a permission said no. */
  | { readonly kind: "refused"; readonly words: string }
  /** Certainly not applied, and trying again may help (nothing was sent, or a lock was held). */
  | { readonly kind: "not-sent"; readonly words: string; readonly retryAfterMs?: number }
  /** The server asks to wait; whether it applied the push is to be read. */
  | { readonly kind: "throttled"; readonly words: string; readonly retryAfterMs?: number }
  /** It may or may not have been applied. */
  | { readonly kind: "silent"; readonly words: string };
