/** What a tip says of a gate, and the marks that others are let through by. */

import { Failure } from "../../core/failure.ts";
import type { CommitId, Revision } from "../../core/ids.ts";
import { type ImageName, sameImage } from "../../core/image-ref.ts";
import type { Target } from "../../core/landing/change.ts";
import { oneLine } from "../../core/landing/commit-message.ts";
import { type ClosedGate, closedGate, type Gate } from "../../core/landing/gate.ts";
import { activeHolds, type Hold, isFreeze, type RevisionHold } from "../../core/landing/hold.ts";
import type { Mark, MarkKind } from "../../core/landing/mark.ts";
import { type Pin, pinHolds } from "../../core/pins/index.ts";
import type { TagFormat } from "../../core/tag-format.ts";
import type { Clock, Progress, Remote } from "../../ports.ts";
import { coveringHold } from "./evaluate.ts";
import type { RevisionPorts } from "./pin-revision.ts";
import { type RevisionSnapshot, snapshotAt, withRevisions } from "./snapshot.ts";

/** A gate, and where the environment before it has its manifests. */
export interface GateQuestion extends Gate {
  readonly beforePaths: readonly string[];
}

/** What leaving a mark needs of the world. */
export interface MarkPorts {
  readonly remote: Remote;
  readonly clock: Clock;
}

/** What asking a gate needs of the world. */
export interface GatePorts extends MarkPorts, RevisionPorts {
  readonly remote: Remote;
  /** The branch of the environment before, where it is another one. */
  readonly before?: Remote | undefined;
}

/** Returns every mark that counts at a gate: each environment's are beside its own branch. */
export async function marksAt({
  remote,
  before,
}: Pick<GatePorts, "remote" | "before">): Promise<readonly Mark[]> {
  const own = await remote.marks();
  return before === undefined ? own : [...own, ...(await before.marks())];
}

/** What is to land, and at which tip of its branch. */
interface GateScope {
  readonly images: readonly ImageName[];
  readonly tip: CommitId;
  readonly tagFormat: TagFormat;
}

/** Asks a gate about a revision: why it is closed, or undefined. */
export type AskGate = (
  revision: Revision,
  targets: readonly Target[],
) => Promise<ClosedGate | undefined>;

/** Looks at a gate as it is at one tip. Throws what reading the branches throws. */
export async function gateAt(
  question: GateQuestion,
  scope: GateScope,
  ports: GatePorts,
): Promise<AskGate> {
  const marks = await marksAt(ports);
  const before = question.after && (await environmentBefore(question, scope, ports));
  return async (revision, targets) => {
    const own = targets.map((target) => ({ ...target, revision: target.revision ?? revision }));
    const nowMs = ports.clock.nowMs();
    const isHeld = (target: Target) => areHeld([target], before?.snapshot.pins ?? []);
    const runsBefore = targets.every(isHeld);
    return closedGate(question, revision, {
      ...{ marks, nowMs, runsBefore },
      runsInPart: !runsBefore && targets.some(isHeld),
      outBefore: before && (await firstOut(own, before, ports)),
    });
  };
}

/** The environment before a gate, as it was seen. */
interface EnvironmentBefore {
  readonly snapshot: RevisionSnapshot;
  /** What rollbacks keep out of it. */
  readonly holds: readonly RevisionHold[];
}

/** Reads it at the same tip, or on its own branch. */
async function environmentBefore(
  { after, beforePaths: paths }: GateQuestion,
  { images, tip, tagFormat }: GateScope,
  ports: GatePorts,
): Promise<EnvironmentBefore> {
  const { before, clock } = ports;
  const at = before === undefined ? tip : await before.fetchTip();
  const remote = before ?? ports.remote;
  const seen = await snapshotAt(at, { images, paths }, remote);
  const { holds } = await seen.holds();
  const active = activeHolds(holds, { environment: after?.environment, paths }, clock.nowMs());
  const snapshot = withRevisions(seen, tagFormat, { ...ports, remote });
  return { snapshot, holds: active.filter((hold): hold is RevisionHold => !isFreeze(hold)) };
}

/** Returns whether every target has pins, and all of them hold it. */
function areHeld(targets: readonly Target[], pins: readonly Pin[]): boolean {
  return targets.every((target) => {
    const own = pins.filter((pin) => sameImage(pin.image, target.image));
    return own.length > 0 && own.every((pin) => pinHolds(pin, target));
  });
}

type RevisionTarget = Target & { readonly revision: Revision };

/** Returns a hold that keeps a target out, unless what runs there has it inside all the same. */
async function firstOut(
  targets: readonly RevisionTarget[],
  { snapshot, holds }: EnvironmentBefore,
  ports: GatePorts,
): Promise<Hold | undefined> {
  for (const { image, revision } of targets) {
    const hold = await coveringHold(image, holds, { revision, ports });
    if (hold === undefined) continue;
    for (const pin of snapshot.pins) {
      if (!sameImage(pin.image, image)) continue;
      const held = (await snapshot.revisionOf(pin))?.revision;
      if (held === undefined || !(await ports.history.isAncestor(revision, held))) return hold;
    }
  }
  return undefined;
}

/** A mark to leave, and who says what of it. */
export interface MarkRequest {
  readonly kind: MarkKind;
  readonly environment: string;
  readonly revision: Revision;
  /** What the commit behind the mark says. */
  readonly reason: string;
}

/** Leaves a mark, now. Throws what a push throws. */
export async function leaveMark(
  { reason, ...what }: MarkRequest,
  tip: CommitId,
  { remote, clock }: MarkPorts,
): Promise<void> {
  const mark = { ...what, atSeconds: Math.floor(clock.nowMs() / 1000) };
  await remote.mark(mark, { tip, message: messageOf(mark, reason) });
}

/** Leaves a mark as well as it can be done: what was landed is landed without it. */
export async function tryToMark(
  request: MarkRequest,
  tip: CommitId,
  ports: MarkPorts & { readonly progress: Progress },
): Promise<string | undefined> {
  try {
    await leaveMark(request, tip, ports);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const words = `${error.message}. Environments that wait for it will not see it`;
    ports.progress.warn(words);
    return words;
  }
}

function messageOf({ kind, environment, revision }: Mark, reason: string): string {
  const trailers = [
    `Landfall-Mark: ${kind}`,
    `Landfall-Environment: ${environment}`,
    `Landfall-Revision: ${revision}`,
  ];
  return `chore(gitops): ${kind} in ${environment}: ${revision.slice(0, 12)}\n\n${oneLine(reason)}\n\n${trailers.join("\n")}\n`;
}
