/** Gates: what a revision must have behind it before it may land in an environment. */

import type { Revision } from "../ids.ts";
import { type HoldWords, printTime } from "./hold.ts";
import type { Mark, MarkKind } from "./mark.ts";

/** What must have happened before. */
export interface Gate {
  /** The environment that it is before. */
  readonly environment: string;
  readonly after?: After | undefined;
  /** Whether a person must have approved it. */
  readonly approve: boolean;
}

/** Another environment, which must have had it first. */
export interface After {
  readonly environment: string;
  /** Whether `landfall verify` must have seen it run there. */
  readonly verified: boolean;
  /** How long ago that must have been, in milliseconds. */
  readonly soakMs: number;
}

/** What is known of a revision at a gate. */
export interface GateFacts {
  readonly marks: readonly Mark[];
  /** Whether the environment before holds just these images now. */
  readonly runsBefore: boolean;
  /** Whether it holds some of these images now, and something else of the others. */
  readonly runsInPart?: boolean | undefined;
  /** What keeps it out of the environment before, although it may have landed there once. */
  readonly outBefore?: HoldWords | undefined;
  readonly nowMs: number;
}

/** Why a gate is closed, and what opens it. */
export interface ClosedGate {
  /** `rolled-back`: of the environment before. What was tried since must not land either. */
  readonly because: "rolled-back" | "not-yet";
  readonly message: string;
  readonly hint: string;
}

const because = "not-yet";

/** Returns why a gate is closed for a revision, or undefined when it is open. */
export function closedGate(
  gate: Gate,
  revision: Revision,
  facts: GateFacts,
): ClosedGate | undefined {
  return closedByAfter(gate, revision, facts) ?? closedByApproval(gate, revision, facts);
}

function closedByAfter(
  { environment, after }: Gate,
  revision: Revision,
  { marks, runsBefore, runsInPart, outBefore, nowMs }: GateFacts,
): ClosedGate | undefined {
  if (after === undefined) return undefined;
  const { environment: before, verified, soakMs } = after;
  const what = `Cannot land ${revision} in ${environment}`;
  if (outBefore !== undefined) {
    const { reason, by } = outBefore;
    return {
      because: "rolled-back",
      message: `${what}: ${before} was rolled back from it: ${reason} (${by})`,
      hint: `Promote a newer revision, or lift the hold with \`landfall release --env ${before}\`.`,
    };
  }
  const marked = (kind: MarkKind) => firstMark(marks, { kind, environment: before, revision });
  // What was seen where only some images were of this revision says nothing of the others.
  const isWhole = !runsInPart || marked("landed") !== undefined;
  const verifiedAt = isWhole ? marked("verified") : undefined;
  const hadAt = verified ? verifiedAt : (marked("landed") ?? verifiedAt);
  if (hadAt === undefined && (verified || !runsBefore)) {
    const isThere = runsBefore || marked("landed") !== undefined;
    return verified && isThere
      ? {
          because,
          message: `${what}: nothing shows that it runs in ${before}`,
          hint: `Run \`landfall verify --env ${before} --revision ${revision}\`; it records what it sees.`,
        }
      : {
          because,
          message: `${what}: it has not landed in ${before}`,
          hint: `Promote it there first: \`landfall promote --env ${before} --revision ${revision}\`.`,
        };
  }
  if (soakMs === 0) return undefined;
  if (hadAt === undefined) {
    return {
      because,
      message: `${what}: nothing shows since when ${before} has it`,
      hint: `\`landfall verify --env ${before}\` records it. The time that it must soak begins then.`,
    };
  }
  const opensMs = hadAt.atSeconds * 1000 + soakMs;
  if (nowMs >= opensMs) return undefined;
  return {
    because,
    message: `${what}: it has been in ${before} since ${printTime(hadAt.atSeconds * 1000)} only`,
    hint: `Run it again at ${printTime(opensMs)}, or later.`,
  };
}

function closedByApproval(
  { environment, approve }: Gate,
  revision: Revision,
  { marks }: GateFacts,
): ClosedGate | undefined {
  if (!approve || firstMark(marks, { kind: "approved", environment, revision })) return undefined;
  return {
    because,
    message: `Cannot land ${revision} in ${environment}: nobody has approved it`,
    hint: `\`landfall approve --env ${environment} --revision ${revision} --reason …\` does.`,
  };
}

function firstMark(marks: readonly Mark[], wanted: Omit<Mark, "atSeconds">): Mark | undefined {
  return marks
    .filter(
      ({ kind, environment, revision }) =>
        kind === wanted.kind && environment === wanted.environment && revision === wanted.revision,
    )
    .sort((a, b) => a.atSeconds - b.atSeconds)[0];
}
