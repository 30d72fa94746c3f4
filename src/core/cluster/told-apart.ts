/** What things are called where several of them may have one name. */

import type { NamespaceRef } from "./workload.ts";

/** Returns a name for each: the first word, and of the further ones as many as it takes. */
export function toldApart<T>(
  things: readonly T[],
  words: readonly ((thing: T) => string)[],
): readonly string[] {
  return words.reduce<readonly string[]>(
    (names, word) =>
      names.map((name, n) => {
        const isEnough = names.indexOf(name) === names.lastIndexOf(name) && name !== "";
        return isEnough ? name : `${name}${word(things[n]!)}`;
      }),
    things.map(() => ""),
  );
}

/** Returns what is in clusters by its name, `Deployment/web in robson of prod-eu`. */
export function toldByPlace<T extends NamespaceRef>(
  objects: readonly T[],
  name: (object: T) => string,
): readonly string[] {
  return toldApart(objects, [
    name,
    ({ namespace }) => ` in ${namespace}`,
    ({ context }) => (context === undefined ? "" : ` of ${context}`),
  ]);
}
