/** The REST of each forge, as far as requests need it, in front of the test's forge. */

import type { ForgeKind } from "../../src/core/forge/forge.ts";
import type { ForgeReply, KeptRequest, MergeMethod, TestForge } from "./forge-server.ts";

interface Asked {
  readonly method: string;
  readonly at: URL;
  readonly body: Readonly<Record<string, unknown>>;
}

type Dialect = (forge: TestForge, asked: Asked) => Promise<ForgeReply>;

const notFound: ForgeReply = { status: 404, body: { message: "Not Found" } };

/** `/…/pulls/3/merge` → what it ends with, and which request it is about. */
function routeOf({ method, at }: Asked) {
  const [, number, rest = ""] =
    /(?:pulls|issues|merge_requests)(?:\/(\d+))?(\/\w+)?$/.exec(at.pathname) ?? [];
  return { route: `${method} ${number === undefined ? "" : "N"}${rest}`, number: Number(number) };
}

function edit(request: KeptRequest, body: Asked["body"]): void {
  if (typeof body.title === "string") request.title = body.title;
  const text = body.body ?? body.description;
  if (typeof text === "string") request.body = text;
  const isClosed = body.state === "closed" || body.state_event === "close";
  if (isClosed && request.state === "open") request.state = "closed";
}

const shapes = {
  pull: (one: KeptRequest) => ({
    number: one.number,
    node_id: `PR_${one.number}`,
    html_url: `https://forge.test/o/r/pull/${one.number}`,
    state: one.state === "open" ? "open" : "closed",
    merged: one.state === "merged",
    merged_at: one.state === "merged" ? "2026-11-26T12:00:00Z" : null,
    // Before the merge, GitHub shows a commit of its own here.
    merge_commit_sha: one.mergedAs ?? "0123456789012345678901234567890123456789",
    ...{ title: one.title, body: one.body },
    head: { ref: one.head, label: one.head, sha: one.shown },
    base: { ref: one.base, label: one.base },
  }),
  mergeRequest: (one: KeptRequest) => ({
    iid: one.number,
    web_url: `https://forge.test/o/r/-/merge_requests/${one.number}`,
    state: one.state === "open" ? "opened" : one.state,
    ...{ title: one.title, description: one.body, sha: one.shown },
    ...{ merge_commit_sha: one.mergedAs ?? null, squash_commit_sha: null },
    ...{ source_branch: one.head, target_branch: one.base },
  }),
};

async function comment(forge: TestForge, number: number, body: Asked["body"]): Promise<ForgeReply> {
  forge.requests[number - 1]?.comments.push(String(body.body));
  return { status: 201, body: {} };
}

const github: Dialect = async (forge, asked) => {
  const { at, body } = asked;
  if (at.pathname.endsWith("/graphql")) {
    const { id, head, method = "MERGE" } = body.variables as Record<string, string>;
    const request = forge.requests[Number(id?.slice(3)) - 1]!;
    const errors = (message: string) => ({
      status: 200,
      body: { data: {}, errors: [{ message }] },
    });
    if (request.shown !== head) return errors("Head sha didn't match expected head sha");
    if (forge.checks === "green") return errors("Pull request Pull request is in clean status");
    request.auto = method.toLowerCase() as MergeMethod;
    return { status: 200, body: { data: {} } };
  }
  const { route, number } = routeOf(asked);
  const request = forge.requests[number - 1];
  if (route === "GET ") {
    const [, branch] = (at.searchParams.get("head") ?? "").split(":");
    return {
      status: 200,
      body: forge.requests.filter((one) => one.head === branch).map(shapes.pull),
    };
  }
  if (route === "POST ") return opened(forge, body, { status: 422, shape: shapes.pull });
  if (request === undefined) return notFound;
  if (route === "GET N") return { status: 200, body: shapes.pull(request) };
  if (route === "PATCH N") edit(request, body);
  if (route === "POST N/comments") return comment(forge, number, body);
  if (route === "PUT N/merge") {
    if (body.sha !== request.shown)
      return { status: 409, body: { message: "Head branch was modified" } };
    const isDone = await forge.merge(number, (body.merge_method ?? "merge") as MergeMethod);
    return isDone ? { status: 200, body: {} } : { status: 405, body: { message: "not mergeable" } };
  }
  return { status: 200, body: shapes.pull(request) };
};

const gitea: Dialect = async (forge, asked) => {
  const { at, body } = asked;
  const { route, number } = routeOf(asked);
  const request = forge.requests[number - 1];
  if (route === "GET ") {
    const isOpen = at.searchParams.get("state") === "open";
    const page = Number(at.searchParams.get("page"));
    const found = forge.requests.filter((one) => (one.state === "open") === isOpen);
    return { status: 200, body: page > 1 ? [] : found.map(shapes.pull) };
  }
  if (route === "POST ") return opened(forge, body, { status: 409, shape: shapes.pull });
  if (request === undefined) return notFound;
  if (route === "POST N/comments") return comment(forge, number, body);
  if (route === "POST N/merge") {
    if (body.head_commit_id !== request.shown)
      return { status: 409, body: { message: "head out of date" } };
    const method = body.Do as MergeMethod;
    if (forge.checks === "pending") request.auto = method;
    else if (!(await forge.merge(number, method)))
      return { status: 405, body: { message: "conflicts" } };
    return { status: forge.checks === "pending" ? 201 : 200 };
  }
  if (route === "PATCH N" && request.state === "merged" && body.state === "closed") {
    return {
      status: 412,
      body: { message: "cannot change state of this pull request, it was already merged" },
    };
  }
  if (route === "PATCH N") edit(request, body);
  return { status: 201, body: shapes.pull(request) };
};

const gitlab: Dialect = async (forge, asked) => {
  const { at, body } = asked;
  const { route, number } = routeOf(asked);
  const request = forge.requests[number - 1];
  if (route === "GET ") {
    const branch = at.searchParams.get("source_branch");
    const found = forge.requests.filter((one) => one.head === branch);
    return { status: 200, body: found.map(shapes.mergeRequest) };
  }
  if (route === "POST ") {
    const { title, description, source_branch: head, target_branch: base } = body;
    const fields = { title, body: description, head, base };
    return opened(forge, fields, { status: 409, shape: shapes.mergeRequest });
  }
  if (request === undefined) return notFound;
  if (route === "POST N/notes") return comment(forge, number, body);
  if (route === "PUT N/merge") {
    if (body.sha !== request.shown)
      return { status: 409, body: { message: "SHA does not match HEAD of source branch" } };
    if (forge.checks === "pending") request.auto = "merge";
    else await forge.merge(number, body.squash ? "squash" : "merge");
    return { status: 200, body: shapes.mergeRequest(request) };
  }
  if (route === "PUT N") edit(request, body);
  return { status: 200, body: shapes.mergeRequest(request) };
};

async function opened(
  forge: TestForge,
  fields: Asked["body"],
  { status, shape }: { status: number; shape: (one: KeptRequest) => unknown },
): Promise<ForgeReply> {
  const said = await forge.open(fields as unknown as Parameters<TestForge["open"]>[0]);
  if (said === "taken") return { status, body: { message: "a pull request already exists" } };
  if (said === "nothing")
    return { status: 422, body: { message: "Validation Failed: head invalid" } };
  return { status: 201, body: shape(said) };
}

/** How each forge answers. */
export const dialects: Readonly<Record<ForgeKind, Dialect>> = {
  github,
  gitlab,
  gitea,
  forgejo: gitea,
};
