/** The schemas of what `verify`, `status` and `doctor` print. */

import { z } from "zod";
import type { FailureCode } from "../../core/failure.ts";
import { landing } from "./landing.ts";
import * as part from "./parts.ts";

const code = part.text.describe("Why it could not be read.") as unknown as z.ZodType<
  FailureCode,
  FailureCode
>;
const sight = {
  detail: part.text.describe("Words of servers may be in it."),
  hint: part.text.optional(),
  code: code.optional(),
};

/** What a verification came to. */
export const verify = z.object({
  version: part.version,
  command: z.literal("verify"),
  outcome: z.enum(["verified", "failed", "timeout", "unknown"]),
  exit: part.exit,
  ...{ revision: part.revision, tag: part.tag, commit: part.commitId, tookMs: part.tookMs },
  steps: part.listOf(
    z.object({
      name: z.enum(["pins", "argocd", "flux", "rollout", "smoke"]),
      target: part.text,
      state: z.enum(["done", "failed", "waiting", "unreadable", "skipped"]),
      ...sight,
      waitedMs: part.ms,
    }),
  ),
  rollback: landing.optional().describe("The rollback that followed, by onFailedVerify."),
});

const cell = z.object({
  state: z.enum(["same", "differs", "unreadable"]),
  text: part.text,
  detail: part.text.optional(),
  code: code.optional(),
});

const seen = { state: z.enum(["done", "failed", "waiting", "unreadable"]), ...sight };

const container = z.object({
  ...{ container: part.text, image: part.text, running: part.texts },
  digests: part.listOf(part.digest),
});

const application = z.object({
  ...{ app: part.text, ...seen, revisions: part.texts },
  ...{ sync: part.text.exactOptional(), health: part.text.exactOptional() },
});

/** How everything stood. */
export const status = z.object({
  version: part.version,
  command: z.literal("status"),
  environment: part.text.optional(),
  exit: part.exit,
  ...{ repository: part.text, branch: part.text, tip: part.commitId },
  images: part.listOf(
    z.object({
      image: part.text,
      git: z.object({ tag: part.tag, revision: part.revision.optional() }),
      sync: z
        .object({ verdict: part.syncVerdict, detail: part.text, hint: part.text.optional() })
        .optional()
        .describe("What the sync checker says of the pins, where no revision was asked for."),
      registry: cell.extend({ digest: part.digest.optional() }),
      pins: cell,
      argocd: cell.optional(),
      flux: cell.optional(),
      cluster: cell.optional(),
    }),
  ),
  argocd: application.optional().describe("The first that is not well, else the first."),
  applications: part.listOf(application).optional(),
  flux: part
    .listOf(
      z.object({
        ...{ object: part.text, namespace: part.text, context: part.text.optional() },
        ...{ ...seen, applied: part.text },
      }),
    )
    .optional(),
  workloads: part.listOf(
    z.object({
      ...{ workload: part.text, namespace: part.text, context: part.text.optional(), ...seen },
      containers: part.listOf(container),
    }),
  ),
});

/** What an examination found. */
export const doctor = z.object({
  version: part.version,
  command: z.literal("doctor"),
  exit: part.exit,
  checks: part.listOf(
    z.object({
      name: part.text,
      state: z.enum(["ok", "warn", "fail", "skipped"]),
      detail: part.text,
      remedy: part.text.optional(),
      code: code.optional(),
    }),
  ),
  mentions: part.mentions,
});
