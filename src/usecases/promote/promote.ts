/** Promote: check the images, land their tags, and report the true outcome. */

import type { CommitId } from "../../core/ids.ts";
import type { Target } from "../../core/landing/change.ts";
import { isDeploy } from "../../core/landing/commit-message.ts";
import { verdictOf } from "../../core/landing/decide.ts";
import { type Promotion, planPromotion } from "../../core/landing/promotion.ts";
import { isRecorded } from "../../core/landing/records.ts";
import type { PromoteResult } from "../../core/results/promote.ts";
import { concludePromotion, type PromoteBasis } from "../../core/results/promotion.ts";
import type { Registry, Remote, SourceHistory } from "../../ports.ts";
import { type LandCommand, type LandPorts, landChange } from "../landing/change.ts";
import { checkImages } from "../landing/check-images.ts";
import { evaluate } from "../landing/evaluate.ts";
import { gateAt, tryToMark } from "../landing/gate.ts";
import type { LandPolicy } from "../landing/land.ts";
import { imageTag, namedRevision } from "../landing/named-revision.ts";
import { type Snapshot, snapshotAt, withRevisions } from "../landing/snapshot.ts";
import { checkLabels, checkTags } from "./contradictions.ts";
import { type FromEnvironment, newestOf, targetsFrom } from "./from.ts";
import type { AskedImage, PromoteRequest } from "./promotion.ts";

/** The world of a promotion. Without a registry, the images are not checked. */
export interface PromotePorts extends LandPorts {
  readonly history: SourceHistory;
  readonly registry: Registry | undefined;
  /** The branch of the environment before, where it is another one. */
  readonly before?: Remote | undefined;
}

/** Lands a promotion. A Failure becomes the result; anything else that is thrown is a bug. */
export async function promote(
  request: PromoteRequest,
  ports: PromotePorts,
  policy: LandPolicy,
): Promise<PromoteResult> {
  const command = promotionOf(request, ports, policy);
  let promotion: Promotion | undefined;
  const prepare = async (startedMs: number) => {
    promotion = await command.prepare(startedMs);
    return promotion;
  };
  const result = await landChange({ ...command, prepare }, ports, policy);
  const warning = promotion && (await markLanding(result, promotion, { request, ports }));
  return warning === undefined ? result : { ...result, warnings: [...result.warnings, warning] };
}

/** Returns a promotion as the command that it is. */
export function promotionOf(
  request: PromoteRequest,
  ports: PromotePorts,
  policy: LandPolicy,
): LandCommand<Promotion, PromoteBasis, PromoteResult> {
  const attempt = once((promotion: Promotion, tip: CommitId) =>
    leave("attempted", promotion, tip, { request, ports }),
  );
  return {
    request,
    prepare: () => prepare(request, ports, policy),
    async plan(tip, promotion) {
      const { paths, tagFormat, targets } = promotion;
      const scope = { images: targets.map(({ image }) => image), paths };
      const seen = await snapshotAt(tip, scope, ports.remote);
      const snapshot = withRevisions(seen, tagFormat, ports);
      const images = await evaluate(promotion, snapshot, ports);
      const verdict = verdictOf(images.map(({ decision }) => decision));
      // A request with an empty commit would ask people to merge nothing.
      const isQuiet = ports.proposals !== undefined;
      const told =
        verdict === "superseded" && (isQuiet || (await isTold(snapshot, request, promotion)));
      const change = planPromotion(promotion, { images, verdict, isRecorded: told });
      const isReached = verdict === "unchanged" || verdict === "superseded";
      // Gates and windows are asked by their owner alone, at every tip.
      const mayWait = request.gate === undefined && request.freezesAt === undefined;
      const basis = { images, verdict };
      if (verdict !== "move") return { snapshot, change, basis, isReached, mayWait };
      // Asked on every round: what was open a moment ago may be closed by now.
      const ask =
        request.gate && (await gateAt(request.gate, { ...promotion, ...seen.scope, tip }, ports));
      const gate = await ask?.(promotion.revision, targets);
      if (gate !== undefined) {
        return { snapshot, change: undefined, basis: { images, verdict: "gated", gate } };
      }
      await attempt(promotion, tip);
      return { snapshot, change, basis: { images, verdict }, mayWait };
    },
    async overtakes({ outcome, revision }, { facts }) {
      // What people asked for by a rollback or a freeze is theirs to take back.
      if (!isDeploy(outcome) || revision === undefined) return false;
      return ports.history.isAncestor(revision, facts.revision);
    },
    result: concludePromotion,
  };
}

