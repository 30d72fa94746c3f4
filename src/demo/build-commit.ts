/** Commits of the sample app, each with its images "built" and published. */

import { fileURLToPath } from "node:url";
import { gitEnvironment } from "../adapters/git/env.ts";
import type { Revision, Tag } from "../core/ids.ts";
import { type ImageName, parseImageName } from "../core/image-ref.ts";
import { parseTagFormat, tagOf } from "../core/tag-format.ts";
import type { Clock, Progress, Random } from "../ports.ts";
import { commitChange, readContext, type Workshop } from "./app-repository.ts";
import { publishApp } from "./publish-app.ts";

/** The sample app, beside the program: modules in dist/demo, or one file in dist/bin. */
export const example = fileURLToPath(new URL("../../examples/robson", import.meta.url));
export const login = { username: "demo", password: "only-for-this-minute" };
export const tagFormat = parseTagFormat("sha-{revision:7}");

const images = [
  { name: "ldamasio/rbs-frontend-prod", context: "apps/frontend" },
  { name: "ldamasio/rbs-backend-monolith-prod", context: "apps/backend" },
  { name: "ldamasio/rbs-backend-nginx-prod", context: "apps/backend/monolith" },
];

/** Returns the names of the app's images on a registry. */
export function imagesOn(registry: string): readonly ImageName[] {
  return images.map(({ name }) => imageOn(registry, name));
}

function imageOn(registry: string, name: string): ImageName {
  const image = parseImageName(`${registry}/${name}`);
  if (image === undefined) throw new Error(`no image name: ${registry}/${name}`);
  return image;
}

/** A commit of the app whose images are published. */
export interface Built {
  readonly revision: Revision;
  readonly tag: Tag;
  readonly subject: string;
}

/** Where images are published, and who is told. */
export interface BuildPlace {
  readonly registry: string;
  /** URL of the source, which the images are labelled with. */
  readonly source: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly progress: Progress;
}

/** Changes the app, commits, pushes, and publishes the images of the commit. */
export async function buildCommit(
  subject: string,
  workshop: Workshop,
  place: BuildPlace,
): Promise<Built> {
  const change = { path: "apps/frontend/greeting.txt", text: `${subject}\n`, subject };
  const revision = await commitChange(workshop, change);
  const tag = tagOf(tagFormat, revision);
  place.progress.step(`Publishing ${images.length} images of ${tag}, "${subject}"`);
  const packed = images.map(({ name, context }) => ({
    name: imageOn(place.registry, name),
    files: readContext(workshop, context),
  }));
  await publishApp(packed, { revision, tag, source: place.source }, { ...place, login });
  return { revision, tag, subject };
}

/** Returns the variables of git for the developer of the app. */
export function workshopEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  root: string,
): Record<string, string> {
  const who = { name: "Demo Developer", email: "developer@localhost" };
  return gitEnvironment({ env, home: root, url: root }, [
    ["user.name", who.name],
    ["user.email", who.email],
  ]);
}
