/** What a repository tells of its deploys: which images are its own, and where they are pinned. */

import { type BuildRecipe, isPipeline, recipeFor } from "./builds.ts";
import { findImages, type NamedImage, type RepositoryFile } from "./find-images.ts";
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
  /** Why it is taken for one of ours. */
  readonly why: string;
  readonly recipe: BuildRecipe | undefined;
}

/** What was found. */
export interface Survey {
  readonly images: readonly OwnImage[];
  /** Images that others make, by name. */
  readonly foreign: readonly string[];
  readonly tagFormat: string | undefined;
  /** Where the pins are when there is one environment. */
  readonly paths: readonly string[];
  /** Environments by folders, the first to be deployed first; none when there is one place. */
  readonly environments: readonly { readonly name: string; readonly paths: readonly string[] }[];
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
  const pipelines = files.filter(({ path }) => isPipeline(path));
  const whyOurs = (image: NamedImage) => reason(image, { pipelines, origin });
  const names = [...new Set(named.map(({ printed }) => printed))];
  const reasons = new Map(
    names.map((name) => {
      const all = named.filter(({ printed }) => printed === name).map(whyOurs);
      return [name, all.find((why) => why !== undefined)] as const;
    }),
  );
  const ours = names.filter((name) => reasons.get(name) !== undefined);
  const pins = named.filter(({ printed }) => ours.includes(printed));
  const images = ours.map((name) => ({
    name,
    pinnedIn: [...new Set(pins.filter(({ printed }) => printed === name).map(({ file }) => file))],
    why: reasons.get(name) ?? "",
    recipe: recipeFor(name, files),
  }));
  return {
    ...{ images, foreign: names.filter((name) => !ours.includes(name)) },
    tagFormat: formatOf(pins),
    ...placesFor(pins.map(({ file }) => file)),
    applications: applicationsIn(files, origin),
    publishing: publisherOf(ours, files),
    ...{ origin, branch },
  };
}

const revisionTag = /^([\w.-]*?)([0-9a-f]{7,40})([\w.-]*)$/;

/** A number is no revision, and neither is a word that happens to have the letters. */
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
