/** What a tip says of a gate, and the marks that others are let through by. */

import { Failure } from "../../core/failure.ts";
import type { CommitId, Revision } from "../../core/ids.ts";
import { type ImageName, sameImage } from "../../core/image-ref.ts";
import type { Target } from "../../core/landing/change.ts";
import { oneLine } from "../../core/landing/commit-message.ts";
import { type ClosedGate, closedGate, type Gate } from "../../core/landing/gate.ts";
import type { Mark, MarkKind } from "../../core/landing/mark.ts";
import { type Pin, pinHolds } from "../../core/pins/index.ts";
import type { Clock, Progress, Remote } from "../../ports.ts";
import { snapshotAt } from "./snapshot.ts";

/** A gate, and where the environment before it has its manifests. */
export interface GateQuestion extends Gate {
  readonly beforePaths: readonly string[];
}

/** What asking a gate needs of the world. */
export interface GatePorts {
  readonly remote: Remote;
  /** The branch of the environment before, where it is another one. */
  readonly before?: Remote | undefined;
  readonly clock: Clock;
}

/** Returns every mark that counts at a gate: each environment's are beside its own branch. */
export async function marksAt({ remote, before }: GatePorts): Promise<readonly Mark[]> {
  const own = await remote.marks();
  return before === undefined ? own : [...own, ...(await before.marks())];
}

/** Asks a gate about some images at a tip. Throws what reading the branches throws. */
export async function askGate(
  question: GateQuestion,
  wanted: { readonly revision: Revision; readonly targets: readonly Target[] },
  tip: CommitId,
  ports: GatePorts,
): Promise<ClosedGate | undefined> {
  const { after, beforePaths } = question;
  const marks = await marksAt(ports);
  const images = wanted.targets.map(({ image }) => image);
  const pins = after === undefined ? [] : await pinsBefore(beforePaths, images, tip, ports);
  const runsBefore = areHeld(wanted.targets, pins);
  return closedGate(question, wanted.revision, { marks, runsBefore, nowMs: ports.clock.nowMs() });
}

/** Reads what the environment before holds of some images, at this tip or on its own branch. */
export async function pinsBefore(
  paths: readonly string[],
  images: readonly ImageName[],
  tip: CommitId,
  { remote, before }: GatePorts,
): Promise<readonly Pin[]> {
  const at = before === undefined ? tip : await before.fetchTip();
  return (await snapshotAt(at, { images, paths }, before ?? remote)).pins;
}

/** Returns whether every target has pins, and all of them hold it. */
export function areHeld(targets: readonly Target[], pins: readonly Pin[]): boolean {
  return targets.every((target) => {
    const own = pins.filter((pin) => sameImage(pin.image, target.image));
    return own.length > 0 && own.every((pin) => pinHolds(pin, target));
  });
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
  { remote, clock }: Pick<GatePorts, "remote" | "clock">,
): Promise<void> {
  const mark = { ...what, atSeconds: Math.floor(clock.nowMs() / 1000) };
  await remote.mark(mark, { tip, message: messageOf(mark, reason) });
}

/** Leaves a mark as well as it can be done: what was landed is landed without it. */
export async function tryToMark(
  request: MarkRequest,
  tip: CommitId,
  ports: Pick<GatePorts, "remote" | "clock"> & { readonly progress: Progress },
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
