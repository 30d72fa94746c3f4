/** What the schemas of results have in common. They only say what is printed. */

import { z } from "zod";
import type { CommitId, Digest, Revision, Tag } from "../../core/ids.ts";
import { type SyncVerdict, syncVerdicts } from "../../core/results/sync.ts";

/** A text with a form of its own. */
function shaped<T extends string>(pattern: RegExp, description: string): z.ZodType<T, T> {
  return z.string().regex(pattern).describe(description) as unknown as z.ZodType<T, T>;
}

export const revision = shaped<Revision>(/^[0-9a-f]{40}$/, "Commit of the source.");
export const commitId = shaped<CommitId>(/^[0-9a-f]{40}$/, "Commit of the manifests branch.");
export const tag = shaped<Tag>(/^\w[\w.-]{0,127}$/, "Tag of an image.");
export const digest = shaped<Digest>(/^sha256:[0-9a-f]{64}$/, "Digest of an image.");
export const count = z.int().min(0);
export const text = z.string();
export const texts = z.array(text).readonly();
/** Milliseconds since the epoch, or of wall time. */
export const ms = z.number();
export const tookMs = ms.describe("Wall time in milliseconds.");
export const exit = z
  .union([z.int().min(0).max(6), z.literal(130)])
  .describe("The command's exit status: 130 when it was interrupted.");
export const version = z.literal(1).describe("Changes when a reader would have to.");

/** What the sync checker says of one image. */
export const syncVerdict = z.enum(syncVerdicts as readonly [SyncVerdict, ...SyncVerdict[]]);

const line = z.int().min(1);

/** A place in a manifest. */
export const place = z.object({
  file: text,
  line: line.exactOptional(),
  column: line.exactOptional(),
});

/** Places that name an image and were not moved. */
export const mentions = z
  .array(
    place.extend({
      image: text.exactOptional(),
      kind: z.enum(["place", "comment", "tag", "unread"]),
      why: text.describe("Why it was not moved."),
      tag: text.exactOptional().describe("The tag, where it is written without the name."),
      text: text.describe("What is written there, cut to one line."),
    }),
  )
  .readonly()
  .optional()
  .describe("Other places that name the images, and were not moved.");

export const failure = z
  .object({
    code: text.describe("To branch on."),
    message: text.describe("Words of servers may be in it."),
    hint: text.describe("What to do about it."),
    place: place.optional(),
  })
  .optional()
  .describe("Why it ended as it did, when that was not the wish.");

/** Returns a list of things. */
export function listOf<T extends z.ZodType>(item: T): z.ZodReadonly<z.ZodArray<T>> {
  return z.array(item).readonly();
}
