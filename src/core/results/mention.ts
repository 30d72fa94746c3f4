/** A place that names an image and was not moved, as people and programs read it. */

import type { Place } from "../failure.ts";
import { type ImageName, printImageName, sameImage } from "../image-ref.ts";
import type { Mention } from "../pins/index.ts";

/** One such place, and why it was not moved. */
export interface MentionReport extends Place {
  /** None where a whole file or folder was passed over, whatever it names. */
  readonly image?: string | undefined;
  readonly kind: Mention["kind"];
  readonly why: string;
  /** The tag, where it is written without the name. */
  readonly tag?: string;
  /** What is written there, cut to one line. */
  readonly text: string;
}

/** Returns the mentions for a result. A tag alone is not news where it is the wanted one. */
export function reportMentions(
  mentions: readonly Mention[],
  targets: readonly { readonly image: ImageName; readonly tag: string }[] = [],
): readonly MentionReport[] {
  const isDone = ({ tag, image }: Mention) =>
    targets.some((to) => image && sameImage(to.image, image) && to.tag === tag);
  return mentions
    .filter((mention) => !isDone(mention))
    .map(({ image, ...mention }) => ({
      ...mention,
      ...(image === undefined ? {} : { image: printImageName(image) }),
    }));
}
