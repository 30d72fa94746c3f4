/** Notices that results of several commands have in common. */

import { printPlace } from "../../core/failure.ts";
import type { MentionReport } from "../../core/results/mention.ts";
import type { FailureReport } from "../../core/results/promote.ts";
import type { Notice, ReportTable } from "./model.ts";

/** Returns the places that were not moved, as a table. */
export function mentionTable(mentions: readonly MentionReport[] = []): ReportTable {
  return {
    title: "Not moved",
    heads: ["Place", "Image", "Why"],
    rows: mentions.map((at) => [printPlace(at), at.image ?? "", at.why]),
  };
}

/** Returns the places that were not moved, each on its own line of its file. */
export function mentionNotices(mentions: readonly MentionReport[] = []): readonly Notice[] {
  return mentions.map(({ kind, why, image, file, line, column }) => ({
    level: kind === "comment" ? "notice" : "warning",
    title: "Not moved",
    message: `${image === undefined ? "" : `${image} `}${why}`,
    place: { file, ...(line && { line }), ...(column && { column }) },
  }));
}

/** Returns the failure and the warnings of a result. `title` says of what. */
export function failureNotices(
  title: string,
  told: { readonly failure?: FailureReport | undefined; readonly warnings: readonly string[] },
): readonly Notice[] {
  const { failure, warnings } = told;
  const failed: readonly Notice[] =
    failure === undefined
      ? []
      : [
          {
            ...{ level: "error", title: `${title}: ${failure.code}`, message: failure.message },
            ...{ hint: failure.hint, place: failure.place },
          },
        ];
  const warned = warnings.map((message): Notice => ({ level: "warning", title, message }));
  return [...failed, ...warned];
}
