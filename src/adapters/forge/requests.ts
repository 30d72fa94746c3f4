/** What every forge does for our requests, whatever its API calls them. */

import type { Forge } from "../../core/forge/forge.ts";
import type { ForgeRequest } from "../../core/forge/request.ts";
import type { Proposals } from "../../ports-forge.ts";
import type { AskForge } from "./api.ts";

/** The requests from one branch to another of one repository. */
export type Requests = Pick<
  Proposals,
  "latest" | "read" | "open" | "edit" | "close" | "comment" | "mergeWhenReady"
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

/** What GitHub's API and Gitea's have in common: they read, edit, close and comment alike. */
export function pullEditor(
  { ask, forge }: RequestsOf,
  readRequest: (value: unknown) => readonly ForgeRequest[],
): Pick<Requests, "read" | "edit" | "close" | "comment"> {
  const pathOf = (number: number) => `/repos/${forge.path}/pulls/${number}`;
  return {
    async read(number) {
      const call = { method: "GET", path: pathOf(number), doing: "read the pull request" } as const;
      return readRequest((await ask({ ...call, answers: [404] })).value)[0];
    },
    async edit(number, body) {
      await ask({ method: "PATCH", path: pathOf(number), body, doing: "edit the pull request" });
    },
    async close(number, text) {
      const call = {
        method: "PATCH",
        path: pathOf(number),
        doing: "close the pull request",
      } as const;
      // 412 (Gitea), 422 (GitHub): it was merged meanwhile. The next look tells.
      await ask({ ...call, body: { ...text, state: "closed" }, answers: [412, 422] });
    },
    async comment(number, words) {
      const path = `/repos/${forge.path}/issues/${number}/comments`;
      await ask({ method: "POST", path, body: { body: words }, doing: "comment" });
    },
  };
}
