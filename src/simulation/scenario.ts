/**
 * What is raced for: manifests in one of three shapes, the source's revisions, the images, the
 * jobs.
 */

import type { Revision } from "../core/ids.ts";
import { type ImageName, parseImageName } from "../core/image-ref.ts";
import { parseTagFormat, tagOf } from "../core/tag-format.ts";
import type { Choices } from "./choices.ts";
import type { ScenePlace } from "./environments.ts";
import type { ModelTree } from "./model/objects.ts";
import { ModelSource, type PublishedImages, publishedKey } from "./model/source.ts";

/**
 * `same`: one app, N successive revisions. `fleet`: N apps, a file each. `overlay`: N entries of
 * one file.
 */
export type RaceShape = "same" | "fleet" | "overlay";

/** All shapes there are. */
export const shapes: readonly RaceShape[] = ["same", "fleet", "overlay"];

/** Who races beside the deployers. */
export interface Companions {
  /** Runs of `sync`. Where there is one, a revision is published that nobody deploys. */
  readonly syncs: number;
  /** Runs of `rollback`, each to what was before the race. */
  readonly rollbacks: number;
  /** People who push a commit of their own, and do not give up before it is in. */
  readonly foreign: number;
}

/** Nobody but the deployers. */
export const alone: Companions = { syncs: 0, rollbacks: 0, foreign: 0 };

/** One actor's task. */
export interface Job {
  readonly name: string;
  readonly command: "promote" | "sync" | "rollback" | "release" | "freeze" | "thaw";
  /** Where. Absent: the scene has one environment, without a name. */
  readonly environment?: string | undefined;
  /** When it begins at the latest, in milliseconds. Absent: as its command does. */
  readonly latestMs?: number | undefined;
  /** What is to be landed; of a sync, the newest that there is. */
  readonly revision: Revision;
  readonly images: readonly ImageName[];
}

/** Everything before the first step. */
export interface Scenario {
  readonly tree: ModelTree;
  readonly source: ModelSource;
  readonly shelf: PublishedImages;
  readonly images: readonly ImageName[];
  readonly jobs: readonly Job[];
  /** Environments that have names. */
  readonly places?: readonly ScenePlace[] | undefined;
  /** How many people push besides. */
  readonly foreign: number;
  readonly together: boolean;
}

/** Where all manifests stand. */
export const manifestsPath = "deploy";

/** How tags are made in every scene. */
export const tagFormat = parseTagFormat("sha-{revision:7}");

/** How a race is cast. */
export interface Actors {
  readonly shape: RaceShape;
  readonly deployers: number;
  readonly company?: Companions | undefined;
  /** Whether an actor that lost a race may leave its change for others to land. */
  readonly together?: boolean | undefined;
}

/** Sets a scene. Fate may fork the source, and leave an image unpublished. */
export function scenarioOf(
  { shape, deployers, company = alone, together = false }: Actors,
  fate: Choices,
): Scenario {
  const source = new ModelSource();
  const first = source.add("revision 0");
  const revisions = [first];
  for (let at = 1; at <= deployers; at += 1) {
    // A fork leaves its neighbour aside: neither of the two descends from the other.
    const parent = at > 1 && fate.strikes("fork") ? revisions[at - 2]! : revisions[at - 1]!;
    revisions.push(source.add(`revision ${at}`, parent));
  }
  const apps = Array.from({ length: deployers }, (_, at) => `ghcr.io/acme/app${at}`);
  const names = shape === "same" ? ["ghcr.io/acme/web", "ghcr.io/acme/api"] : apps;
  const images = names.map((name) => parseImageName(name)!);
  const jobs = revisions.slice(1).map((revision, at): Job => {
    const own = shape === "same" ? images : [images[at]!];
    return { name: `d${at + 1}`, command: "promote", revision, images: own };
  });
  const shelf = shelfOf(first, images, { jobs, fate });
  if (company.syncs > 0) {
    const lost = source.add(`revision ${deployers + 1}`, revisions.at(-1)!);
    for (const image of images) publish(shelf, image, lost);
  }
  const tree = treeOf(shape, names, tagOf(tagFormat, first));
  const others = companyOf(company, { images, first, last: source.tip });
  const { foreign } = company;
  return { tree, source, shelf, images, jobs: [...jobs, ...others], foreign, together };
}

function companyOf(
  { syncs, rollbacks }: Companions,
  what: { images: readonly ImageName[]; first: Revision; last: Revision },
): readonly Job[] {
  const { images, first, last } = what;
  return [
    ...Array.from({ length: rollbacks }, (_, at): Job => {
      return { name: `r${at + 1}`, command: "rollback", revision: first, images };
    }),
    ...Array.from({ length: syncs }, (_, at): Job => {
      return { name: `s${at + 1}`, command: "sync", revision: last, images };
    }),
  ];
}

function shelfOf(
  first: Revision,
  images: readonly ImageName[],
  { jobs, fate }: { jobs: readonly Job[]; fate: Choices },
): PublishedImages {
  const shelf: PublishedImages = new Map();
  for (const image of images) publish(shelf, image, first);
  for (const { images: own, revision } of jobs) {
    const built = fate.strikes("unbuilt") ? own.slice(1) : own;
    for (const image of built) publish(shelf, image, revision);
  }
  return shelf;
}

function publish(shelf: PublishedImages, image: ImageName, revision: Revision): void {
  shelf.set(publishedKey(image, tagOf(tagFormat, revision)), revision);
}

function treeOf(shape: RaceShape, names: readonly string[], tag: string): ModelTree {
  const files = new Map([["README.md", "# Manifests\n"]]);
  if (shape === "overlay") {
    const entries = names.map((name) => `  - name: ${name}\n    newTag: ${tag}\n`);
    files.set(
      `${manifestsPath}/kustomization.yaml`,
      `# edited 0 times\nimages:\n${entries.join("")}`,
    );
  } else {
    for (const name of names) {
      const app = name.slice(name.lastIndexOf("/") + 1);
      files.set(`${manifestsPath}/${app}.yaml`, manifestOf(`${name}:${tag}`));
    }
  }
  const encoder = new TextEncoder();
  return new Map([...files].map(([path, text]) => [path, encoder.encode(text)]));
}

/**
 * Small, because parsing is most of what a race costs, and forms of manifests are tried elsewhere.
 */
function manifestOf(image: string): string {
  return `# edited 0 times\nimage: ${image}   # kept\n`;
}
