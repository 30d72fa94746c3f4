/**
 * Pull requests of GitHub. Facts: docs.github.com, "REST API endpoints for pull requests"; and the
 * GraphQL API for auto-merge, which has no other way in.
 */

import { listAt, textAt } from "../../core/cluster/json.ts";
import { Failure } from "../../core/failure.ts";
import type { ForgeRequest } from "../../core/forge/request.ts";
import {
  askForList,
  newest,
  pullEditor,
  type Requests,
  type RequestsOf,
  readPull,
} from "./requests.ts";

/** Also merges through a merge queue, where the branch has one. */
const enableAutoMerge = `mutation($id: ID!, $head: GitObjectID!, $method: PullRequestMergeMethod) {
  enablePullRequestAutoMerge(
    input: { pullRequestId: $id, expectedHeadOid: $head, mergeMethod: $method }
  ) { pullRequest { number } }
}`;

/** Returns the pull requests from one branch to another. */
export function githubRequests(of: RequestsOf): Requests {
  const { ask, forge, head, base } = of;
  const repository = `/repos/${forge.path}`;
  const [owner = ""] = forge.path.split("/");
  return {
    async latest() {
      const query = new URLSearchParams({
        ...{ head: `${owner}:${head}`, base, state: "all", per_page: "20" },
        ...{ sort: "created", direction: "desc" },
      });
      const path = `${repository}/pulls?${query}`;
      return newest((await askForList(ask, path, "list pull requests")).flatMap(readPull));
    },

    ...pullEditor(of),

    async open(text) {
      const { status, words } = await ask({
        ...{ method: "POST", path: `${repository}/pulls`, doing: "open a pull request" },
        body: { ...text, head, base, maintainer_can_modify: false },
        answers: [422],
      });
      if (status !== 422) return "opened";
      // Also said of a branch that has nothing new, or has gone: the next look tells.
      if (/already exists/i.test(words)) return "taken";
      throw new Failure(
        "remote-denied",
        `Cannot open a pull request on GitHub: ${words}`,
        "Let the token open pull requests; for GITHUB_TOKEN, in the repository's Actions settings.",
      );
    },

    mergeWhenReady: (request) => askToMerge(request, of),
  };
}

/** Asks for what a request shows now to be merged, at once or when its checks are green. */
async function askToMerge(
  { number, head: shown }: ForgeRequest,
  { ask, forge, method }: RequestsOf,
): ReturnType<Requests["mergeWhenReady"]> {
  const doing = "ask for the pull request to be merged";
  const path = `/repos/${forge.path}/pulls/${number}`;
  const { value: seen } = await ask({ method: "GET", path, doing });
  const variables = {
    ...{ id: textAt(seen, "node_id"), head: shown },
    ...(method && { method: method.toUpperCase() }),
  };
  const said = await ask({
    ...{ method: "POST", path: graphqlPath(forge.api), doing },
    body: { query: enableAutoMerge, variables },
  });
  const errors = listAt(said.value, "errors").map((error) => textAt(error, "message"));
  if (errors.length === 0) return "asked";
  const words = errors.join("; ");
  // There is nothing to wait for: GitHub wants to be told to merge.
  if (!/(?:clean|unstable) status/i.test(words)) return { words };
  const merge = { sha: shown, ...(method && { merge_method: method }) };
  const asked = { method: "PUT", path: `${path}/merge`, body: merge, doing } as const;
  const merged = await ask({ ...asked, answers: [405, 409, 422] });
  if (merged.status === 200) return "asked";
  return merged.status === 409 ? "later" : { words: merged.words };
}

/** GraphQL is beside REST: below the same host, and on servers of one's own not below v3. */
function graphqlPath(api: string): string {
  return api.endsWith("/v3") ? "/../graphql" : "/graphql";
}
