/** Builds, labels and publishes the images that the command line has planned. */

import type { Container, Directory } from "@dagger.io/dagger";
import { type Access, run } from "./tool.js";

/** One image of `landfall plan --json`. */
export interface PlannedImage {
  readonly image: string;
  readonly tag: string;
  readonly action: "build" | "retag" | "keep";
  /** Digest of what is published already. A build has none. */
  readonly from?: string;
  readonly context: string;
  readonly dockerfile: string;
  readonly buildArgs: Record<string, string>;
  readonly platform?: string;
  readonly labels: Record<string, string>;
}

/** What `landfall plan --json` prints. */
export interface BuildPlan {
  readonly revision: string;
  readonly tag: string;
  readonly extraTags: readonly string[];
  readonly images: readonly PlannedImage[];
  /** Whether the settings say what to verify after a landing. */
  readonly verify: boolean;
}

/** What publishing works with. */
export interface Publishing {
  /** The tool container at the source. */
  readonly at: Container;
  readonly access: Access;
  /** Words that name the settings file, when it is not the usual one. */
  readonly settings: readonly string[];
}

/** How many lines of a failed build are shown. */
const lastLines = 20;

/** Returns an image's container, labelled. Nothing is built before it is asked for something. */
export function buildImage(source: Directory, image: PlannedImage): Container {
  const built = source.directory(image.context).dockerBuild({
    dockerfile: image.dockerfile,
    buildArgs: Object.entries(image.buildArgs).map(([name, value]) => ({ name, value })),
    ...(image.platform ? { platform: image.platform as never } : {}),
  });
  return Object.entries(image.labels).reduce(
    (labelled, [name, value]) => labelled.withLabel(name, value),
    built,
  );
}

/**
 * Publishes all images of a plan side by side and returns their references with digests. Every
 * build is finished before the first image is published, and one that fails stops all.
 */
export async function publishImages(
  plan: BuildPlan,
  source: Directory,
  how: Publishing,
): Promise<string[]> {
  const builds = new Map<PlannedImage, Container>();
  for (const image of plan.images) {
    if (image.action === "build") builds.set(image, buildImage(source, image));
  }
  await Promise.all([...builds].map(([image, built]) => naming(image, () => built.sync())));
  return Promise.all(
    plan.images.map((image) => {
      const built = builds.get(image);
      if (built) return naming(image, () => publishOne(image, built, how.access));
      return giveTag(image, how);
    }),
  );
}

function publishOne(image: PlannedImage, built: Container, access: Access): Promise<string> {
  const { registryUsername, registryPassword, registryService } = access;
  const address = `${image.image}:${image.tag}`;
  const host = hostOf(image.image);
  const known =
    registryPassword === undefined
      ? built
      : built.withRegistryAuth(host, registryUsername ?? "landfall", registryPassword);
  return known.publish(address, registryService ? { registryService } : {});
}

/** Gives what is published already the tag, at the same digest. What has the tag keeps it. */
async function giveTag(
  { action, image, tag, from }: PlannedImage,
  { at, settings }: Publishing,
): Promise<string> {
  if (action === "retag") await run(at, ["retag", `${image}=${from}`, "--to", tag, ...settings]);
  return `${image}:${tag}@${from}`;
}

/**
 * Gives the plan's images its further tags, at the same digests, and returns what it came to. A tag
 * of a release is this revision's, whatever had it; any other is left where it is of a newer one.
 */
export async function giveExtraTags(
  plan: BuildPlan,
  { at, settings }: Publishing,
  { ref, words }: { readonly ref: string | undefined; readonly words: readonly string[] },
): Promise<string> {
  if (plan.extraTags.length === 0) return "";
  const images = plan.images.map(({ image, tag }) => `${image}=${tag}`);
  const tags = plan.extraTags.flatMap((tag) => ["--to", tag]);
  const guard = isRelease(ref) ? [] : ["--revision", plan.revision];
  return run(at, ["retag", ...images, ...tags, ...guard, ...settings, ...words]);
}

/** Returns whether CI runs for a tag: for a release, that is. */
export function isRelease(ref: string | undefined): boolean {
  return ref?.startsWith("refs/tags/") ?? false;
}

/** Returns the registry of an image's name, by Docker's rule. */
function hostOf(name: string): string {
  const first = name.split("/")[0] ?? "";
  const isHost = name.includes("/") && (/[.:]/.test(first) || first === "localhost");
  return isHost ? first : "docker.io";
}

/** Runs a step, and says of which image it was when it fails, with the end of what it printed. */
async function naming<T>(image: PlannedImage, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const shown = `${image.image}:${image.tag}`;
    throw new Error(`Cannot publish "${shown}": nothing was promoted.\n${endOf(error)}`);
  }
}

/** An exec's error carries its output; the engine's class for it cannot be imported in 0.21. */
function endOf(error: unknown): string {
  const { stderr, stdout, message } = error as Partial<Record<string, string>>;
  const text = [message, stdout, stderr].filter((part) => part).join("\n");
  return text.trimEnd().split("\n").slice(-lastLines).join("\n");
}
