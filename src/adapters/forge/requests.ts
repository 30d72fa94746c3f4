/** What every forge does for our requests, whatever its API calls them. */

import { at, numberAt, textAt } from "../../core/cluster/json.ts";
import type { Forge } from "../../core/forge/forge.ts";
import type { ForgeRequest } from "../../core/forge/request.ts";
import { asCommitId } from "../../core/ids.ts";
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

/** Asks for a list; anything else that is answered counts as the empty one. */
export async function askForList(
  ask: AskForge,
  path: string,
  doing: string,
): Promise<readonly unknown[]> {
  const { value } = await ask({ method: "GET", path, doing });
  return Array.isArray(value) ? value : [];
}

/** Reads a pull request as GitHub and Gitea describe it: one, or none where it is none. */
export function readPull(value: unknown): readonly ForgeRequest[] {
  const number = numberAt(value, "number");
  if (number === undefined) return [];
  // GitHub leaves `merged` out of lists.
  const isMerged = textAt(value, "merged_at") !== "" || at(value, "merged") === true;
  const state = isMerged ? "merged" : textAt(value, "state") === "open" ? "open" : "closed";
  return [
    {
      ...{ number, state, url: textAt(value, "html_url") },
      ...{ title: textAt(value, "title"), body: textAt(value, "body") },
      head: asCommitId(textAt(value, "head", "sha")),
      // Before it is merged, this is a commit of GitHub's own to try it out.
      mergedAs: isMerged ? asCommitId(textAt(value, "merge_commit_sha")) : undefined,
    },
  ];
}

/** What GitHub's API and Gitea's have in common: they read, edit, close and comment alike. */
export function pullEditor({
  ask,
  forge,
}: RequestsOf): Pick<Requests, "read" | "edit" | "close" | "comment"> {
  const pathOf = (number: number) => `/repos/${forge.path}/pulls/${number}`;
  return {
    async read(number) {
      const call = { method: "GET", path: pathOf(number), doing: "read the pull request" } as const;
      return readPull((await ask({ ...call, answers: [404] })).value)[0];
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
