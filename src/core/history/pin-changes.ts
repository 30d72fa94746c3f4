/** What became of a file's pins between two versions of it. */

import type { FilePins, PinSite } from "./pin-versions.ts";

/** A pin that moved, came into being, went away, or is on another line. */
export interface PinChange {
  readonly file: string;
  readonly site: PinSite;
  /** What it held, or undefined when it was not there. */
  readonly from: string | undefined;
  /** What it holds, or undefined when it is not there any more. */
  readonly to: string | undefined;
  /** Its key in the earlier version, where a neighbour's coming or going changed it. */
  readonly keyBefore: string;
}

/** What is pinned where there is no file. */
export const nowhere: FilePins = { sites: [], held: [] };

/** Returns the changes of a file's pins, those that stayed as they are left out. */
export function pinChanges(
  file: string,
  before: FilePins = nowhere,
  after: FilePins = nowhere,
): readonly PinChange[] {
  const changes: PinChange[] = [];
  for (const [was, is] of pinPairs(before, after)) {
    const [from, to] = [before.held[was ?? -1], after.held[is ?? -1]];
    const [old, site] = [before.sites[was ?? -1], after.sites[is ?? -1]];
    const known = (site ?? old)!;
    const keyBefore = old?.key ?? known.key;
    if (from !== to || keyBefore !== known.key || old?.line !== site?.line) {
      changes.push({ file, site: known, from, to, keyBefore });
    }
  }
  return changes;
}

/** Where a pin is in both versions; in one of them at least. */
export type PinPair = readonly [was: number | undefined, is: number | undefined];

/**
 * Pairs the pins of two versions of a file. Pins are the same when they are at the same place of
 * the same object, else when they are of one image and are in the same order.
 */
export function pinPairs(before: FilePins, after: FilePins): readonly PinPair[] {
  return before.sites === after.sites ? inPlace(before) : matched(before, after);
}

function inPlace({ sites }: FilePins): readonly PinPair[] {
  return sites.map((_, at) => [at, at]);
}

function matched(before: FilePins, after: FilePins): readonly PinPair[] {
  const pairs: PinPair[] = [];
  const left = new Map(before.sites.map(({ key }, was) => [key, was]));
  const strange: number[] = [];
  for (const [is, { key }] of after.sites.entries()) {
    const was = left.get(key);
    if (was === undefined) strange.push(is);
    else pairs.push([was, is]);
    left.delete(key);
  }
  const rest = [...left.values()];
  for (const is of strange) {
    const { image } = after.sites[is]!;
    const index = rest.findIndex((was) => before.sites[was]!.image === image);
    pairs.push([index < 0 ? undefined : rest.splice(index, 1)[0], is]);
  }
  for (const was of rest) pairs.push([was, undefined]);
  return pairs;
}
