/** Promote: check the images, land their tags, and say truthfully what came of it. */

import { asFailure, Failure } from "../../core/failure.ts";
import type { CommitId } from "../../core/ids.ts";
import type { PromoteResult } from "../../core/results/promote.ts";
import { tagOf } from "../../core/tag-format.ts";
import type { History, Registry } from "../../ports.ts";
import { checkImages } from "../landing/check-images.ts";
import { type LandPolicy, land } from "../landing/land.ts";
import type { ReadPorts } from "../landing/read-patiently.ts";
import { concludeFailure } from "../landing/words.ts";
import { planAt } from "./plan.ts";
import type { PromoteRequest, Promotion } from "./promotion.ts";
import { concludeLanding } from "./result.ts";

/** The world of a promotion. Without a registry, the images are not checked. */
export interface PromotePorts extends ReadPorts {
  readonly history: History;
  readonly registry: Registry | undefined;
}

/** Lands a promotion. A Failure becomes the result; anything else that is thrown is a bug. */
export async function promote(
  request: PromoteRequest,
  ports: PromotePorts,
  policy: LandPolicy,
): Promise<PromoteResult> {
  const startedMs = ports.clock.nowMs();
  const frame = { request, tookMs: () => ports.clock.nowMs() - startedMs };
  try {
    const promotion = await prepare(request, ports, policy);
    const atSeconds = Math.floor(startedMs / 1000);
    const planning = { promotion, request, ports, atSeconds };
    const landing = await land((tip: CommitId) => planAt(tip, planning), ports, policy);
    return concludeLanding(landing, promotion, frame);
  } catch (error) {
    return concludeFailure(asFailure(error), frame, "promote");
  }
}

/** Turns the request into checked facts: a revision that exists, and images that exist. */
async function prepare(
  request: PromoteRequest,
  ports: PromotePorts,
  { reads, timeoutMs }: LandPolicy,
): Promise<Promotion> {
  const { tagFormat, paths, divergence } = request;
  const revision = await ports.history.resolve(request.revision);
  if (revision === undefined) throw unknownRevision(request.revision);
  const wanted = request.images.map(({ image, tag, digest }) => ({
    image,
    tag: tag ?? tagOf(tagFormat, revision),
    digest,
  }));
  if (ports.registry === undefined) {
    return { revision, targets: wanted, paths, tagFormat, divergence };
  }
  ports.progress.step(`Looking for ${wanted.map(({ tag }) => tag)[0]} in the registry`);
  const { registry } = ports;
  const deadlineMs = ports.clock.nowMs() + timeoutMs;
  const targets = await checkImages(wanted, { ...ports, registry, reads, deadlineMs });
  return { revision, targets, paths, tagFormat, divergence };
}

function unknownRevision(text: string): Failure {
  return new Failure(
    "unknown-revision",
    `Cannot promote "${text}": the source history has no such commit`,
    "Give a full commit id, or a unique prefix of one, of the repository named by --source.",
  );
}
