/** What doctor asks of servers beside its ports: their clocks, and GitHub about our token. */

import { at, textAt } from "../../core/cluster/json.ts";
import { Failure } from "../../core/failure.ts";
import type { Clock } from "../../ports.ts";
import { type HttpClient, type HttpOptions, httpClient } from "../http/client.ts";
import { parseJson } from "../http/words.ts";

/** How servers are asked. */
export interface DoctorHttpOptions extends HttpOptions {
  readonly clock: Clock;
}

/**
 * Returns what time each server says it is, from the `Date` of any answer, with our own time of it.
 * Servers that give none are left out. No token is sent.
 */
export async function serverTimes(urls: readonly string[], options: DoctorHttpOptions) {
  const http = httpClient(options);
  const times = await Promise.all(urls.map((url) => timeOf(new URL(url), http, options.clock)));
  return times.filter((time) => time !== undefined);
}

async function timeOf(url: URL, http: HttpClient, clock: Clock) {
  try {
    const request = { method: "GET", url, doing: `ask "${url.host}" for the time` } as const;
    const reply = await http.send({ ...request, accept: "*/*", bodyBytesMax: 0 });
    const dateMs = Date.parse(reply.header("date") ?? "");
    return Number.isNaN(dateMs) ? undefined : { host: url.host, dateMs, atMs: clock.nowMs() };
  } catch {
    // Whether it can be reached is another check's question.
    return undefined;
  }
}

/**
 * Returns what GitHub says of a token for a repository (`owner/name`): the scopes of a classic one,
 * and whether it may push; undefined when it says neither. Facts: docs.github.com, "Get a
 * repository" (`permissions.push`), and the headers `x-oauth-scopes` and
 * `github-authentication-token-expiration`.
 *
 * @throws Failure `remote-denied` when the token is none, or may not see the repository.
 */
export async function githubRights(
  { repository, token }: { readonly repository: string; readonly token: string },
  options: HttpOptions & { readonly api: string },
) {
  const reply = await httpClient({ ...options, unreachable: "remote-unreachable" }).send({
    ...{ method: "GET", url: new URL(`${options.api}/repos/${repository}`), token },
    ...{ doing: "ask GitHub for the token's rights", accept: "application/vnd.github+json" },
    bodyBytesMax: 1024 * 1024,
  });
  if (reply.status === 401)
    throw denied("it does not know the token", "it has expired or was revoked");
  if (reply.status === 404) throw denied(`it shows no "${repository}"`, "it may not see it");
  if (reply.status !== 200) return undefined;
  const push = at(parseJson(reply.body), "permissions", "push");
  const scopes = textAt({ scopes: reply.header("x-oauth-scopes") }, "scopes");
  const mayPush = typeof push === "boolean" ? push : undefined;
  const known = scopes !== "" || mayPush !== undefined;
  const expires = reply.header("github-authentication-token-expiration");
  return known ? { scopes: scopes.split(/,\s*/).filter(Boolean), mayPush, expires } : undefined;
}

function denied(what: string, why: string): Failure {
  const hint = `Make a new token that may write contents of this repository: ${why}.`;
  return new Failure("remote-denied", `Cannot ask GitHub for the token's rights: ${what}`, hint);
}
