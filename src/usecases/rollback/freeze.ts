/** Freeze and thaw: nothing new lands in an environment until it ends. A rollback still does. */

import type { ImageName } from "../../core/image-ref.ts";
import { type FreezePlan, planFreeze, planThaw } from "../../core/landing/freeze.ts";
import {
  checkHoldEnd,
  type Hold,
  holdText,
  printTime,
  type Scope,
} from "../../core/landing/hold.ts";
import { concludeFreeze, type FreezeBasis } from "../../core/results/freeze.ts";
import type { PromoteResult } from "../../core/results/promote.ts";
import { type LandPorts, type LandRequest, landChange } from "../landing/change.ts";
import type { LandPolicy } from "../landing/land.ts";
import { snapshotAt } from "../landing/snapshot.ts";

/** What the user asks of a thaw. */
export interface ThawRequest extends LandRequest, Scope {}

/** What the user asks of a freeze. */
export interface FreezeRequest extends ThawRequest {
  /** Undefined: all. */
  readonly images: readonly ImageName[] | undefined;
  readonly reason: string;
  readonly by: string;
  /** When it ends by itself, milliseconds since the epoch. */
  readonly untilMs: number | undefined;
}

/** Lands a freeze, in place of one that the same scope has already. */
export function freeze(
  request: FreezeRequest,
  ports: LandPorts,
  policy: LandPolicy,
): Promise<PromoteResult> {
  const prepare = async (startedMs: number) => {
    const { images, environment, paths, untilMs } = request;
    checkHoldEnd(untilMs, startedMs);
    return {
      images,
      environment,
      paths,
      reason: holdText("reason", request.reason),
      by: holdText("by", request.by),
      at: printTime(startedMs),
      until: untilMs === undefined ? undefined : printTime(untilMs),
    };
  };
  return changeHolds({ request, command: "freeze", prepare, plan: planFreeze }, ports, policy);
}

/** Lands the end of every freeze of a scope. */
export function thaw(
  request: ThawRequest,
  ports: LandPorts,
  policy: LandPolicy,
): Promise<PromoteResult> {
  const prepare = async () => request;
  return changeHolds({ request, command: "thaw", prepare, plan: planThaw }, ports, policy);
}

interface HoldsCommand<Facts> {
  readonly request: LandRequest;
  readonly command: "freeze" | "thaw";
  readonly prepare: (startedMs: number) => Promise<Facts>;
  readonly plan: (standing: readonly Hold[], facts: Facts) => FreezePlan;
}

function changeHolds<Facts>(
  { request, command, prepare, plan }: HoldsCommand<Facts>,
  ports: LandPorts,
  policy: LandPolicy,
): Promise<PromoteResult> {
  return landChange<Facts, FreezeBasis, PromoteResult>(
    {
      request,
      prepare,
      async plan(tip, facts) {
        const snapshot = await snapshotAt(tip, { images: [], paths: [] }, ports.remote);
        const { holds } = await snapshot.holds();
        const { change, ...basis } = plan(holds, facts);
        return { snapshot, change, basis };
      },
      result: (landing, _, frame) => concludeFreeze(landing, command, frame),
    },
    ports,
    policy,
  );
}
