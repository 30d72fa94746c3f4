/** The rules of an environment, as the use cases are asked about them. */

import { sameImage } from "../core/image-ref.ts";
import type { ManifestPlace } from "../settings/environments.ts";
import { parseAskedImage, type ScopeSettings, type Settings } from "../settings/options.ts";
import { usageError } from "../settings/process.ts";

/** Returns what an environment asks of a promotion, and what the promotion leaves for others. */
export function promotionRules(settings: Settings) {
  const { rules } = settings;
  return { gate: gateOf(rules), marks: isWhole(settings) ? rules?.marks : [] };
}

/** A mark is about all images of the environment: what is about some of them leaves none. */
export function isWhole({ images, config }: Settings): boolean {
  const isAsked = (name: string) =>
    images.some(({ image }) => sameImage(image, parseAskedImage(name).image));
  return (config?.images ?? []).every(({ name }) => isAsked(name));
}

/** Returns what the checker is bound by. Undefined: it lands all that is published. */
export function checkerRules({ rules }: ScopeSettings) {
  return rules?.isGuarded ? { gate: gateOf(rules) } : undefined;
}

function gateOf(rules: ScopeSettings["rules"]) {
  return rules?.gate && { ...rules.gate, beforePaths: rules.before?.paths ?? [] };
}

/** Returns the environment that is promoted from. Throws `usage` when it cannot be that one. */
export function placeToPromoteFrom(
  name: string,
  { rules, environment }: ScopeSettings,
): ManifestPlace {
  const place = rules?.places.find((one) => one.name === name && name !== environment);
  const others = (rules?.places ?? []).filter((one) => one.name !== environment);
  if (place === undefined) {
    throw usageError(
      `Cannot promote from "${name}": it is not another environment of the settings`,
      others.length === 0
        ? "List it under environments in landfall.yaml."
        : `There are: ${others.map((one) => one.name).join(", ")}.`,
    );
  }
  if (rules?.before !== undefined && rules.before.name !== name) {
    throw usageError(
      `Cannot promote from ${name} to ${environment}: ${environment} comes after ${rules.before.name}`,
      `Promote --from ${rules.before.name}.`,
    );
  }
  return place;
}
