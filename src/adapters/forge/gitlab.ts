/** Merge requests of GitLab. Facts: docs.gitlab.com, "Merge requests API" and "Notes API". */

import { at, numberAt, textAt } from "../../core/cluster/json.ts";
import type { Forge } from "../../core/forge/forge.ts";
import type { ForgeRequest, RequestText } from "../../core/forge/request.ts";
import { asCommitId } from "../../core/ids.ts";
import { askForList, newest, type Requests, type RequestsOf } from "./requests.ts";

/** Returns the merge requests from one branch to another. */
export function gitlabRequests(of: RequestsOf): Requests {
  const { ask, forge, head, base } = of;
  const requests = pathOf(forge);
  const branches = { source_branch: head, target_branch: base };
  return {
    async latest() {
      const order = { order_by: "created_at", sort: "desc", per_page: "20" };
      const query = new URLSearchParams({ ...branches, ...order, scope: "all", state: "all" });
      const path = `${requests}?${query}`;
      return newest((await askForList(ask, path, "list merge requests")).flatMap(readRequest));
    },

    async read(number) {
      const path = `${requests}/${number}`;
      const doing = "read the merge request";
      return readRequest((await ask({ method: "GET", path, doing, answers: [404] })).value)[0];
    },

    async open(text) {
      const { status } = await ask({
        ...{ method: "POST", path: requests, doing: "open a merge request", answers: [409] },
        body: { ...fieldsOf(text), ...branches, remove_source_branch: true },
      });
      return status === 409 ? "taken" : "opened";
    },

    async edit(number, text) {
      const path = `${requests}/${number}`;
      await ask({ method: "PUT", path, body: fieldsOf(text), doing: "edit the merge request" });
    },

    async close(number, text) {
      const path = `${requests}/${number}`;
      const body = { ...fieldsOf(text), state_event: "close" };
      await ask({ method: "PUT", path, body, doing: "close the merge request" });
    },

    async comment(number, words) {
      const path = `${requests}/${number}/notes`;
      await ask({ method: "POST", path, body: { body: words }, doing: "comment" });
    },

    mergeWhenReady: (request) => askToMerge(request, of),
  };
}

/** Asks for what a request shows now to be merged, at once or when its checks are green. */
async function askToMerge(
  { number, head: shown }: ForgeRequest,
  { ask, forge, method }: RequestsOf,
): ReturnType<Requests["mergeWhenReady"]> {
  const { status, words } = await ask({
    ...{ method: "PUT", path: `${pathOf(forge)}/${number}/merge` },
    doing: "ask for the merge request to be merged",
    body: {
      ...{ sha: shown, should_remove_source_branch: true },
      // The name that 17.11 gave it, and the one before.
      ...{ auto_merge: true, merge_when_pipeline_succeeds: true },
      ...(method === "squash" && { squash: true }),
    },
    answers: [405, 406, 409, 422],
  });
  if (status === 200) return "asked";
  // 405 and 406 also mean that GitLab is still looking whether it can be merged.
  if (status === 409) return "later";
  return status === 422 ? { words } : "later";
}

function pathOf({ path }: Forge): string {
  return `/projects/${encodeURIComponent(path)}/merge_requests`;
}

function fieldsOf({ title, body }: RequestText) {
  return { title, description: body };
}

const states: Readonly<Record<string, ForgeRequest["state"]>> = {
  opened: "open",
  // While it is being merged.
  locked: "open",
  merged: "merged",
};

function readRequest(value: unknown): readonly ForgeRequest[] {
  const number = numberAt(value, "iid");
  if (number === undefined) return [];
  const state = states[textAt(value, "state")] ?? "closed";
  // A fast-forward makes no commit of its own; a squash without a merge commit makes that one.
  const made = ["merge_commit_sha", "squash_commit_sha", "sha"].find(
    (key) => typeof at(value, key) === "string",
  );
  return [
    {
      ...{ number, state, url: textAt(value, "web_url") },
      ...{ title: textAt(value, "title"), body: textAt(value, "description") },
      head: asCommitId(textAt(value, "sha")),
      mergedAs: state === "merged" ? asCommitId(textAt(value, made ?? "sha")) : undefined,
    },
  ];
}
