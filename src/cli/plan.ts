/** `landfall plan`: which images of a revision need a build, a further tag, or nothing. */

import { asTag, type Tag } from "../core/ids.ts";
import { plain } from "../report/safe-text.ts";
import { type ManifestFlags, parseAskedImage, settingsFrom } from "../settings/options.ts";
import { type Process, usageError } from "../settings/process.ts";
import type { BuildPlan } from "../usecases/build-plan.ts";
import { openPorts } from "../wiring/index.ts";
import { printResult, progressFor } from "./output.ts";

/** The flags of `plan`. */
export interface PlanFlags extends ManifestFlags {
  readonly revision?: string;
  readonly rebuild?: boolean;
  /** The ref that CI runs for, `refs/heads/…` or `refs/tags/…`. */
  readonly ref?: string;
  readonly defaultBranch?: string;
}

/** Runs the command and returns its exit status. */
export async function runPlan(flags: PlanFlags, io: Process): Promise<number> {
  if (flags.revision === undefined) {
    throw usageError(
      "Cannot plan: no revision is given",
      "Name a commit of the source: --revision SHA.",
    );
  }
  const settings = await settingsFrom(flags, io);
  const wanted = new Set(flags.image?.map((name) => JSON.stringify(parseAskedImage(name).image)));
  const recipes = (settings.config?.images ?? [])
    .map(({ name, context = ".", dockerfile = "Dockerfile", buildArgs = {}, ...rest }) => ({
      ...{ image: parseAskedImage(name).image, context, dockerfile, buildArgs },
      ...{ platform: rest.platform, paths: rest.paths },
    }))
    .filter(({ image }) => wanted.size === 0 || wanted.has(JSON.stringify(image)));
  if (recipes.length === 0) {
    throw usageError(
      "Cannot plan: landfall.yaml lists no such image",
      "List the images with their contexts under images in landfall.yaml.",
    );
  }
  const ports = await openPorts(settings, { io, progress: progressFor(flags, io), registry: true });
  const { planBuild } = await import("../usecases/build-plan.ts");
  try {
    const { history, registry } = ports;
    if (registry === undefined) throw new Error("no registry was opened");
    const plan = await planBuild(
      {
        ...{ revision: flags.revision, tagFormat: settings.tagFormat, recipes },
        ...{ paths: settings.paths, source: ports.repository },
        extraTags: extraTags(flags, settings.config?.extraTags ?? []),
        rebuild: flags.rebuild ? "all" : "changed",
      },
      { remote: ports.remote, history, tree: history, registry },
    );
    // Whoever builds by this plan lands next, and is told here whether to watch what has landed.
    const told = { ...plan, verify: settings.config?.verify !== undefined };
    printResult(told, () => planText(plan), { ...flags, io });
    return plan.exit;
  } finally {
    await ports.close();
  }
}

/** On the default branch the configured ones; on a release tag `v…` that tag; elsewhere none. */
function extraTags({ ref, defaultBranch }: PlanFlags, configured: readonly string[]): Tag[] {
  const release = /^refs\/tags\/(v.*)$/.exec(ref ?? "")?.[1];
  const names = release === undefined ? configured : [release];
  const isWanted = release !== undefined || ref === `refs/heads/${defaultBranch ?? "main"}`;
  return isWanted ? names.map(asTag).filter((tag) => tag !== undefined) : [];
}

function planText(plan: BuildPlan): string {
  const lines = plan.images.map(
    ({ action, image, tag, why }) => `${action.padEnd(6)}  ${image}:${tag}  ${plain(why)}`,
  );
  return `${lines.join("\n")}\n`;
}
