/** Whether the branch itself holds the deploy: if it does not, nothing behind it can show it. */

import {
  isOfTheWorld,
  type Observation,
  sightOf,
  unobserved,
} from "../../core/cluster/observation.ts";
import { printPlace } from "../../core/failure.ts";
import type { Tag } from "../../core/ids.ts";
import { type ImageName, printImageName, sameImage } from "../../core/image-ref.ts";
import { type Pin, pinHolds, printPinned } from "../../core/pins/index.ts";
import type { StepVerdict } from "../../core/results/verify.ts";
import type { ImageDigests, SourceHistory } from "../../ports.ts";
import { standingOf } from "./held-revision.ts";
import type { ResolvedDeploy } from "./resolve-deploy.ts";

/** What judging pins needs of the world. */
export interface PinsPorts {
  readonly history: SourceHistory;
  /** Asked only about pins that name a digest and no tag. */
  readonly registry: ImageDigests;
}

/** Returns what is seen of the pins: also that they name what no registry would explain now. */
export async function observePins(meant: ResolvedDeploy, ports: PinsPorts): Promise<Observation> {
  try {
    return sightOf(await pinsVerdict(meant, ports));
  } catch (error) {
    if (!isOfTheWorld(error)) throw error;
    return unobserved(error);
  }
}

/**
 * Judges the pins that were read: all of them are to hold what was asked for, or a newer revision.
 * Where nothing was asked for by name, what they hold is what is meant.
 */
async function pinsVerdict(meant: ResolvedDeploy, ports: PinsPorts): Promise<StepVerdict> {
  const { images } = meant.question;
  const { pins } = meant.pinned;
  const bare = images.find(({ image }) => !pins.some((pin) => sameImage(pin.image, image)));
  if (bare !== undefined) return unpinned(bare.image);
  for (const pin of pins) {
    if (!(await isReached(pin, meant, ports))) return late(pin, meant);
  }
  const tags = [...new Set(pins.flatMap(({ tag }) => tag ?? []))];
  const count = pins.length === 1 ? "1 pin holds" : `${pins.length} pins hold`;
  return { kind: "done", detail: `${count} ${tags.join(", ") || "a digest"}` };
}

async function isReached(pin: Pin, meant: ResolvedDeploy, ports: PinsPorts) {
  const { question, deploy } = meant;
  const asked = question.images.find(({ image }) => sameImage(image, pin.image));
  if (asked?.tag === undefined && question.revision === undefined) return true;
  const wanted = asked?.tag ?? deploy.tag;
  if (pinHolds(pin, { tag: wanted })) return true;
  if (pin.tag === undefined && (await isDigestOf(wanted, pin, ports.registry))) return true;
  return asked?.tag === undefined && (await standingOf(pin, meant, ports.history)) !== "other";
}

async function isDigestOf(tag: Tag, { image, digest }: Pin, registry: PinsPorts["registry"]) {
  return digest !== undefined && (await registry.digestsOf(image, tag)).includes(digest);
}

function late(pin: Pin, { question, deploy }: ResolvedDeploy): StepVerdict {
  const holds = printPinned(pin);
  const asked = question.images.find(({ image }) => sameImage(image, pin.image));
  const wanted = asked?.tag ?? deploy.tag;
  return {
    kind: "failed",
    detail: `${printPlace(pin)} holds "${holds}", not ${wanted} or a newer one`,
    hint: "Promote it first, or see with `landfall status` what became of it.",
  };
}

function unpinned(image: ImageName): StepVerdict {
  return {
    kind: "failed",
    detail: `no manifest pins "${printImageName(image)}"`,
    hint: "Check --path or manifests.paths, and the image's name.",
  };
}
