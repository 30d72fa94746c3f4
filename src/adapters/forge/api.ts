/** A forge's REST API: one token, one server, failures in the words that every forge shares. */

import { Failure, type FailureCode } from "../../core/failure.ts";
import { type Forge, forgeNames } from "../../core/forge/forge.ts";
import type { Clock } from "../../ports.ts";
import { type HttpClient, type HttpOptions, type HttpReply, httpClient } from "../http/client.ts";
import { askedWaitMs, parseJson, printableWords } from "../http/words.ts";

/** How an API is reached. */
export interface ForgeApiOptions extends HttpOptions {
  readonly forge: Forge;
  /** Asked before each request: a token may run out. */
  readonly token: () => Promise<string | undefined>;
  readonly clock: Clock;
}

/** One question. */
export interface ForgeCall {
  readonly method: "GET" | "POST" | "PATCH" | "PUT";
  /** Below the API's address, beginning with a slash. */
  readonly path: string;
  readonly body?: unknown;
  /** For messages, after "Cannot": `open the request`. */
  readonly doing: string;
  /** Statuses that are answers, beside those of success. */
  readonly answers?: readonly number[];
}

/** An answer. */
export interface ForgeAnswer {
  readonly status: number;
  readonly value: unknown;
  /** What a refusal says, on one line. */
  readonly words: string;
}

/** Asks an API. Throws Failure `remote-…`, `throttled`. */
export type AskForge = (call: ForgeCall) => Promise<ForgeAnswer>;

const bodyBytesMax = 4 * 1024 * 1024;

/** Returns a way to ask a forge. */
export function forgeApi({ forge, token: tokenOf, clock, ...options }: ForgeApiOptions): AskForge {
  const http: HttpClient = httpClient({ ...options, unreachable: "remote-unreachable" });
  const accept = forge.kind === "github" ? "application/vnd.github+json" : "application/json";
  return async ({ method, path, body, doing, answers = [] }) => {
    const token = await tokenOf();
    const request = { method, url: new URL(`${forge.api}${path}`), doing, token, accept, body };
    const reply = await http.send({ ...request, bodyBytesMax });
    const value = parseJson(reply.body);
    const words = printableWords(saidIn(value, reply), [token ?? ""]);
    const { status } = reply;
    if ((status >= 200 && status < 300) || answers.includes(status))
      return { status, value, words };
    throw failureOf(reply, { doing, words, forge, nowMs: clock.nowMs() });
  };
}

/** GitHub and Gitea say `message`, GitLab also `error`, and either may be a list or an object. */
function saidIn(value: unknown, { body }: HttpReply): string {
  const { message, error, errors } = (value ?? {}) as Record<string, unknown>;
  const said = [message, error, errors].filter((part) => part !== undefined && part !== "");
  if (said.length === 0) return value === undefined ? Buffer.from(body).toString("utf8") : "";
  return said.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join(": ");
}

function failureOf(
  { status, header }: HttpReply,
  about: { doing: string; words: string; forge: Forge; nowMs: number },
): Failure {
  const { doing, words, forge, nowMs } = about;
  const { name } = forgeNames[forge.kind];
  const said = words === "" ? "" : `: ${words}`;
  const message = `Cannot ${doing} on ${name}: it answered ${status}${said}`;
  if (status === 429 || (status === 403 && /rate limit|abuse/i.test(words))) {
    const retryAfterMs = askedWaitMs(header("retry-after"), words, nowMs);
    return new Failure("throttled", message, "Try again later.", { retryAfterMs });
  }
  const [code, hint] = meanings[status] ?? (status >= 500 ? away : meanings[403]!);
  return new Failure(code, message, hint);
}

const away = ["remote-unreachable", "Run it again when the forge's API answers."] as const;
const meanings: Readonly<Record<number, readonly [FailureCode, string]>> = {
  401: ["remote-denied", "The forge does not know the token: it has expired, or is another's."],
  403: [
    "remote-denied",
    "Let the token read and write pull requests (GitLab: scope api) as well as contents.",
  ],
  404: [
    "remote-not-found",
    "Check the repository's URL, forge.api, and that the token may see its pull requests.",
  ],
};
