/**
 * Pull requests of Forgejo and Gitea, whose APIs are one. Facts: their OpenAPI description, at
 * /swagger.v1.json of every server.
 */

import { at, numberAt, textAt } from "../../core/cluster/json.ts";
import type { ForgeRequest } from "../../core/forge/request.ts";
import { asCommitId } from "../../core/ids.ts";
import type { AskForge } from "./api.ts";
import { newest, pullEditor, type Requests, type RequestsOf } from "./requests.ts";

/** As many as a page holds at the most, as servers are set up. */
const pageSize = 50;
/** Open requests of a repository that are looked through. */
const pagesMax = 10;

/** What is done when nothing says how: the repository's own default is not told to everybody. */
const defaultMethod = "merge";

/** Returns the pull requests from one branch to another. */
export function giteaRequests(of: RequestsOf): Requests {
  const { ask, forge, head, base } = of;
  const pulls = `/repos/${forge.path}/pulls`;
  const isOurs = (value: unknown) =>
    textAt(value, "head", "ref") === head && textAt(value, "base", "ref") === base;
  /** The label of a branch that was removed is not its name any more. */
  const wasOurs = (value: unknown) =>
    textAt(value, "head", "label") === head && textAt(value, "base", "ref") === base;
  return {
    async latest() {
      for (let page = 1; page <= pagesMax; page += 1) {
        const found = await list(ask, `${pulls}?state=open&limit=${pageSize}&page=${page}`);
        const open = newest(found.filter(isOurs).flatMap(readRequest));
        if (open !== undefined) return open;
        if (found.length === 0) break;
      }
      const path = `${pulls}?state=closed&sort=recentupdate&limit=${pageSize}&page=1`;
      const closed = await list(ask, path);
      return newest(closed.filter((one) => isOurs(one) || wasOurs(one)).flatMap(readRequest));
    },

    ...pullEditor(of, readRequest),

    async open(text) {
      const { status } = await ask({
        ...{ method: "POST", path: pulls, doing: "open a pull request", answers: [409] },
        body: { ...text, head, base },
      });
      return status === 409 ? "taken" : "opened";
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
    ...{ method: "POST", path: `/repos/${forge.path}/pulls/${number}/merge` },
    doing: "ask for the pull request to be merged",
    body: {
      ...{ Do: method ?? defaultMethod, head_commit_id: shown },
      ...{ merge_when_checks_succeed: true, delete_branch_after_merge: true },
    },
    answers: [405, 409, 422],
  });
  if (status === 200 || status === 201 || status === 204) return "asked";
  if (/already scheduled|scheduled to auto ?merge/i.test(words)) return "asked";
  // The server has not looked yet whether it can be merged, or its head is about to change.
  return status === 405 && /try again|not ready|checking/i.test(words) ? "later" : { words };
}

async function list(ask: AskForge, path: string): Promise<readonly unknown[]> {
  const { value } = await ask({ method: "GET", path, doing: "list pull requests" });
  return Array.isArray(value) ? value : [];
}

function readRequest(value: unknown): readonly ForgeRequest[] {
  const number = numberAt(value, "number");
  if (number === undefined) return [];
  const isMerged = at(value, "merged") === true;
  const state = isMerged ? "merged" : textAt(value, "state") === "open" ? "open" : "closed";
  return [
    {
      ...{ number, state, url: textAt(value, "html_url") },
      ...{ title: textAt(value, "title"), body: textAt(value, "body") },
      head: asCommitId(textAt(value, "head", "sha")),
      mergedAs: isMerged ? asCommitId(textAt(value, "merge_commit_sha")) : undefined,
    },
  ];
}
