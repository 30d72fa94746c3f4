/** What a repository tells of its deploys: which images are its own, and where they are pinned. */

import type { ImageName } from "../image-ref.ts";
import { type BuildRecipe, isPipeline, recipeFor } from "./builds.ts";
import { findImages, isDeployed, type NamedImage, type RepositoryFile } from "./find-images.ts";
import { filesWithPins, unreadableFiles } from "./pinned.ts";
import { placesFor } from "./places.ts";

/** A repository, as far as it is looked at. */
export interface LookedAt {
  readonly files: readonly RepositoryFile[];
  /** URL of its remote. */
  readonly origin: string | undefined;
  readonly branch: string;
}

/** An image that is built here and pinned here. */
export interface OwnImage {
  readonly name: string;
  readonly pinnedIn: readonly string[];
  /** Why it is taken for one of ours, where anything says so. */
  readonly why: string | undefined;
  readonly recipe: BuildRecipe | undefined;
}

/** What was found. */
export interface Survey {
  readonly images: readonly OwnImage[];
  /** Nothing tells which images are ours: these are all that are pinned. */
  readonly areGuessed: boolean;
  /** Images that others make, by name. */
  readonly foreign: readonly string[];
  readonly tagFormat: string | undefined;
  /** Where the pins are when there is one environment. */
  readonly paths: readonly string[];
  /** Environments by folders, the first to be deployed first; none when there is one place. */
  readonly environments: readonly { readonly name: string; readonly paths: readonly string[] }[];
  /** Manifests that Landfall would stop at. */
  readonly unreadable: readonly string[];
  /** Argo CD Applications of this repository. */
  readonly applications: readonly { readonly name: string; readonly file: string }[];
  /** The workflow that publishes the images. */
  readonly publishing: { readonly name: string; readonly file: string } | undefined;
  readonly origin: string | undefined;
  readonly branch: string;
}

/** Looks through a repository. */
export function survey({ files, origin, branch }: LookedAt): Survey {
  const named = findImages(files);
  const manifests = files.filter(isDeployed);
  const pinned = filesWithPins(manifests, namesOf(named));
  const known = named.filter(({ printed }) => pinned.has(printed));
  const names = [...new Set(known.map(({ printed }) => printed))];
  const pipelines = files.filter(({ path }) => isPipeline(path));
  const reasons = new Map<string, string>();
  for (const image of known) {
    const why = reason(image, { pipelines, origin });
    if (why !== undefined && !reasons.has(image.printed)) reasons.set(image.printed, why);
  }
  const areGuessed = reasons.size === 0;
  const ours = areGuessed ? names : names.filter((name) => reasons.has(name));
  const ourPins = known.filter(({ printed }) => ours.includes(printed));
  const images = ours.map((name) => ({
    name,
    pinnedIn: pinned.get(name) ?? [],
    why: reasons.get(name),
    recipe: areGuessed ? undefined : recipeFor(name, files),
  }));
  return {
    ...{ images, areGuessed, foreign: names.filter((name) => !ours.includes(name)) },
    tagFormat: formatOf(ourPins),
    ...placesFor(images.flatMap(({ pinnedIn }) => pinnedIn)),
    unreadable: unreadableFiles(manifests, namesOf(ourPins)),
    applications: applicationsIn(files, origin),
    publishing: publisherOf(areGuessed ? [] : ours, files),
    ...{ origin, branch },
  };
}

function namesOf(named: readonly NamedImage[]): readonly ImageName[] {
  return [...new Map(named.map(({ printed, name }) => [printed, name])).values()];
}

const revisionTag = /^([\w.-]*?)([0-9a-f]{7,40})([\w.-]*)$/;

/** A number is not a revision, and neither is a word that happens to have the letters. */
function isRevision(text: string): boolean {
  return /\d/.test(text) && /[a-f]/.test(text) && !/^\d{8}$/.test(text);
}

interface Clues {
  readonly pipelines: readonly RepositoryFile[];
  readonly origin: string | undefined;
}

function reason(image: NamedImage, clues: Clues): string | undefined {
  const digits = revisionTag.exec(image.tag)?.[2];
  if (digits !== undefined && isRevision(digits)) return `its tag "${image.tag}" is of a commit`;
  if (image.name.repository.startsWith("library/") && image.name.registry === "docker.io") {
    return undefined;
  }
  const pipeline = clues.pipelines.find(({ path, text }) => {
    return !/compose/.test(path) && text.includes(image.printed);
  });
  if (pipeline !== undefined) return `"${pipeline.path}" names it`;
  const owner = /[/:]([^/:]+)\/[^/]+?(?:\.git)?\/?$/.exec(clues.origin ?? "")?.[1]?.toLowerCase();
  const isOwners = owner !== undefined && image.name.repository.split("/").includes(owner);
  return isOwners ? `"${owner}" owns it, as this repository` : undefined;
}

/** The format of the tags, when those that look like one agree. */
function formatOf(pins: readonly NamedImage[]): string | undefined {
  const formats = pins.flatMap(({ tag }) => {
    const [, prefix = "", digits = "", suffix = ""] = revisionTag.exec(tag) ?? [];
    if (!isRevision(digits)) return [];
    return [`${prefix}{revision:${digits.length}}${suffix}`];
  });
  return new Set(formats).size === 1 ? formats[0] : undefined;
}

function applicationsIn(files: readonly RepositoryFile[], origin: string | undefined) {
  const name =
    origin
      ?.split(/[/:]/)
      .at(-1)
      ?.replace(/\.git$/, "") ?? "";
  return files.flatMap(({ path, text }) => {
    if (!/\.ya?ml$/.test(path) || !/^kind: Application\s*$/m.test(text)) return [];
    if (name !== "" && !text.includes(name)) return [];
    const app = /^metadata:\s*\n(?:[ \t]+.*\n)*?[ \t]+name:\s*["']?([\w.-]+)/m.exec(text)?.[1];
    return app === undefined ? [] : [{ name: app, file: path }];
  });
}

function publisherOf(names: readonly string[], files: readonly RepositoryFile[]) {
  const workflows = files.filter(({ path }) =>
    /^\.(?:github|forgejo|gitea)\/workflows\//.test(path),
  );
  const pushes = /docker push|push: true|build-push-action|buildx build[^\n]*--push/;
  const pushing = workflows.filter(({ text }) => pushes.test(text));
  const found = pushing.find(({ text }) => names.some((name) => text.includes(name))) ?? pushing[0];
  if (found === undefined) return undefined;
  const name = /^name:\s*["']?(.+?)["']?\s*$/m.exec(found.text)?.[1] ?? found.path;
  return { name, file: found.path };
}
