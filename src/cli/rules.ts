/** The rules of an environment, as the use cases are asked about them. */

import type { ManifestPlace } from "../settings/environments.ts";
import type { ScopeSettings } from "../settings/options.ts";
import { usageError } from "../settings/process.ts";

/** Returns what an environment asks of a promotion, and what the promotion leaves for others. */
export function promotionRules({ rules }: ScopeSettings) {
  return { gate: gateOf(rules), marks: rules?.marks };
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
