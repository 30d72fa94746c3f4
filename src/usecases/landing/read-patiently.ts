/** Reads of the branch that outlast a remote that is away for a moment, or that lags behind. */

import { Failure, mayPass } from "../../core/failure.ts";
import type { CommitId } from "../../core/ids.ts";
import { type Backoff, waitMsBefore } from "../../core/landing/backoff.ts";
import { type PushReply, type Reread, worthReadingAgain } from "../../core/landing/push-outcome.ts";
import type { Clock, Progress, Random, Remote } from "../../ports.ts";
import type { Along } from "../../ports-waiting.ts";

/** What reading needs of the world. */
export interface ReadPorts {
  readonly remote: Remote;
  readonly clock: Clock;
  readonly random: Random;
  readonly progress: Progress;
}

/** How often, and how far apart, something is read again. */
export interface Patience {
  readonly reads: Backoff;
  /** How often a server is asked before it counts as unreachable. */
  readonly fetchesMax: number;
  /** How often a read that may still change its mind is repeated after a push. */
  readonly readsMax: number;
  /** How long such reads go on, in milliseconds: a server that hangs takes long over each. */
  readonly readingMs: number;
}

/**
 * Asks a server, and again when it cannot be reached for a moment.
 *
 * @throws Failure as `ask` does, when waiting does not help or would outlast the deadline.
 */
export async function askPatiently<Answer>(
  ask: () => Promise<Answer>,
  { clock, random, progress }: Omit<ReadPorts, "remote">,
  { patience, deadlineMs }: { readonly patience: Patience; readonly deadlineMs: number },
): Promise<Answer> {
  for (let asks = 1; ; asks += 1) {
    try {
      return await ask();
    } catch (error) {
      const isPassing = error instanceof Failure && mayPass(error);
      if (!isPassing || asks >= patience.fetchesMax) throw error;
      const jitterMs = waitMsBefore(asks, patience.reads, random.unit());
      const waitMs = Math.max(jitterMs, error.retryAfterMs ?? 0);
      if (clock.nowMs() + waitMs > deadlineMs) throw error;
      progress.step(`${error.message}; asking again in ${waitMs} ms`);
      await clock.sleepMs(waitMs);
    }
  }
}

/** A push whose effect is to be read. */
interface Sent {
  readonly parent: CommitId;
  readonly commit: CommitId;
  readonly along: Along | undefined;
  readonly reply: PushReply;
}

/** Reads until the answer is one that time cannot change, or the reads are used up. */
export async function readPatiently(
  { parent, commit, along, reply }: Sent,
  { remote, clock, random, progress }: ReadPorts,
  patience: Patience,
): Promise<Reread> {
  const untilMs = clock.nowMs() + patience.readingMs;
  for (let reads = 1; ; reads += 1) {
    const reread = await remote.reread(parent, along?.head ?? commit);
    const isOver = reads >= patience.readsMax || clock.nowMs() > untilMs;
    if (isOver || !worthReadingAgain(reply, reread)) return reread;
    const waitMs = waitMsBefore(reads, patience.reads, random.unit());
    progress.step(`The remote does not show the push yet; reading again in ${waitMs} ms`);
    await clock.sleepMs(waitMs);
  }
}
