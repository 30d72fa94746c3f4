/** What `landfall set` did, for people. */

import type { MentionReport } from "../../core/results/mention.ts";
import type { ImageReport } from "../../core/results/promote.ts";
import type { Style } from "../style.ts";
import { mentionLines } from "./mentions.ts";
import { imageLines } from "./promote.ts";

/** Returns the result as text, with a final newline. */
export function setText(
  result: {
    readonly outcome: string;
    readonly images: readonly ImageReport[];
    readonly files: readonly string[];
    readonly mentions: readonly MentionReport[];
  },
  style: Style,
): string {
  const count = result.files.length === 1 ? "1 file" : `${result.files.length} files`;
  const head = `${style.bold(style.good(result.outcome))}  ${count}`;
  const images = result.images.flatMap((image) => imageLines(image, style));
  return `${[head, ...images, ...mentionLines(result.mentions, style)].join("\n")}\n`;
}
