/** The shape of landfall.yaml: its keys, what each takes, and what editors say of them. */

import { z } from "zod";
import { defaults } from "../core/defaults.ts";
import { forgeKinds } from "../core/forge/forge.ts";
import { parseImageName, printImageName } from "../core/image-ref.ts";
import { forge, land } from "./config-land.ts";
import { manifestRules } from "./config-rules.ts";
import * as value from "./config-values.ts";
import { optional } from "./config-values.ts";
import { verify } from "./config-verify.ts";

const image = z.strictObject({
  name: value.imageName.describe("The image's name, without a tag."),
  context: optional(value.path, "Directory that is sent to the build. Default: the root."),
  dockerfile: optional(value.path, "Dockerfile, below the context. Default: Dockerfile."),
  buildArgs: optional(
    z.record(z.string(), z.string()),
    "Build arguments. {tag} and {revision} are filled in. No secrets: the image shows them.",
  ),
  target: optional(value.text, "Stage of the Dockerfile to build. Default: the last one."),
  platform: optional(value.platform, "Platform to build for. Default: the engine's own."),
  platforms: optional(
    value.listOf(value.platform),
    "Platforms to build for, published as one image. Instead of platform.",
  ),
  paths: optional(
    value.listOf(value.path),
    "Source paths whose changes rebuild the image. Default: every change does.",
  ),
});

const manifests = z.strictObject({
  repository: optional(
    value.repository,
    "Repository with the manifests, URL or path. Default: the source's own.",
  ),
  branch: optional(value.branch, "Branch with the manifests.", defaults.branch),
  paths: optional(
    value.listOf(value.path),
    "Files and directories with manifests, from the root of the repository.",
  ),
});

const source = z.strictObject({
  repository: optional(value.repository, "Path or URL.", defaults.source),
  branch: optional(value.branch, "Branch that is deployed. Default: the default branch."),
});

const sync = z.strictObject({
  lookback: optional(
    value.positive,
    "How many commits of the source to look back.",
    defaults.sync.lookback,
  ),
  grace: optional(
    value.duration,
    "How old a revision must be before a missing deploy counts as lost.",
    defaults.sync.grace,
  ),
});

const audit = z.strictObject({
  pattern: optional(
    value.regularExpression,
    "What the subjects of deploy commits from before Landfall match.",
    defaults.audit.pattern,
  ),
  since: optional(value.duration, "How far to look back.", defaults.audit.since),
  behind: optional(
    value.positive,
    "After how many deploys a pin that did not move has stayed behind.",
    defaults.audit.behind,
  ),
});

const freezeWindow = z.strictObject({
  from: optional(value.date, "When it begins, RFC 3339 or a date: its first moment."),
  to: optional(value.date, "When it ends, as from."),
  cron: optional(value.cron, "When it begins, again and again: minute hour day month weekday."),
  lasts: optional(value.duration, "How long it lasts each time that cron begins it."),
  timezone: optional(
    value.timezone,
    "Time zone of cron, and of dates without one, such as Europe/Berlin.",
    "UTC",
  ),
  reason: value.text.describe("Why, for the people who are told to wait."),
});

const freezes = z.array(
  freezeWindow
    .superRefine(({ from, to, cron, lasts }, context) => {
      const isSpan = from !== undefined && to !== undefined && (cron ?? lasts) === undefined;
      const isRepeated = cron !== undefined && lasts !== undefined && (from ?? to) === undefined;
      if (isSpan || isRepeated) return;
      context.addIssue({ code: "custom", message: "Give from and to, or cron and lasts." });
    })
    .transform(({ from, to, ...window }) => {
      const moment = (text = "") => value.momentOf(text, window.timezone ?? "UTC");
      const isSpan = from !== undefined && to !== undefined;
      return isSpan ? { ...window, fromMs: moment(from), toMs: moment(to) } : window;
    })
    .superRefine((window, context) => {
      if (!("fromMs" in window) || window.fromMs < window.toMs) return;
      context.addIssue({ code: "custom", message: "It ends before it begins." });
    }),
);

const after = z.strictObject({
  environment: value.text.describe("Environment that a revision must have landed in first."),
  verified: optional(z.boolean(), "Whether it must have been verified there.", false),
  soak: optional(value.duration, "How long ago that must have been, at the least."),
});

