/** The schemas of what `promote`, `rollback`, `release` and `sync` print. */

import { z } from "zod";
import { imageOutcomes } from "../../core/results/promote.ts";
import * as part from "./parts.ts";

/** How a landing ended. */
export const outcome = z.enum([
  ...(["landed", "unchanged", "superseded", "held"] as const),
  ...(["refused", "failed", "unknown", "proposed", "would-land"] as const),
]);

const request = z
  .object({ number: part.count, url: part.text })
  .optional()
  .describe("The request on the forge that it went through.");

/** What became of one image. */
export const image = z.object({
  image: part.text,
  tag: part.tag,
  digest: part.digest.optional(),
  outcome: z.enum(imageOutcomes),
  pins: part.listOf(part.place.extend({ from: part.text, to: part.text })),
});

const hold = z.object({
  change: z.enum(["set", "lifted"]),
  images: part.texts.optional(),
  through: part.revision.optional(),
  freeze: z.literal(true).optional(),
  environment: part.text.optional(),
  paths: part.texts.optional(),
  ...{ reason: part.text, by: part.text, at: part.text },
  until: part.text.optional(),
});

/** What a landing came to. */
export const landing = z.object({
  version: part.version,
  command: z.enum(["promote", "sync", "rollback", "release", "freeze", "thaw"]),
  environment: part.text.optional(),
  outcome,
  exit: part.exit,
  deploy: part.text,
  revision: part.revision.optional(),
  ...{ repository: part.text, branch: part.text },
  ...{ commit: part.commitId.optional(), tip: part.commitId.optional() },
  request,
  ...{ attempts: part.count, tookMs: part.tookMs },
  images: part.listOf(image),
  holds: part.listOf(hold).optional(),
  mentions: part.mentions,
  warnings: part.texts,
  failure: part.failure,
  diff: part.text.optional().describe("What a dry run would push."),
});

const synced = z.object({
  image: part.text,
  verdict: part.syncVerdict,
  detail: part.text,
  hint: part.text.optional(),
  wanted: z
    .object({ tag: part.tag, revision: part.revision, digest: part.digest.exactOptional() })
    .exactOptional(),
  pins: part.listOf(part.place.extend({ tag: part.text })),
  gap: z.object({ sinceMs: part.ms, commits: part.count }).optional(),
  fixed: z.boolean(),
});

/** What a run of the checker found and did. */
export const sync = z.object({
  version: part.version,
  command: z.literal("sync"),
  verdict: part.syncVerdict.describe("The worst verdict found, before any repair."),
  outcome: outcome.optional().describe("What the repair came to, where one was tried."),
  exit: part.exit,
  ...{ deploy: part.text, repository: part.text, branch: part.text, source: part.text },
  ...{ atMs: part.ms, tookMs: part.tookMs, attempts: part.count },
  ...{ tip: part.commitId.optional(), commit: part.commitId.optional(), request },
  images: part.listOf(synced),
  mentions: part.mentions,
  warnings: part.texts,
  failure: part.failure,
  diff: part.text.optional().describe("What a dry run would push."),
});
