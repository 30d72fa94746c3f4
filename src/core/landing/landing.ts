/** How a landing ends, as data. */

import type { Failure } from "../failure.ts";
import type { CommitId } from "../ids.ts";

/** How a landing ended. `why` is the last plan's own word for what it wanted. */
export type Ending<Why> =
  | {
      readonly kind: "landed";
      readonly commit: CommitId;
      readonly tip: CommitId;
      readonly why: Why;
    }
  | { readonly kind: "rested"; readonly tip: CommitId; readonly why: Why }
  | {
      /** A request on the forge is open that would bring it. */
      readonly kind: "proposed";
      readonly commit: CommitId;
      readonly tip: CommitId;
      /** Whether it was waited for, until the deadline. */
      readonly isAwaited: boolean;
      readonly words: string;
      readonly why: Why;
    }
  | {
      readonly kind: "refused";
      readonly words: string;
      readonly remedy: string | undefined;
      /** Set where it was people or a request of theirs, and not a rule of the server. */
      readonly by?: "people";
      readonly why: Why;
    }
  | { readonly kind: "failed"; readonly failure: Failure; readonly why: Why | undefined }
  | {
      readonly kind: "unknown";
      readonly words: string;
      /** At least one. Each may be in the branch; two never are. */
      readonly doubts: readonly Doubt<Why>[];
      readonly why: Why | undefined;
    };

/** A commit whose push may have landed, and what its plan wanted. */
export interface Doubt<Why> {
  readonly commit: CommitId;
  readonly why: Why;
}

/** A pull or merge request on the forge. */
export interface RequestReference {
  readonly number: number;
  readonly url: string;
}

/** An ending, how many rounds it took, and the request that it went through. */
export type Landing<Why> = Ending<Why> & {
  readonly attempts: number;
  readonly request?: RequestReference | undefined;
};
