/** Whether all that is pinned is deployed by something that is looked at. */

import { printPlace } from "../failure.ts";
import { printImageName, sameImage } from "../image-ref.ts";
import type { Pin } from "../pins/pin.ts";
import type { Application } from "./argo-application.ts";
import { type Followed, isOurs, isOwner, listed, ownerName, sourcesFrom } from "./argo-claim.ts";
import { deploysFile } from "./argo-source.ts";
import type { FluxObject } from "./flux-object.ts";
import type { Observation } from "./observation.ts";
import type { WorkloadName } from "./workload.ts";

/** What coverage needs to know of a pin. */
export type CoveredPin = Pick<Pin, "file" | "line" | "column" | "form" | "owner" | "image">;

/** Says whether something deploys a pin. */
export type Deploys = (pin: CoveredPin) => boolean;

/**
 * Returns what an Application that is ours deploys: what is in its folders and, where something is
 * rendered from them (a base, a chart), what shows in it. A pin whose like is in its folders is not
 * shown by that: it is another environment's.
 */
export function deployedBy(
  application: Application,
  followed: Followed,
  pins: readonly CoveredPin[],
): Deploys {
  const own = sourcesFrom(application, followed);
  const { images, resources } = application;
  const isInside = ({ file }: CoveredPin) => own.some((source) => deploysFile(source, file));
  const inside = pins.filter(isInside);
  const isRendered = own.some(({ isPlain }) => !isPlain);
  return (pin) => {
    // Whoever applies an Application's manifest does not deploy what that Application does.
    if (pin.owner.startsWith("Application/")) return pin.owner === ownerName(application);
    if (isInside(pin)) return true;
    const twins = inside.filter(({ image }) => sameImage(image, pin.image));
    if (!isRendered || twins.some((twin) => isAlike(twin, pin))) return false;
    const isMade = resources.some((resource) => isOwner(resource, pin));
    return isMade || (twins.length === 0 && images.some((text) => isOurs(text, [pin])));
  };
}

function isAlike(a: CoveredPin, b: CoveredPin): boolean {
  return a.form === b.form && a.owner === b.owner;
}

/** Returns what an object of Flux that is ours applies. */
export function appliedBy({ path, made }: FluxObject): Deploys {
  return (pin) =>
    path === undefined ||
    path === "." ||
    pin.file.startsWith(`${path}/`) ||
    made.some((resource) => isOwner(resource, pin));
}

/**
 * Returns the pins that nothing deploys, nor is looked for in a workload of their own. A file is
 * deployed as a whole: of Helm's values, only what runs at the moment shows.
 *
 * @param deployers An undefined one was not seen, or is none of ours: then nobody can tell.
 */
export function uncovered<P extends CoveredPin>(
  pins: readonly P[],
  deployers: readonly (Deploys | undefined)[],
  workloads: readonly WorkloadName[],
): readonly P[] {
  const known = deployers.filter((deploys) => deploys !== undefined);
  if (known.length === 0 || known.length < deployers.length) return [];
  const owners = new Set(workloads.map(({ kind, name }) => `${kind}/${name}`));
  const isDeployed = (pin: P) => owners.has(pin.owner) || known.some((deploys) => deploys(pin));
  const files = new Set(pins.filter(isDeployed).map(({ file }) => file));
  return pins.filter(({ file }) => !files.has(file));
}

/** Returns what is to be said of pins that nothing deploys, or undefined when there are none. */
export function uncoveredFinding(
  pins: readonly CoveredPin[],
): (Observation & { readonly hint: string }) | undefined {
  if (pins.length === 0) return undefined;
  const places = pins.map((pin) => `${printPlace(pin)} (${printImageName(pin.image)})`);
  return {
    state: "failed",
    detail: `nothing that is looked at deploys ${listed(places)}`,
    hint: "Name in `verify` what deploys them too, or leave them out of manifests.paths.",
    code: "config",
  };
}
