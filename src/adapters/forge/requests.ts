/** What every forge does for our requests, whatever its API calls them. */

import type { Forge } from "../../core/forge/forge.ts";
import type { ForgeRequest } from "../../core/forge/request.ts";
import type { Proposals } from "../../ports-forge.ts";
import type { AskForge } from "./api.ts";

/** The requests from one branch to another of one repository. */
export type Requests = Pick<
  Proposals,
  "latest" | "open" | "edit" | "close" | "comment" | "mergeWhenReady"
>;

/** Which requests are meant, and how they are merged. */
export interface RequestsOf {
  readonly ask: AskForge;
  readonly forge: Forge;
  /** Our branch, and the one that it is to be merged into. */
  readonly head: string;
  readonly base: string;
  readonly method: "merge" | "squash" | "rebase" | undefined;
}

/** Returns the open one, or else the one that was made last. */
export function newest(requests: readonly ForgeRequest[]): ForgeRequest | undefined {
  const byAge = requests.toSorted((one, other) => other.number - one.number);
  return byAge.find(({ state }) => state === "open") ?? byAge[0];
}
