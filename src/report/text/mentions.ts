/** The places that name an image and were not moved, for people. */

import { printPlace } from "../../core/failure.ts";
import type { MentionReport } from "../../core/results/mention.ts";
import { plain } from "../safe-text.ts";
import type { Style } from "../style.ts";

/** Returns a line for each, under what was moved. */
export function mentionLines(mentions: readonly MentionReport[], style: Style): readonly string[] {
  return mentions.map((mention) => mentionLine(mention, style));
}

/** Returns one of the lines. */
export function mentionLine({ kind, why, image, ...at }: MentionReport, style: Style): string {
  const head = kind === "comment" ? style.dim("not moved") : style.warn("not moved");
  const name = image === undefined ? "" : `${plain(image)} `;
  return `  ${head}    ${style.dim(plain(printPlace(at)))}  ${name}${plain(why)}`;
}
