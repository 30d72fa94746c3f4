/** The schema of what `audit` prints. */

import { z } from "zod";
import { type DeployFate, fates } from "../../core/results/audit.ts";
import * as part from "./parts.ts";

const fate = z.enum(fates as readonly [DeployFate, ...DeployFate[]]);
const change = { image: part.text, from: part.text, to: part.text };

const commit = z.object({
  revision: part.revision,
  ...{ subject: part.text, author: part.text, atMs: part.ms },
  fate,
  by: part.commitId.optional().describe("The deploy commit that landed it, or took it out."),
  lagMs: part.ms.optional().describe("From its date to that of the deploy commit."),
});

const deploy = z.object({
  commit: part.commitId,
  ...{ subject: part.text, author: part.text, atMs: part.ms },
  kind: z.enum(["deploy", "recovery", "rollback", "release", "superseded", "by-hand"]),
  revision: part.revision.optional(),
  moves: part.listOf(z.object({ file: part.text, ...change })),
});

const leftBehind = z.object({
  ...{ file: part.text, line: part.count, image: part.text, tag: part.text },
  deploys: part.count.describe("How many deploys of this image went past it."),
  sinceMs: part.ms,
  fromTheStart: z.boolean(),
  goneMs: part.ms.optional(),
});

/** What an audit found. */
export const audit = z.object({
  version: part.version,
  command: z.literal("audit"),
  environment: part.text.optional(),
  exit: part.exit,
  ...{ repository: part.text, branch: part.text, source: part.text },
  ...{ sinceMs: part.ms, asOfMs: part.ms },
  counts: z.record(fate, part.count),
  commits: part.listOf(commit).describe("Newest first."),
  deploys: part.listOf(deploy).describe("Newest first."),
  inversions: part.listOf(z.object({ commit: part.commitId, atMs: part.ms, ...change })),
  leftBehind: part.listOf(leftBehind),
  strict: z.literal(true).optional().describe("Deploys by hand are findings too."),
  mentions: part.mentions,
  warnings: part.texts,
  failure: part.failure,
});
