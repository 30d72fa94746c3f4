/**
 * Pull requests of Forgejo and Gitea, whose APIs are one. Facts: their OpenAPI description, at
 * /swagger.v1.json of every server.
 */

import { textAt } from "../../core/cluster/json.ts";
import type { ForgeRequest } from "../../core/forge/request.ts";
import {
  askForList,
  newest,
  pullEditor,
  type Requests,
  type RequestsOf,
  readPull,
} from "./requests.ts";

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
  const list = (query: string) => askForList(ask, `${pulls}?${query}`, "list pull requests");
  const isOurs = (value: unknown) =>
    textAt(value, "head", "ref") === head && textAt(value, "base", "ref") === base;
  /** The label of a branch that was removed is not its name any more. */
  const wasOurs = (value: unknown) =>
    textAt(value, "head", "label") === head && textAt(value, "base", "ref") === base;
  return {
    async latest() {
      for (let page = 1; page <= pagesMax; page += 1) {
        const found = await list(`state=open&limit=${pageSize}&page=${page}`);
        const open = newest(found.filter(isOurs).flatMap(readPull));
        if (open !== undefined) return open;
        if (found.length === 0) break;
      }
      const closed = await list(`state=closed&sort=recentupdate&limit=${pageSize}&page=1`);
      return newest(closed.filter((one) => isOurs(one) || wasOurs(one)).flatMap(readPull));
    },

    ...pullEditor(of),

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
