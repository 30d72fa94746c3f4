/** Images that a revision changed together land together, or not at all. */

import { Failure } from "../../core/failure.ts";
import type { SyncContext } from "./facts.ts";
import { type GroupLook, lookFor } from "./group.ts";

/**
 * Returns looks of which none goes on to a commit that another one, whose images it changed too,
 * does not come to: for want of an image, or because it could not be read.
 */
export async function settle(
  looks: readonly GroupLook[],
  scene: SyncContext,
): Promise<readonly GroupLook[]> {
  const settled = [...looks];
  const barred = looks.map((): number[] => []);
  for (;;) {
    const split = findSplit(settled, scene);
    if (split === undefined) return settled;
    const { at, place } = split;
    barred[at]!.push(place);
    settled[at] = await lookFor(settled[at]!, scene, barred[at]);
  }
}

/** Returns the looks in sets that a commit which they are to land has changed together. */
export function linked(
  looks: readonly GroupLook[],
  scene: SyncContext,
): readonly (readonly GroupLook[])[] {
  let sets = looks.map((look): readonly GroupLook[] => [look]);
  for (const place of scene.code.slice(0, scene.request.lookback)) {
    const members = membersAt(place, looks, scene).filter((look) => comesTo(place, look, scene));
    if (members.length < 2) continue;
    const own = sets.filter((set) => set.some((look) => members.includes(look)));
    sets = [...sets.filter((set) => !own.includes(set)), own.flat()];
  }
  return sets;
}

function findSplit(looks: readonly GroupLook[], scene: SyncContext) {
  for (const place of scene.code.slice(0, scene.request.lookback)) {
    const members = membersAt(place, looks, scene);
    const going = members.filter((look) => comesTo(place, look, scene));
    if (going.length > 0 && going.length < members.length) {
      return { at: looks.indexOf(going[0]!), place };
    }
  }
  return undefined;
}

/** Returns the looks whose images a commit changed, as far as their pins do not hold it yet. */
function membersAt(place: number, looks: readonly GroupLook[], scene: SyncContext) {
  const { graph, touches } = scene;
  return looks.filter(({ group, held }) => {
    const revisions = held.flatMap(({ revision }) => revision ?? []);
    const isHeld = revisions.some((each) => {
      const at = graph.find(each);
      return at !== undefined && graph.isAncestor(place, at);
    });
    return !isHeld && touches(place, group.paths);
  });
}

function comesTo(place: number, { whole }: GroupLook, { graph }: SyncContext): boolean {
  if (whole instanceof Failure || whole.wanted === undefined) return false;
  return graph.isAncestor(place, graph.find(whole.wanted.revision)!);
}
