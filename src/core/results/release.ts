/** A release's landing, told as the result that people and programs read. */

import { printImageName } from "../image-ref.ts";
import type { RevisionHold } from "../landing/hold.ts";
import type { Landing } from "../landing/landing.ts";
import { nameOf, type TagFormat } from "../tag-format.ts";
import { baseOf, diffIn, ended, endingOf, type Frame, reportHold, traceOf } from "./landing.ts";
import type { ImageReport, PromoteResult } from "./promote.ts";

/** What a conclusion needs of the tip that the plan was made for. */
export interface ReleaseBasis {
  readonly lifted: readonly RevisionHold[];
  /** The change that a dry run would push. */
  readonly diff?: string | undefined;
}

/** Returns the result that a release came to. */
export function concludeRelease(
  landing: Landing<ReleaseBasis>,
  tagFormat: TagFormat,
  frame: Frame,
): PromoteResult {
  const lifted = landing.why?.lifted ?? [];
  const [first] = lifted;
  return {
    ...baseOf(frame, "release"),
    // What lifts a hold rests in a dry run alone.
    ...endingOf(landing, () => ended(lifted.length === 0 ? "unchanged" : "would-land")),
    ...(first && { revision: first.through }),
    ...traceOf(landing),
    images: lifted.flatMap((hold) => reportImages(hold, tagFormat)),
    holds: lifted.map((hold) => reportHold("lifted", hold)),
    warnings: [],
    ...diffIn(landing),
  };
}

function reportImages(
  { images, through }: RevisionHold,
  tagFormat: TagFormat,
): readonly ImageReport[] {
  const tag = nameOf(tagFormat, through);
  return images.map((image) => {
    return { image: printImageName(image), tag, outcome: "released", pins: [] };
  });
}
