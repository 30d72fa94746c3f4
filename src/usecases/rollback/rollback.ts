/** Rollback: older images again, and a hold that keeps what goes out from coming back by itself. */

import type { CommitId } from "../../core/ids.ts";
import { checkHoldEnd, holdText, printTime } from "../../core/landing/hold.ts";
import {
  checkGoingBack,
  type DeployHistory,
  type Goal,
  planBack,
  verdictOfTwin,
} from "../../core/landing/rollback.ts";
import type { PromoteResult } from "../../core/results/promote.ts";
import { concludeBack, type RollbackBasis } from "../../core/results/rollback.ts";
import type { TagFormat } from "../../core/tag-format.ts";
import type { DeployLog, Registry, SourceHistory } from "../../ports.ts";
import type { AuditScope } from "../audit/facts.ts";
import { type LandPorts, type LandRequest, landChange, type Planned } from "../landing/change.ts";
import type { ImageCheck } from "../landing/check-images.ts";
import type { LandPolicy } from "../landing/land.ts";
import { askPatiently } from "../landing/read-patiently.ts";
import type { AskedImage } from "../promote/promotion.ts";
import { deployHistoryReader } from "./deploy-history.ts";
import { checkGoal, goalBack, goalNamed } from "./goal.ts";
import { holdMissing, type RollbackWords } from "./holding.ts";
import { lookBack } from "./inspect.ts";

/** What the user asks of a rollback. */
export interface RollbackRequest extends LandRequest, AuditScope {
  /**
   * A revision, a prefix or a tag; or how many deploys to count back. It is counted once, from the
   * branch as it is when the rollback begins: what lands meanwhile is not what was looked at.
   */
  readonly goal: { readonly to: string } | { readonly steps: number };
  readonly images: readonly AskedImage[];
  /** One line for readers of the history. */
  readonly reason: string;
  /** Who rolls back, one line. */
  readonly by: string;
  /** When the hold ends by itself, milliseconds since the epoch. */
  readonly untilMs?: number | undefined;
  /** Whether newer revisions stay out as well, until the hold is released. */
  readonly freeze?: boolean | undefined;
  readonly tagFormat: TagFormat;
  /** What the subjects of deploy commits from before Landfall match. */
  readonly pattern: RegExp;
}

/** The world of a rollback. Without a registry, the images are not checked. */
export interface RollbackPorts extends LandPorts {
  readonly history: SourceHistory;
  readonly registry: Registry | undefined;
  /** The past of the branch. Asked again on every new tip. */
  readonly log: DeployLog;
}

/** What does not depend on the tip. */
interface RollbackFacts {
  readonly request: RollbackRequest;
  readonly goal: Goal;
  /** Also the date of the hold, so that it is the same each time. */
  readonly startedMs: number;
  readonly pastAt: (tip?: CommitId) => Promise<DeployHistory>;
}

/**
 * Lands a rollback: one commit that moves the pins back and writes the hold. Both are derived again
 * from every tip, so what somebody lands meanwhile goes out too, and the hold covers it. An id that
 * the branch has already is not landed again.
 */
export async function rollback(
  request: RollbackRequest,
  ports: RollbackPorts,
  policy: LandPolicy,
): Promise<PromoteResult> {
  return landChange<RollbackFacts, RollbackBasis, PromoteResult>(
    {
      request,
      prepare: (startedMs) => prepare(request, ports, { policy, startedMs }),
      plan: (tip, facts) => planAt(tip, facts, ports),
      result: (landing, facts, frame) => concludeBack(landing, facts?.goal, frame),
    },
    ports,
    policy,
  );
}

async function prepare(
  asked: RollbackRequest,
  ports: RollbackPorts,
  { policy, startedMs }: { readonly policy: LandPolicy; readonly startedMs: number },
): Promise<RollbackFacts> {
  const words = { reason: holdText("reason", asked.reason), by: holdText("by", asked.by) };
  const request = { ...asked, ...words };
  checkHoldEnd(asked.untilMs, startedMs);
  const deadlineMs = startedMs + policy.timeoutMs;
  const images = request.images.map(({ image }) => image);
  const read = deployHistoryReader({ ...request, images }, ports.log);
  const pastAt = (tip?: CommitId) =>
    askPatiently(() => read(tip), ports, { patience: policy, deadlineMs });
  ports.progress.step(`Reading what ${request.branch} has had deployed`);
  const looking = { ...ports, reads: policy.reads, deadlineMs };
  const goal = await aim(request, await pastAt(), looking);
  return { request, goal, startedMs, pastAt };
}

/** Plans at one tip. Throws what `checkGoingBack` throws, and reading the tip. */
async function planAt(
  tip: CommitId,
  { request, goal, startedMs, pastAt }: RollbackFacts,
  ports: RollbackPorts,
): Promise<Planned<RollbackBasis>> {
  const past = await pastAt(tip);
  const { snapshot, images } = await lookBack(tip, past, { goal, request, ports });
  const twin = past.records.get(request.deploy);
  if (twin !== undefined) {
    const verdict = verdictOfTwin(twin, images);
    return { snapshot, change: undefined, basis: { images, past, holds: [], verdict } };
  }
  checkGoingBack(images);
  const { reason, by, untilMs, environment, paths } = request;
  const freeze = request.freeze ? true : undefined;
  // What is frozen is kept where it is, also where nothing goes out.
  const out = images.map(({ target, out: gone }) => {
    return { image: target.image, through: freeze && gone.length === 0 ? [target.revision] : gone };
  });
  const until = untilMs === undefined ? undefined : printTime(untilMs);
  const at = printTime(startedMs);
  const words: RollbackWords = { environment, paths, reason, by, at, until, freeze };
  const about = { words, nowMs: startedMs, history: ports.history };
  const holding = await holdMissing(out, (await snapshot.holds()).holds, about);
  const why = { holding, reason: `Why: ${reason} (${by})` };
  const { verdict, change } = planBack(goal.revision, images, why);
  return { snapshot, change, basis: { images, verdict, holds: holding.added, past } };
}

async function aim(
  request: RollbackRequest,
  past: DeployHistory,
  looking: RollbackPorts & Omit<ImageCheck, "registry">,
): Promise<Goal> {
  const { goal } = request;
  const facts = { past, history: looking.history };
  const wanted = await ("to" in goal
    ? goalNamed(goal.to, request, facts)
    : goalBack(goal.steps, request, facts));
  if (looking.registry !== undefined) {
    looking.progress.step(`Looking for ${wanted[0]?.tag} in the registry`);
  }
  return checkGoal(wanted, looking, past);
}
