/** The list of pins for people: image by image, so that one image with two tags is seen at once. */

import type { MentionReport } from "../../core/results/mention.ts";
import { plain } from "../safe-text.ts";
import type { Style } from "../style.ts";
import { mentionLines } from "./mentions.ts";

/** What is printed of a list of pins. */
interface Listed {
  readonly pins: readonly {
    readonly image: string;
    readonly tag: string;
    readonly file: string;
    readonly line: number;
    readonly owner: string;
  }[];
  readonly unpinned: readonly string[];
  readonly mixed: readonly string[];
  readonly mentions: readonly MentionReport[];
}

/** Returns the list as text, with a final newline. */
export function pinsText(listed: Listed, style: Style): string {
  const lines: string[] = [];
  for (const image of new Set(listed.pins.map((pin) => pin.image))) {
    const mixed = listed.mixed.includes(image) ? `  ${style.warn("more than one tag")}` : "";
    lines.push(`${style.bold(image)}${mixed}`);
    for (const pin of listed.pins.filter((row) => row.image === image)) {
      const place = style.dim(`${plain(pin.file)}:${pin.line}  ${plain(pin.owner)}`);
      lines.push(`  ${plain(pin.tag) || "(no tag)"}  ${place}`);
    }
  }
  for (const image of listed.unpinned) {
    lines.push(`${style.bold(image)}  ${style.warn("no manifest names it")}`);
  }
  lines.push(...mentionLines(listed.mentions, style));
  return `${lines.join("\n")}\n`;
}
