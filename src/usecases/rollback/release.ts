/** Release: lift what rollbacks hold, so that the same revisions may land again. Moves no pin. */

import { replacementDiff } from "../../core/diff.ts";
import type { CommitId } from "../../core/ids.ts";
import { type ImageName, printImageName, sameImage } from "../../core/image-ref.ts";
import { writeMessage } from "../../core/landing/commit-message.ts";
import { type Hold, holdsPath, writeHolds } from "../../core/landing/hold.ts";
import type { ImageReport, PromoteResult } from "../../core/results/promote.ts";
import { type TagFormat, tagOf } from "../../core/tag-format.ts";
import { type Landing, type LandPolicy, land, type Plan } from "../landing/land.ts";
import type { ReadPorts } from "../landing/read-patiently.ts";
import { snapshotAt } from "../landing/snapshot.ts";
import { baseOf, ended, endingOf, type Frame, traceOf } from "../landing/words.ts";
import { reportHold } from "./result.ts";

/** What the user asks of a release. */
export interface ReleaseRequest {
  readonly images: readonly ImageName[];
  readonly tagFormat: TagFormat;
  readonly repository: string;
  readonly branch: string;
  readonly deploy: string;
  readonly mode: "push" | "dry-run";
  readonly skipCi: boolean;
}

/** Why a plan writes or rests. */
interface ReleaseWhy {
  /** Each with those of its images that are released. */
  readonly lifted: readonly Hold[];
  readonly diff?: string;
}

/** Lands a release. A failure of the world is in the result. */
export async function release(
  request: ReleaseRequest,
  ports: ReadPorts,
  policy: LandPolicy,
): Promise<PromoteResult> {
  const startedMs = ports.clock.nowMs();
  const frame = { request, tookMs: () => ports.clock.nowMs() - startedMs };
  const atSeconds = Math.floor(startedMs / 1000);
  const derive = (tip: CommitId) => planRelease(tip, { request, ports, atSeconds });
  return conclude(await land(derive, ports, policy), frame);
}

async function planRelease(
  tip: CommitId,
  about: { request: ReleaseRequest; ports: ReadPorts; atSeconds: number },
): Promise<Plan<ReleaseWhy>> {
  const { request, ports, atSeconds } = about;
  const snapshot = await snapshotAt(tip, { images: [], paths: [] }, ports.remote);
  const { bytes: before, holds: standing } = await snapshot.holds();
  const isAsked = (name: ImageName) => request.images.some((image) => sameImage(image, name));
  const lifted = partsOf(standing, isAsked);
  if (lifted.length === 0) return { kind: "rest", why: { lifted } };
  const after = writeHolds(partsOf(standing, (name) => !isAsked(name)));
  if (request.mode === "dry-run") {
    const diff = replacementDiff(holdsPath, before, after);
    return { kind: "rest", why: { lifted, diff } };
  }
  const message = messageFor(lifted, request);
  const draft = { changes: [{ path: holdsPath, bytes: after }], message, atSeconds };
  return { kind: "write", draft, why: { lifted } };
}

/** Returns holds with some of their images alone. Those that have none of them are left out. */
function partsOf(holds: readonly Hold[], isPart: (name: ImageName) => boolean): readonly Hold[] {
  const parts = holds.map((hold) => ({ ...hold, images: hold.images.filter(isPart) }));
  return parts.filter(({ images }) => images.length > 0);
}

function messageFor(lifted: readonly Hold[], request: ReleaseRequest): string {
  const { deploy, skipCi, tagFormat } = request;
  const names = [...new Set(lifted.flatMap(({ images }) => images.map(printImageName)))];
  return writeMessage({
    ...{ outcome: "released", deploy, skipCi, moves: [] },
    revision: lifted[0]!.through,
    tags: [...new Set(lifted.map(({ through }) => tagOf(tagFormat, through)))],
    reason: `Images: ${names.join(", ")}`,
  });
}

function conclude(landing: Landing<ReleaseWhy>, frame: Frame<ReleaseRequest>): PromoteResult {
  const { why } = landing;
  const lifted = why?.lifted ?? [];
  const [first] = lifted;
  return {
    ...baseOf(frame, "release"),
    // What lifts a hold rests in a dry run alone.
    ...endingOf(landing, () => ended(lifted.length === 0 ? "unchanged" : "would-land")),
    ...(first === undefined ? {} : { revision: first.through }),
    ...traceOf(landing),
    images: lifted.flatMap((hold) => reportImages(hold, frame)),
    holds: lifted.map((hold) => reportHold("lifted", hold)),
    warnings: [],
    ...(why?.diff === undefined ? {} : { diff: why.diff }),
  };
}

function reportImages(hold: Hold, { request }: Frame<ReleaseRequest>): readonly ImageReport[] {
  const tag = tagOf(request.tagFormat, hold.through);
  return hold.images.map((image) => {
    return { image: printImageName(image), tag, outcome: "released", pins: [] };
  });
}
