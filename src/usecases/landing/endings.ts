/** How a lost round is reported, and a landing that ends with one. */

import { Failure } from "../../core/failure.ts";
import type { Ending } from "../../core/landing/landing.ts";
import type { PushReply } from "../../core/landing/push-outcome.ts";

/** A last push, and what was wanted of it. */
interface LastPush<Why> {
  readonly reply: PushReply;
  readonly why: Why;
}

/** Ends with what a rule of the server said. */
export function refused<Why>({ reply, why }: LastPush<Why>): Ending<Why> {
  const remedy = "remedy" in reply ? reply.remedy : undefined;
  return { kind: "refused", words: reply.words, remedy, why };
}

/** Ends at the deadline, with nothing in the branch. */
export function outOfTime<Why>({ reply, why }: LastPush<Why>): Ending<Why> {
  const failure =
    reply.kind === "throttled"
      ? new Failure(
          "throttled",
          `Cannot push: the server asks to wait: ${reply.words}`,
          "Run it again later.",
          { retryAfterMs: reply.retryAfterMs },
        )
      : new Failure(
          "deadline",
          `Cannot land before the deadline: ${noLuck[reply.kind]}: ${reply.words}`,
          "Nothing of this deploy is in the branch. Run it again, with a longer --timeout.",
        );
  return { kind: "failed", failure, why };
}

/** Why a round came to nothing. */
export const noLuck: Readonly<Record<PushReply["kind"], string>> = {
  accepted: "The server said yes, but the branch does not show it",
  raced: "Somebody else landed first",
  refused: "The server said no",
  "not-sent": "The push did not get through",
  throttled: "The server asks to wait",
  silent: "The server gave no clear answer, and the branch has not moved",
};
