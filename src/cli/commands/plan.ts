/** `landfall plan`: which images of a revision need a build, a further tag, or nothing. */

import { asTag, type Tag } from "../../core/ids.ts";
import { plain } from "../../report/safe-text.ts";
import { parseAskedImage, settingsFrom } from "../../settings/options.ts";
import { usageError } from "../../settings/process.ts";
import type { BuildPlan } from "../../usecases/build-plan.ts";
import { openPorts } from "../../wiring/index.ts";
import { command } from "../command.ts";
import { type FlagsOf, list, manifests, output, tagFormat, text, toggle } from "../flags.ts";
import { printResult, progressFor } from "../output.ts";

const flags = {
  revision: text(
    "--revision <sha>",
    "commit, branch or tag of the source to build (default: HEAD)",
    { env: "LANDFALL_REVISION" },
  ),
  image: list("--image <name>", "image to plan, instead of all in the file"),
  ...tagFormat,
  rebuild: toggle("--rebuild", "build every image, even if it is published"),
  ref: text("--ref <ref>", "ref that CI runs for: decides on further tags", { env: "GITHUB_REF" }),
  defaultBranch: text("--default-branch <name>", "branch that gets extraTags (default: main)"),
  ...manifests,
  ...output,
};

type PlanFlags = FlagsOf<typeof flags>;

export default command({
  description: "Plan a revision's images: build, give a published one the tag, or nothing.",
  examples: [
    ['landfall plan --revision "$(git rev-parse HEAD)"', "what CI has to build for this commit"],
    ["landfall plan --revision 1a2b3c4 --rebuild --json", "build all of them; one JSON object"],
  ],
  flags,
  async run(flags, io) {
    const settings = await settingsFrom(flags, io);
    const wanted = new Set(flags.image?.map((name) => JSON.stringify(parseAskedImage(name).image)));
    const recipes = (settings.config?.images ?? [])
      .map(({ name, context = ".", dockerfile = "Dockerfile", buildArgs = {}, ...rest }) => ({
        ...{ image: parseAskedImage(name).image, context, dockerfile, buildArgs },
        ...{ target: rest.target, platform: rest.platform, platforms: rest.platforms },
        paths: rest.paths,
      }))
      .filter(({ image }) => wanted.size === 0 || wanted.has(JSON.stringify(image)));
    if (recipes.length === 0) {
      throw usageError(
        "Cannot plan: landfall.yaml lists no such image",
        "List the images with their contexts under images in landfall.yaml.",
      );
    }
    const ports = await openPorts(settings, {
      io,
      progress: progressFor(flags, io),
      registry: true,
    });
    const { planBuild } = await import("../../usecases/build-plan.ts");
    try {
      const { history, registry } = ports;
      if (registry === undefined) throw new Error("no registry was opened");
      const plan = await planBuild(
        {
          ...{ revision: flags.revision ?? "HEAD", tagFormat: settings.tagFormat, recipes },
          ...{ paths: settings.paths, source: ports.repository },
          extraTags: extraTags(flags, settings.config?.extraTags ?? []),
          rebuild: flags.rebuild ? "all" : "changed",
        },
        { remote: ports.remote, history, registry },
      );
      // What builds by this plan lands next, and learns here whether to watch what has landed.
      const told = { ...plan, verify: settings.config?.verify !== undefined };
      printResult(told, () => planText(plan), { ...flags, io });
      return plan.exit;
    } finally {
      await ports.close();
    }
  },
});

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
