/** What is said of a hold to whom it keeps out, and what to do about it. */

import { type Hold, isFreeze, scopeOf } from "./hold.ts";

/**
 * Returns why something is kept out.
 *
 * @param what An image or a tag.
 */
export function heldBecause(what: string, hold: Hold): string {
  const { environment, reason, by, at } = hold;
  const words = `${reason} (${by}, ${at})`;
  if (isFreeze(hold)) return `${scopeOf(hold)} is frozen: ${words}`;
  const where = environment === undefined ? "" : ` in ${environment}`;
  const how = hold.freeze ? "until it is released" : `through ${hold.through}`;
  return `${what} is held${where} ${how}: ${words}`;
}

/** Returns when that ends, or what ends it. */
export function endOf(hold: Hold): string {
  const where = hold.environment === undefined ? "" : ` --env ${hold.environment}`;
  if (isFreeze(hold)) {
    const end = hold.until === undefined ? `with \`landfall thaw${where}\`` : `at ${hold.until}`;
    return `The freeze ends ${end}. Land what cannot wait with --through-freeze REASON.`;
  }
  const release = `the hold with \`landfall release${where}\`.`;
  return hold.freeze ? `Lift ${release}` : `Promote a newer revision, or lift ${release}`;
}