/** Marks what has landed, for environments that come after this one. */
async function markLanding(
  { outcome, tip }: PromoteResult,
  promotion: Promotion,
  asked: Asked,
): Promise<string | undefined> {
  const isThere = outcome === "landed" || outcome === "unchanged";
  return isThere && tip !== undefined ? leave("landed", promotion, tip, asked) : undefined;
}

/** What a promotion was asked, and its world. */
interface Asked {
  readonly request: PromoteRequest;
  readonly ports: PromotePorts;
}

/**
 * Leaves a mark where one is wanted. Returns a warning when it could not be left. A mark is about
 * all images of a revision, so images of several leave none: nobody had any of these whole.
 */
async function leave(
  kind: "attempted" | "landed",
  { revision, targets }: Promotion,
  tip: CommitId,
  { request, ports }: Asked,
): Promise<string | undefined> {
  const { environment, deploy, marks, mode } = request;
  if (targets.some((target) => (target.revision ?? revision) !== revision)) return undefined;
  if (environment === undefined || mode === "dry-run" || !marks?.includes(kind)) return undefined;
  return tryToMark({ kind, environment, revision, reason: `Deploy ${deploy}` }, tip, ports);
}

/** A deploy is attempted once, however many rounds it takes. */
function once<Args extends readonly unknown[]>(
  act: (...args: Args) => Promise<unknown>,
): (...args: Args) => Promise<void> {
  let isDone = false;
  return async (...args) => {
    if (isDone) return;
    isDone = true;
    await act(...args);
  };
}

/** One deploy, one commit: a late one that is run again does not say so again. */
async function isTold(
  snapshot: Snapshot,
  { superseded, deploy, environment }: PromoteRequest,
  { revision }: Promotion,
): Promise<boolean> {
  if (superseded === "skip") return true;
  return isRecorded({ deploy, revision, environment }, await snapshot.records());
}

/** Turns the request into checked facts: a revision that exists, and images that exist. */
async function prepare(
  request: PromoteRequest,
  ports: PromotePorts,
  { reads, timeoutMs }: LandPolicy,
): Promise<Promotion> {
  const { tagFormat, paths, divergence, adoption } = request;
  const { environment, freezesAt, throughFreeze } = request;
  if (request.from !== undefined) return prepareFrom(request.from, request, ports);
  const revision = await namedRevision(request.revision, "promote", ports.history);
  if (!revision.startsWith(request.revision)) {
    ports.progress.step(`${request.revision} of the source is ${revision}`);
  }
  const { history, registry } = ports;
  const wanted: (Target & Pick<AskedImage, "paths">)[] = [];
  for (const asked of request.images) {
    const word = request.revision;
    const tag = asked.tag ?? (await imageTag(tagFormat, revision, { history, word }));
    // What is asked for by its own tag is meant, whatever it is built from.
    const mayStay = request.unchanged !== "move" && asked.tag === undefined;
    const builtFrom = mayStay ? asked.paths : undefined;
    wanted.push({ digest: undefined, ...asked, tag, builtFrom });
  }
  const oddTags = await checkTags(wanted, tagFormat, { revision, history });
  const scope = { environment, paths, freezesAt, throughFreeze };
  const promotion = { revision, ...scope, tagFormat, divergence, adoption };
  if (registry === undefined) return { ...promotion, targets: wanted, warnings: oddTags };
  ports.progress.step(`Looking for ${wanted.map(({ tag }) => tag)[0]} in the registry`);
  const deadlineMs = ports.clock.nowMs() + timeoutMs;
  const found = await checkImages(wanted, { ...ports, registry, reads, deadlineMs });
  const targets = found.map((target, at) => ({ ...wanted[at]!, ...target }));
  const oddLabels = await checkLabels(targets, { registry, revision, history });
  return { ...promotion, targets, warnings: [...oddTags, ...oddLabels] };
}

/** What another environment runs was checked when it landed there. */
async function prepareFrom(
  from: FromEnvironment,
  { images, ...request }: PromoteRequest,
  ports: PromotePorts,
): Promise<Promotion> {
  const remote = ports.before ?? ports.remote;
  const names = images.map(({ image }) => image);
  const { tagFormat } = request;
  const targets = await targetsFrom(from, { images: names, tagFormat, remote, ports });
  const revision = await newestOf(targets, ports.history);
  return { ...request, revision, targets, warnings: [] };
}
