/** Where people see a commit, what lies between two, or a request: on forges that a URL tells. */

import { forgeOf } from "../core/forge/forge.ts";
import { commitLink, compareLink, requestLink } from "../core/forge/links.ts";

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

/** Returns the page of a pull or merge request. */
export function requestPage(repository: string, number: number): string | undefined {
  const forge = forgeOf(repository);
  return forge && requestLink(forge, number);
}
