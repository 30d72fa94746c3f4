/** The images of a commit as the command line has planned them: built, labelled, published. */

import {
  type Container,
  type Directory,
  dag,
  func,
  object,
  type Platform,
  type Secret,
  type Service,
} from "@dagger.io/dagger";
import { type Ran, type Run, run } from "./tool.js";

/** One image of `landfall plan`. */
export interface PlannedImage {
  readonly image: string;
  readonly tag: string;
  readonly action: "build" | "retag" | "keep";
  /** Digest of what is published already. A build has none. */
  readonly from?: string;
  readonly context: string;
  readonly dockerfile: string;
  readonly buildArgs: Record<string, string>;
  readonly target?: string;
  readonly platform?: string;
  /** Platforms of one image, instead of one platform. */
  readonly platforms?: readonly string[];
  readonly labels: Record<string, string>;
}

/** What `landfall plan` says. */
export interface BuildPlan {
  readonly revision: string;
  readonly tag: string;
  readonly extraTags: readonly string[];
  /** Whether the further tag is a release's own. */
  readonly isRelease: boolean;
  readonly images: readonly PlannedImage[];
  /** Whether the settings say what to verify after a landing. */
  readonly verify: boolean;
}

/** How many lines of a failed build are shown. */
const lastLines = 20;

/** One image of a commit. */
@object()
export class BuiltImage {
  /** Its name, without a tag. */
  @func() readonly name: string = "";
  /** The commit's tag. */
  @func() readonly tag: string = "";
  /** What publishing does: build it, retag what is published, or keep it. */
  @func() readonly action: string = "";
  /** The digest of what is published already; empty where it is to be built. */
  @func() readonly digest: string = "";
  /** The container, built when it is asked for something: run it, look into it, export it. */
  @func() readonly container!: Container;
}

/** The images of a commit, to be looked at, built or published. */
@object()
export class Images {
  /** What each image needs, and why, for people. */
  @func() readonly text: string = "";
  /** The plan as one JSON object. */
  @func() readonly json: string = "";
  /** The tool container at the source. */
  readonly tool!: Container;
  /** The files of the plan's commit. */
  readonly tree!: Directory;
  /** Words for every command: which settings file and environments are meant. */
  readonly words!: string[];
  readonly registryUsername?: string;
  readonly registryPassword?: Secret;
  readonly registryService?: Service;

  get plan(): BuildPlan {
    return JSON.parse(this.json) as BuildPlan;
  }

  /** Returns those that are meant: by name, or by a word of it. Without any, all. */
  only(names: readonly string[]): Images {
    const { plan } = this;
    const isMeant = ({ image }: PlannedImage, name: string) =>
      image === name || image.split(/[/:-]/).includes(name);
    const unknown = names.find((name) => !plan.images.some((image) => isMeant(image, name)));
    if (unknown !== undefined) {
      const known = plan.images.map(({ image }) => image).join(", ");
      throw new Error(`Cannot find the image "${unknown}": landfall.yaml has ${known}`);
    }
    const images = plan.images.filter((image) => names.some((name) => isMeant(image, name)));
    const lines = this.text.split("\n");
    const told = lines.filter((line) => images.some(({ image }) => line.includes(`${image}:`)));
    const chosen = { text: `${told.join("\n")}\n`, json: JSON.stringify({ ...plan, images }) };
    return names.length === 0 ? this : Object.assign(new Images(), { ...this, ...chosen });
  }

  /** Each image, with its container. */
  @func()
  list(): BuiltImage[] {
    return this.plan.images.map((image) =>
      Object.assign(new BuiltImage(), {
        ...{ name: image.image, tag: image.tag, action: image.action, digest: image.from ?? "" },
        container: buildImage(this.tree, image),
      }),
    );
  }

