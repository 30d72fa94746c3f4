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
      readonly kind: "refused";
      readonly words: string;
      readonly remedy: string | undefined;
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

/** An ending, and how many rounds it took. */
export type Landing<Why> = Ending<Why> & { readonly attempts: number };