const environment = z.strictObject({
  manifests: optional(manifests, "Where its manifests are."),
  images: optional(
    value.listOf(value.imageName),
    "Those of the images that it has. Default: all of them.",
  ),
  tag: optional(value.tagFormat, "How a tag is made from a revision, if not as elsewhere."),
  source: optional(
    z.strictObject({ branch: optional(value.branch, "Branch that it is deployed from.") }),
    "What it is deployed from, if not the default branch.",
  ),
  superseded: optional(z.enum(["record", "skip"]), "As superseded, for this environment."),
  land: optional(land, "As land, for this environment."),
  unchanged: optional(z.enum(["leave", "move"]), "As unchanged, for this environment."),
  sync: optional(
    sync.extend({
      lands: optional(
        z.enum(["published", "attempted"]),
        "What the checker may land by itself: all that is published, or what a promotion tried.",
        "published",
      ),
    }),
    "The checker, for this environment.",
  ),
  verify: optional(verify, "What proves that a deploy runs there."),
  after: optional(
    z.union([
      value.text.transform((name): z.output<typeof after> => ({ environment: name })),
      after,
    ]),
    "What a revision must have behind it before it may land here.",
  ),
  approve: optional(z.boolean(), "Whether a person must approve a revision first.", false),
  freeze: optional(freezes, "When nothing new lands here."),
  onFailedVerify: optional(
    z.enum(["nothing", "rollback"]),
    "What follows when verify finds that a deploy does not run.",
    "nothing",
  ),
});

const identity = z.strictObject({
  name: value.text.describe("Name, for example of a bot."),
  email: value.text.describe("Address."),
});

/** landfall.yaml. Every key is optional: flags can say all that a promotion needs. */
export const settingsSchema = z.strictObject({
  tag: optional(
    value.tagFormat,
    "How a tag is made from a revision: text with one {revision:N}, N from 7 to 40, or with {release}, the name of its newest git tag.",
    defaults.tag,
  ),
  images: optional(
    value.listOf(image).superRefine(refuseTwins),
    "The images that are built from this source.",
  ),
  extraTags: optional(
    z.array(value.tag),
    "Further tags of images that are published from the default branch.",
  ),
  manifests: optional(manifests, "Where the manifests are."),
  source: optional(
    z.union([value.repository, source], "Write a path or URL, or `branch` and `repository`."),
    "Source repository.",
    defaults.source,
  ),
  ...manifestRules,
  superseded: optional(
    z.enum(["record", "skip"]),
    "Whether a superseded revision leaves an empty commit that says so, or none. Default: it does if the manifests are in the source's own repository.",
  ),
  land: optional(land, "By which door a change reaches the branch."),
  together: optional(
    z.enum(["auto", "open", "off"]),
    "Whether deploys that lost a race land together. `auto`: where LANDFALL_TOGETHER_KEY is given. `open`: also without it, where whoever may push refs may push to the branch.",
    defaults.together,
  ),
  forge: optional(
    z.union([z.enum(forgeKinds).transform((kind): z.output<typeof forge> => ({ kind })), forge]),
    "The forge that the repository with the manifests is on: its kind, or `kind` and `api`.",
  ),
  unchanged: optional(
    z.enum(["leave", "move"]),
    "What a promotion does with an image of which none of its paths changed since what is pinned: leave it, so that nothing restarts, or move it.",
    "leave",
  ),
  ca: optional(value.text, "File with authorities to trust besides the usual, everywhere: PEM."),
  skipCi: optional(
    z.boolean(),
    "Whether deploy commits say [skip ci]. Left out, they do, but not in pull requests, nor where images are named after releases ({release}): for a tag on such a commit no workflow would start.",
  ),
  identity: optional(identity, "Author and committer of the deploy commits.", defaults.identity),
  signing: optional(
    value.signing,
    "How deploy commits are signed. Default: not, unless a key is given.",
  ),
  registries: optional(
    z.record(value.registryHost, value.registry),
    "What is special about registries, by host and port.",
  ),
  insecureRegistries: optional(
    z.array(value.registryHost),
    "Registries, host and port, to speak plain http to. This machine needs no entry.",
  ),
  environments: optional(
    z.record(value.environmentName, environment),
    "Places to deploy to, by name. What one of them does not say is as at the top of the file.",
  ),
  freeze: optional(freezes, "When nothing new lands."),
  sync: optional(sync, "The checker that finds and repairs lost deploys."),
  audit: optional(audit, "The ledger of which commits reached production."),
  verify: optional(verify, "What proves that a deploy runs."),
});

/** The settings file, checked. Durations are in milliseconds; paths are plain. */
export type Config = z.output<typeof settingsSchema>;
/** One environment of the settings file. */
export type EnvironmentConfig = z.output<typeof environment>;
/** One freeze that the settings order. */
export type FreezeWindow = z.output<typeof freezes>[number];

/** Two entries of one image would ask for two builds of it, however its name is written. */
function refuseTwins(images: readonly { name: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [at, { name }] of images.entries()) {
    const parsed = parseImageName(name);
    const key = parsed === undefined ? name : printImageName(parsed);
    if (seen.has(key)) {
      const message = `"${key}" is listed above. Keep one of the two.`;
      context.addIssue({ code: "custom", path: [at, "name"], message });
    }
    seen.add(key);
  }
}
