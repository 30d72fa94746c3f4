/** The schemas of what commands print that look at files and images, and land nothing. */

import { z } from "zod";
import { image, outcome } from "./landing.ts";
import * as part from "./parts.ts";

const row = part.place.required().extend({
  ...{ image: part.text, tag: part.text, owner: part.text, keyPath: part.text },
  form: z.enum(["reference", "kustomize", "values"]),
});

/** Every place that pins an image. */
export const pins = z.object({
  ...{ version: part.version, command: z.literal("pins"), exit: part.exit },
  tip: part.commitId,
  pins: part.listOf(row),
  unpinned: part.texts.describe("Images that no manifest names."),
  mixed: part.texts.describe("Images that are pinned at more than one tag."),
  mentions: part.mentions,
});

const variables = z.record(part.text, part.text).readonly();

/** Which images need a build. */
export const plan = z.object({
  ...{ version: part.version, command: z.literal("plan"), exit: part.exit },
  ...{ revision: part.revision, tag: part.tag, extraTags: part.listOf(part.tag) },
  images: part.listOf(
    z.object({
      ...{ image: part.text, tag: part.tag, action: z.enum(["build", "retag", "keep"]) },
      ...{ why: part.text, from: part.digest.optional() },
      ...{ context: part.text, dockerfile: part.text, buildArgs: variables, labels: variables },
      ...{ target: part.text.optional(), platform: part.text.optional() },
      platforms: part.texts.optional(),
    }),
  ),
});

/** Which images have a tag now. */
export const retag = z.object({
  ...{ version: part.version, command: z.literal("retag"), exit: part.exit },
  images: part.listOf(
    z.object({
      ...{ image: part.text, tag: part.tag, digest: part.digest },
      outcome: z.enum(["given", "left"]),
      newer: part.revision.optional().describe("The revision that a tag was left at."),
    }),
  ),
});

/** What was written to files. */
export const set = z.object({
  ...{ version: part.version, command: z.literal("set"), exit: part.exit },
  outcome: z.enum(["written", "unchanged"]),
  images: part.listOf(image),
  files: part.texts,
  mentions: part.mentions,
});

/** What a simulated race came to. */
export const race = z.object({
  ...{ version: part.version, command: z.literal("race"), exit: part.exit },
  ...{ seed: z.number(), deployers: part.count, syncs: part.count, rollbacks: part.count },
  ...{ foreign: part.count, shape: part.text, environments: z.literal(true).optional() },
  land: z.literal("pull-request").optional(),
  faults: part.text,
  rounds: part.listOf(
    z.object({
      atMs: part.ms.describe("Since the race began."),
      ...{ winner: part.text, subject: part.text, commit: part.commitId },
    }),
  ),
  runs: part.listOf(
    z.object({
      ...{ name: part.text, command: part.text, revision: part.revision },
      outcome: outcome.or(z.literal("crashed")),
      ...{ code: part.text.optional(), waitedMs: part.ms.optional() },
    }),
  ),
  injected: z.record(part.text, part.count),
  ...{ steps: part.count, schedule: part.text },
  violations: part.listOf(z.object({ law: part.text, message: part.text })),
  replay: part.text.describe("The command that runs exactly this race again."),
});

/** The version of this program. */
export const versionOf = z.object({
  ...{ version: part.version, command: z.literal("version"), exit: part.exit },
  landfall: part.text,
});

/** What init found and wrote. */
export const init = z.object({
  ...{ version: part.version, command: z.literal("init"), exit: part.exit },
  forge: z.enum(["github", "gitlab", "forgejo"]),
  found: z.record(part.text, z.unknown()).describe("What the repository tells of its deploys."),
  files: part.listOf(
    z.object({
      ...{ path: part.text, text: part.text },
      state: z.enum(["new", "written", "kept"]),
    }),
  ),
  next: part.texts.describe("What to run or to do next."),
});

/** An approval that was recorded. */
export const approve = z.object({
  ...{ version: part.version, command: z.literal("approve"), exit: part.exit },
  ...{ environment: part.text, by: part.text, reason: part.text },
  revision: part.revision,
});

/** Where the live page is. */
export const serve = z.object({
  ...{ version: part.version, command: z.literal("serve"), exit: part.exit },
  url: part.text,
});
