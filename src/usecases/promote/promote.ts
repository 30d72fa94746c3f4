/** Promote: check the images, land their tags, and say truthfully what came of it. */

import { type Promotion, planPromotion } from "../../core/landing/promotion.ts";
import type { PromoteResult } from "../../core/results/promote.ts";
import { concludePromotion, type PromoteBasis } from "../../core/results/promotion.ts";
import { tagOf } from "../../core/tag-format.ts";
import type { Registry, SourceHistory } from "../../ports.ts";
import { type LandCommand, landChange } from "../landing/change.ts";
import { checkImages } from "../landing/check-images.ts";
import { evaluate } from "../landing/evaluate.ts";
import type { LandPolicy } from "../landing/land.ts";
import { namedRevision } from "../landing/named-revision.ts";
import type { ReadPorts } from "../landing/read-patiently.ts";
import { snapshotAt, withRevisions } from "../landing/snapshot.ts";
import { checkLabels, checkTags } from "./contradictions.ts";
import type { PromoteRequest } from "./promotion.ts";

/** The world of a promotion. Without a registry, the images are not checked. */
export interface PromotePorts extends ReadPorts {
  readonly history: SourceHistory;
  readonly registry: Registry | undefined;
}

/** Lands a promotion. A Failure becomes the result; anything else that is thrown is a bug. */
export async function promote(
  request: PromoteRequest,
  ports: PromotePorts,
  policy: LandPolicy,
): Promise<PromoteResult> {
  return landChange(promotionOf(request, ports, policy), ports, policy);
}

/** Returns a promotion as the command that it is. */
export function promotionOf(
  request: PromoteRequest,
  ports: PromotePorts,
  policy: LandPolicy,
): LandCommand<Promotion, PromoteBasis, PromoteResult> {
  return {
    request,
    prepare: () => prepare(request, ports, policy),
    async plan(tip, promotion) {
      const { paths, tagFormat, targets } = promotion;
      const scope = { images: targets.map(({ image }) => image), paths };
      const seen = await snapshotAt(tip, scope, ports.remote);
      const snapshot = withRevisions(seen, tagFormat, ports);
      const images = await evaluate(promotion, snapshot, ports);
      const { change, ...basis } = planPromotion(promotion, images, request.superseded);
      return { snapshot, change, basis };
    },
    result: concludePromotion,
  };
}

/** Turns the request into checked facts: a revision that exists, and images that exist. */
async function prepare(
  request: PromoteRequest,
  ports: PromotePorts,
  { reads, timeoutMs }: LandPolicy,
): Promise<Promotion> {
  const { tagFormat, paths, divergence, environment, freezesAt, throughFreeze } = request;
  const revision = await namedRevision(request.revision, "promote", ports.history);
  const wanted = request.images.map(({ image, tag, digest, paths: own }) => ({
    image,
    tag: tag ?? tagOf(tagFormat, revision),
    digest,
    paths: own,
  }));
  const { history, registry } = ports;
  const oddTags = await checkTags(wanted, tagFormat, { revision, history });
  const scope = { environment, paths, freezesAt, throughFreeze };
  const promotion = { revision, ...scope, tagFormat, divergence };
  if (registry === undefined) return { ...promotion, targets: wanted, warnings: oddTags };
  ports.progress.step(`Looking for ${wanted.map(({ tag }) => tag)[0]} in the registry`);
  const deadlineMs = ports.clock.nowMs() + timeoutMs;
  const targets = await checkImages(wanted, { ...ports, registry, reads, deadlineMs });
  const labelled = targets.map((target, at) => ({ ...target, paths: wanted[at]!.paths }));
  const oddLabels = await checkLabels(labelled, { registry, revision, history });
  return { ...promotion, targets, warnings: [...oddTags, ...oddLabels] };
}
