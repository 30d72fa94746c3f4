/** Where people see a commit, or what lies between two, on the forges that a URL tells. */

import { forgeOf } from "../core/forge/forge.ts";
import { commitLink, compareLink } from "../core/forge/links.ts";

/** Returns the page of a commit, or undefined where the repository's forge is not known. */
export function commitPage(repository: string, commit: string): string | undefined {
  const forge = forgeOf(repository);
  return forge && commitLink(forge, commit);
}

/** Returns the page of what the commit `to` has and `from` lacks. */
export function comparePage(repository: string, from: string, to: string): string | undefined {
  const forge = forgeOf(repository);
  return forge && compareLink(forge, from, to);
}
