/**
 * What a revision's images need: a build, a further tag for what is published already, or nothing.
 */

import type { Digest, Revision, Tag } from "../core/ids.ts";
import { type ImageName, printImageName, sameImage } from "../core/image-ref.ts";
import type { TagFormat } from "../core/tag-format.ts";
import type { Registry, Remote, SourceHistory } from "../ports.ts";
import { imageTag, namedRevision } from "./landing/named-revision.ts";
import { type RevisionSnapshot, snapshotAt, withRevisions } from "./landing/snapshot.ts";

/** An image of the source, as landfall.yaml has it. */
export interface BuildRecipe {
  readonly image: ImageName;
  readonly context: string;
  readonly dockerfile: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Stage of the Dockerfile to build, if not the last. */
  readonly target?: string | undefined;
  readonly platform?: string | undefined;
  /** Platforms of one image, instead of one platform. */
  readonly platforms?: readonly string[] | undefined;
  /** Source paths whose changes rebuild it. Absent: every change does. */
  readonly paths?: readonly string[] | undefined;
}

/** What is asked. */
export interface BuildRequest {
  readonly revision: string;
  readonly tagFormat: TagFormat;
  readonly recipes: readonly BuildRecipe[];
  readonly paths: readonly string[];
  /** Where the source is published, for the images' label. */
  readonly source: string;
  /** Further tags, for a revision that deserves them. */
  readonly extraTags: readonly Tag[];
  readonly rebuild: "all" | "changed";
}

/** One image's part of the plan. */
export interface PlannedImage {
  readonly image: string;
  readonly tag: Tag;
  /** `build` it, give the published image `from` the tag (`retag`), or `keep` what has it. */
  readonly action: "build" | "retag" | "keep";
  readonly why: string;
  /** What is published already. A build has none. */
  readonly from?: Digest;
  readonly context: string;
  readonly dockerfile: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly target?: string | undefined;
  readonly platform?: string | undefined;
  readonly platforms?: readonly string[] | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** The plan. The field `version` changes when a reader would have to. */
export interface BuildPlan {
  readonly version: 1;
  readonly command: "plan";
  readonly exit: 0;
  readonly revision: Revision;
  readonly tag: Tag;
  readonly extraTags: readonly Tag[];
  readonly images: readonly PlannedImage[];
}

/** What planning needs of the world. */
export interface BuildPorts {
  readonly remote: Remote;
  readonly history: SourceHistory;
  readonly registry: Registry;
}

/**
 * Plans the images of a revision, so that all of them exist under its tag afterwards.
 *
 * @throws Failure `unknown-revision`, and what the remote and the registry fail with.
 */
export async function planBuild(request: BuildRequest, ports: BuildPorts): Promise<BuildPlan> {
  const revision = await namedRevision(request.revision, "build", ports.history);
  const { history } = ports;
  const tag = await imageTag(request.tagFormat, revision, { history, word: request.revision });
  const created = new Date((await history.committedAtSeconds(revision)) * 1000);
  const labels = {
    "org.opencontainers.image.revision": revision,
    "org.opencontainers.image.source": request.source,
    "org.opencontainers.image.created": created.toISOString().replace(".000Z", "Z"),
  };
  const pinned = await readPins(request, ports);
  const images: PlannedImage[] = [];
  for (const recipe of request.recipes) {
    const { image, context, dockerfile, target, platform, platforms } = recipe;
    const choice = await choose(recipe, { request, ports, revision, tag, pinned });
    const buildArgs = fillIn(recipe.buildArgs, { tag, revision });
    const what = { image: printImageName(image), tag, ...choice };
    const how = { context, dockerfile, buildArgs, labels, target, platform, platforms };
    images.push({ ...what, ...how });
  }
  const { extraTags } = request;
  return { version: 1, command: "plan", exit: 0, revision, tag, extraTags, images };
}

interface BuildContext {
  readonly request: BuildRequest;
  readonly ports: BuildPorts;
  readonly revision: Revision;
  readonly tag: Tag;
  readonly pinned: RevisionSnapshot;
}

type Choice = Pick<PlannedImage, "action" | "why" | "from">;

async function choose(recipe: BuildRecipe, about: BuildContext): Promise<Choice> {
  const { request, ports, revision, tag } = about;
  if (request.rebuild === "all") return { action: "build", why: "a rebuild was asked for" };
  const published = await ports.registry.find(recipe.image, tag);
  if (published.kind === "found") {
    return { action: "keep", why: "it is published already", from: published.digest };
  }
  if (recipe.paths === undefined) return { action: "build", why: "every change rebuilds it" };
  if (Object.values(recipe.buildArgs).some((value) => /\{(?:tag|revision)\}/.test(value))) {
    return { action: "build", why: "its build arguments name the revision" };
  }
  const base = await commonBase(recipe.image, about);
  if (base === undefined) return { action: "build", why: "no older image of it is deployed" };
  if (await ports.history.changed(base.revision, revision, recipe.paths)) {
    return { action: "build", why: `its paths changed since ${base.tag}` };
  }
  const old = await ports.registry.find(recipe.image, base.tag);
  if (old.kind === "missing") return { action: "build", why: `${base.tag} is not published` };
  return { action: "retag", why: `nothing changed since ${base.tag}`, from: old.digest };
}

/** Returns the one older revision that every pin of the image holds, if there is such a one. */
async function commonBase(image: ImageName, { ports, revision, pinned }: BuildContext) {
  const own = pinned.pins.filter((pin) => sameImage(pin.image, image));
  const tags = new Set(own.flatMap(({ tag }) => tag ?? []));
  const [tag] = tags;
  if (tag === undefined || tags.size > 1) return undefined;
  const base = await pinned.revisionOf(own.find((pin) => pin.tag === tag)!);
  if (base?.revision === undefined) return undefined;
  const isOlder = await ports.history.isAncestor(base.revision, revision);
  return isOlder ? { tag, revision: base.revision } : undefined;
}

async function readPins(
  { recipes, paths, tagFormat }: BuildRequest,
  ports: BuildPorts,
): Promise<RevisionSnapshot> {
  const images = recipes.map(({ image }) => image);
  const tip = await ports.remote.fetchTip();
  return withRevisions(await snapshotAt(tip, { images, paths }, ports.remote), tagFormat, ports);
}

function fillIn(
  values: Readonly<Record<string, string>>,
  { tag, revision }: { tag: Tag; revision: Revision },
): Record<string, string> {
  const filled = Object.entries(values).map(([name, value]) => [
    name,
    value.replaceAll("{tag}", tag).replaceAll("{revision}", revision),
  ]);
  return Object.fromEntries(filled);
}
