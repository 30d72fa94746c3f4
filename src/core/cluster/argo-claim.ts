/** Whether an Application deploys our pins, or something else of the same repository. */

import { asCommitId } from "../ids.ts";
import { type ImageName, parseImageRef, sameImage } from "../image-ref.ts";
import type { Pin } from "../pins/pin.ts";
import { sameRepository } from "../repository-url.ts";
import type { Application, ResourceName } from "./argo-application.ts";
import { type ArgoSource, deploysFile } from "./argo-source.ts";

/** What Argo CD is to deploy. */
export interface Followed {
  readonly repository: string;
  readonly branch: string;
  readonly pinned: readonly Pick<Pin, "file" | "owner" | "image">[];
}

/** How an Application belongs to our pins: by a folder or by what it runs; else why it does not. */
export type Claim =
  | { readonly kind: "by-path" | "by-look" }
  | { readonly kind: "foreign"; readonly detail: string; readonly hint: string };

/** Returns the sources of our repository: those that deploy pins, else those on our branch. */
export function sourcesFrom(
  { sources }: Pick<Application, "sources">,
  { repository, branch, pinned }: Followed,
): readonly ArgoSource[] {
  const own = sources.filter((source) => sameRepository(source.repository, repository));
  const deploysPins = (source: ArgoSource) => pinned.some(({ file }) => deploysFile(source, file));
  const isOnBranch = ({ targetRevision }: ArgoSource) => targetRevision === branch;
  return [deploysPins, isOnBranch].reduce(
    (left, isMeant) => (left.some(isMeant) ? left.filter(isMeant) : left),
    own,
  );
}

/** Returns whether a source follows our branch, as far as its name for it tells. */
export function follows({ targetRevision }: ArgoSource, branch: string): boolean {
  return [branch, "", "HEAD"].includes(targetRevision) || asCommitId(targetRevision) !== undefined;
}

/** What is to be known of an Application beside what it says itself. */
export interface Surroundings {
  /** The revisions among those it was compared at that our branch holds: it may follow a tag. */
  readonly onBranch: ReadonlySet<string>;
  /**
   * Places in the folders that it deploys where our images are pinned too, though not among our
   * pins; only looked for where no folder holds one of ours.
   */
  readonly elsewhere: readonly string[];
}

/** Returns how an Application belongs to our pins. */
export function claimOf(
  application: Application,
  followed: Followed,
  { onBranch, elsewhere }: Surroundings,
): Claim {
  const { pinned, branch } = followed;
  if (application.isHydrated) return hydrated(application);
  // Its images are pinned in its own manifest, which some parent applies.
  if (pinned.some(({ owner }) => owner === ownerName(application))) return { kind: "by-look" };
  const own = sourcesFrom(application, followed);
  if (own.length === 0) return noSource(application, followed);
  const astray = own.find((one) => !follows(one, branch) && !onBranch.has(one.revision));
  if (astray !== undefined) return otherBranch(application, astray, followed);
  if (pinned.length === 0) return { kind: "by-look" };
  if (isParent(application)) {
    return otherPath(application, followed, "and its health says nothing of its children's");
  }
  const isHeld = own.some((source) => pinned.some(({ file }) => deploysFile(source, file)));
  if (isHeld) return { kind: "by-path" };
  const [place] = elsewhere;
  if (place !== undefined) {
    return otherPath(application, followed, `which pins the images itself, at ${place}`);
  }
  const runsOurs = application.images.some((text) => isOurs(text, pinned));
  const ownsOurs = application.resources.some((one) => pinned.some((pin) => isOwner(one, pin)));
  const isNew = own.every(({ revision }) => revision === "");
  if (runsOurs || ownsOurs || isNew) return { kind: "by-look" };
  const files = [...new Set(pinned.map(({ file }) => file))];
  return otherPath(application, followed, `not ${listed(files)}, which pins the images`);
}

/** What an Application is called as the owner of pins. */
export function ownerName({ name }: Pick<Application, "name">): string {
  return `Application/${name}`;
}

/** Argo CD gives the parent of an app of apps no health of its children. */
function isParent({ resources }: Application): boolean {
  const isArgo = ({ kind }: ResourceName) => /^App(?:lication(?:Set)?|Project)$/.test(kind);
  return resources.length > 0 && resources.every(isArgo);
}

/** Returns whether a reference names one of the images that are pinned. */
export function isOurs(text: string, pinned: readonly { readonly image: ImageName }[]): boolean {
  const name = parseImageRef(text)?.name;
  return name !== undefined && pinned.some(({ image }) => sameImage(image, name));
}

/** Kustomize and Helm put prefixes and suffixes on names. */
export function isOwner({ kind, name }: ResourceName, { owner }: { owner: string }): boolean {
  const [ownerKind, ownerName = ""] = owner.split("/");
  if (kind !== ownerKind || ownerName === "") return false;
  return name === ownerName || name.endsWith(`-${ownerName}`) || name.startsWith(`${ownerName}-`);
}

function otherPath(application: Application, followed: Followed, why: string): Claim {
  const { name, resources, images } = application;
  const places = sourcesFrom(application, followed).map(({ path = "values" }) => `"${path}"`);
  const children = resources.filter(({ kind }) => kind === "Application").map((one) => one.name);
  const runs = images.length === 0 ? "" : `; it runs ${listed(images)}`;
  const made = children.length === 0 ? "" : `; it is made of the Applications ${listed(children)}`;
  return {
    kind: "foreign",
    detail: `"${name}" deploys ${listed(places)}, ${why}${made}${runs}`,
    hint: "Name in verify.argocd the Application that deploys the pins.",
  };
}

function noSource({ name, sources, images }: Application, { repository }: Followed): Claim {
  const others = sources.map((source) => `"${source.repository}"`).join(", ") || "none";
  const runs = images.length === 0 ? "" : `; it runs ${listed(images)}`;
  return {
    kind: "foreign",
    detail: `no source of "${name}" is "${repository}"; its sources: ${others}${runs}`,
    hint: "Check verify.argocd.app, and that manifests.repository names what Argo CD follows.",
  };
}

function otherBranch(
  { name }: Application,
  { targetRevision }: ArgoSource,
  { branch }: Followed,
): Claim {
  return {
    kind: "foreign",
    detail: `"${name}" deploys ${targetRevision}, and what it was compared at is not of ${branch}`,
    hint: "Check verify.argocd.app, and that manifests.branch names what Argo CD follows.",
  };
}

function hydrated({ name }: Application): Claim {
  return {
    kind: "foreign",
    detail: `"${name}" follows a branch that Argo CD's source hydrator writes, not the manifests`,
    hint: "Leave verify.argocd out for it, and verify the rollout and the pages.",
  };
}

const listedMax = 3;

/** Returns names as a list in a sentence, the first three of them. */
export function listed(names: readonly string[]): string {
  const more = names.length > listedMax ? ` and ${names.length - listedMax} more` : "";
  return `${names.slice(0, listedMax).join(", ")}${more}`;
}
