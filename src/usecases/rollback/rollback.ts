/** Rollback: older images again, and a hold that keeps what goes out from coming back by itself. */

import { asFailure, Failure } from "../../core/failure.ts";
import type { CommitId } from "../../core/ids.ts";
import { holdText, printTime } from "../../core/landing/hold.ts";
import type { PromoteResult } from "../../core/results/promote.ts";
import type { TagFormat } from "../../core/tag-format.ts";
import type { DeployLog, History, Registry } from "../../ports.ts";
import type { ImageCheck } from "../landing/check-images.ts";
import { type LandPolicy, land } from "../landing/land.ts";
import type { ReadPorts } from "../landing/read-patiently.ts";
import { askPatiently } from "../landing/read-patiently.ts";
import { concludeFailure } from "../landing/words.ts";
import type { AskedImage } from "../promote/promotion.ts";
import { type DeployHistory, deployHistoryReader } from "./deploy-history.ts";
import { checkGoal, type Goal, goalBack, goalNamed } from "./goal.ts";
import { planBack } from "./plan.ts";
import { concludeBack } from "./result.ts";

/** What the user asks of a rollback. */
export interface RollbackRequest {
  /**
   * A revision, a prefix or a tag; or how many deploys to count back. It is counted once, from the
   * branch as it is when the rollback begins: what lands meanwhile is not what was looked at.
   */
  readonly goal: { readonly to: string } | { readonly steps: number };
  readonly images: readonly AskedImage[];
  /** One line for whoever reads the history. */
  readonly reason: string;
  /** Who rolls back, one line. */
  readonly by: string;
  /** When the hold ends by itself, milliseconds since the epoch. */
  readonly untilMs?: number | undefined;
  readonly tagFormat: TagFormat;
  readonly paths: readonly string[];
  /** What the subjects of deploy commits from before Landfall match. */
  readonly pattern: RegExp;
  readonly repository: string;
  readonly branch: string;
  /** One id per rollback. One that the branch has already is not landed again. */
  readonly deploy: string;
  readonly mode: "push" | "dry-run";
  readonly skipCi: boolean;
}

/** The world of a rollback. Without a registry, the images are not checked. */
export interface RollbackPorts extends ReadPorts {
  readonly history: History;
  readonly registry: Registry | undefined;
  /** The past of the branch. Asked again on every new tip. */
  readonly log: DeployLog;
}

/**
 * Lands a rollback: one commit that moves the pins back and writes the hold. Both are derived again
 * from every tip, so what somebody lands meanwhile goes out too, and the hold covers it. A Failure
 * becomes the result; anything else that is thrown is a bug.
 */
export async function rollback(
  asked: RollbackRequest,
  ports: RollbackPorts,
  policy: LandPolicy,
): Promise<PromoteResult> {
  const startedMs = ports.clock.nowMs();
  const frame = { request: asked, tookMs: () => ports.clock.nowMs() - startedMs };
  const patience = { patience: policy, deadlineMs: startedMs + policy.timeoutMs };
  try {
    const words = { reason: holdText("reason", asked.reason), by: holdText("by", asked.by) };
    const request = { ...asked, ...words };
    checkEnd(asked.untilMs, startedMs);
    const images = request.images.map(({ image }) => image);
    const read = deployHistoryReader({ ...request, images }, ports.log);
    const pastAt = (tip?: CommitId) => askPatiently(() => read(tip), ports, patience);
    ports.progress.step(`Reading what ${request.branch} has had deployed`);
    const looking = { ...ports, ...{ reads: policy.reads, deadlineMs: patience.deadlineMs } };
    const goal = await aim(request, await pastAt(), looking);
    const planning = { goal, request, ports, startedMs };
    const landing = await land(
      async (tip: CommitId) => planBack(tip, await pastAt(tip), planning),
      ports,
      policy,
    );
    return concludeBack(landing, goal, frame);
  } catch (error) {
    return concludeFailure(asFailure(error), frame, "rollback");
  }
}

async function aim(
  request: RollbackRequest,
  past: DeployHistory,
  looking: RollbackPorts & Omit<ImageCheck, "registry">,
): Promise<Goal> {
  const { goal } = request;
  const wanted = await ("to" in goal
    ? goalNamed(goal.to, request, looking.history)
    : goalBack(goal.steps, request, { past, history: looking.history }));
  if (looking.registry !== undefined) {
    looking.progress.step(`Looking for ${wanted[0]?.tag} in the registry`);
  }
  return checkGoal(wanted, looking, past);
}

/** The last moment that dates of four digits can name. */
const latestMs = Date.UTC(9999, 11, 31, 23, 59, 59);

function checkEnd(untilMs: number | undefined, nowMs: number): void {
  if (untilMs === undefined || (untilMs > nowMs && untilMs <= latestMs)) return;
  const when = untilMs > latestMs ? "after the year 9999" : `until ${printTime(untilMs)}, now over`;
  throw new Failure(
    "usage",
    `Cannot hold ${when}`,
    "Name a time to come, or none: the hold then stays until it is lifted or overtaken.",
  );
}