  /**
   * Publishes them and returns their references with digests, and then their further tags.
   *
   * One image that fails to build stops all before the first is published. A further tag that a
   * newer revision has by now is left there.
   */
  @func({ cache: "never" })
  async publish(): Promise<string> {
    const published = await publishImages(this);
    const tagged = await giveExtraTags(this, { words: [], anyOutcome: false });
    return `${published.join("\n")}\n${tagged?.text ?? ""}`;
  }
}

/** Returns an image's container for one platform, labelled. It is built when it is asked. */
function buildImage(
  tree: Directory,
  image: PlannedImage,
  platform = platformsOf(image)[0],
): Container {
  const built = tree.directory(image.context).dockerBuild({
    dockerfile: image.dockerfile,
    buildArgs: Object.entries(image.buildArgs).map(([name, value]) => ({ name, value })),
    ...(image.target ? { target: image.target } : {}),
    ...(platform ? { platform: platform as Platform } : {}),
  });
  return Object.entries(image.labels).reduce(
    (labelled, [name, value]) => labelled.withLabel(name, value),
    built,
  );
}

/** Returns the platforms to build for; undefined stands for the engine's own. */
function platformsOf({ platform, platforms }: PlannedImage): readonly (string | undefined)[] {
  return platforms ?? [platform];
}

/**
 * Publishes all images of a plan side by side and returns their references with digests. Every
 * build is finished before the first image is published, and one that fails stops all.
 */
export async function publishImages(at: Images): Promise<string[]> {
  const { plan, tree } = at;
  const builds = new Map<PlannedImage, readonly Container[]>();
  for (const image of plan.images.filter(({ action }) => action === "build")) {
    const platforms = platformsOf(image);
    builds.set(
      image,
      platforms.map((platform) => buildImage(tree, image, platform)),
    );
  }
  await Promise.all(
    [...builds].flatMap(([image, built]) => built.map((one) => naming(image, () => one.sync()))),
  );
  return Promise.all(
    plan.images.map((image) => {
      const built = builds.get(image);
      return built ? naming(image, () => publishOne(image, built, at)) : giveTag(image, at);
    }),
  );
}

function publishOne(
  image: PlannedImage,
  built: readonly Container[],
  { registryUsername = "landfall", registryPassword, registryService }: Images,
): Promise<string> {
  // Several platforms are one index, which none of them is.
  const [one = dag.container()] = built;
  const whole = built.length > 1 ? dag.container() : one;
  const known = registryPassword
    ? whole.withRegistryAuth(hostOf(image.image), registryUsername, registryPassword)
    : whole;
  return known.publish(`${image.image}:${image.tag}`, {
    ...(built.length > 1 ? { platformVariants: [...built] } : {}),
    ...(registryService ? { registryService } : {}),
  });
}

/** Gives what is published already the tag, at the same digest. What has the tag keeps it. */
async function giveTag(
  { action, image, tag, from }: PlannedImage,
  { tool, words }: Images,
): Promise<string> {
  const retag = ["retag", `${image}=${from}`, "--to", tag, ...words];
  if (action === "retag") await run({ at: tool, words: retag, anyOutcome: false });
  return `${image}:${tag}@${from}`;
}

/**
 * Gives the plan's images its further tags, at the same digests; undefined where it has none. The
 * tag of a release is this revision's, whatever had it; any other is left where it is of a newer
 * one.
 */
export async function giveExtraTags(
  { plan, tool, words }: Images,
  how: Pick<Run, "words" | "anyOutcome">,
): Promise<Ran | undefined> {
  if (plan.extraTags.length === 0) return undefined;
  const images = plan.images.map(({ image, tag }) => `${image}=${tag}`);
  const tags = plan.extraTags.flatMap((tag) => ["--to", tag]);
  const guard = plan.isRelease ? [] : ["--revision", plan.revision];
  const retag = ["retag", ...images, ...tags, ...guard, ...words, ...how.words];
  return run({ at: tool, words: retag, anyOutcome: how.anyOutcome });
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
