/** Questions to an API that answers in JSON, and what its refusals mean. */

import { textAt } from "../../core/cluster/json.ts";
import { Failure, type FailureCode } from "../../core/failure.ts";
import type { Clock } from "../../ports.ts";
import type { HttpClient, HttpReply } from "../http/client.ts";
import { askedWaitMs, parseJson, printableWords } from "../http/words.ts";

/** One question. */
export interface Question {
  readonly method: "GET" | "POST" | "PATCH";
  readonly url: URL;
  /** For messages, after "Cannot": `read the Application "x"`. */
  readonly doing: string;
  readonly token: string | undefined;
  readonly body?: unknown;
  /** The media type of the body, if it is not plain JSON. */
  readonly contentType?: string | undefined;
  /** What to do about an answer, by its status. */
  readonly hints: Readonly<Record<number, string>>;
  /** The wall-clock limit of this question, in milliseconds, where it is less than that of all. */
  readonly limitMs?: number | undefined;
}

/** How questions are sent. */
export interface Asking {
  readonly http: HttpClient;
  readonly clock: Clock;
}

// A page of 100 pods, or an Application with a thousand resources, has a tenth of this.
const bodyBytesMax = 8 * 1024 * 1024;

/**
 * Returns the JSON of a good answer.
 *
 * @throws Failure `cluster-denied` (401, 403), `cluster-not-found` (404), `throttled` (429), else
 *   `cluster-unreachable`. The server's words are in the message, never the token.
 */
export async function askJson(question: Question, { http, clock }: Asking): Promise<unknown> {
  const { method, url, doing, token, body, contentType, limitMs } = question;
  const accept = "application/json";
  const request = { method, url, doing, token, accept, body, contentType, bodyBytesMax, limitMs };
  const reply = await http.send(request);
  const { status } = reply;
  if (status < 200 || status > 299) throw refusal(question, reply, clock.nowMs());
  if (reply.isCut) throw nonsense(question, `more than ${bodyBytesMax} bytes`);
  const json = parseJson(reply.body);
  if (json === undefined) throw nonsense(question, "no JSON");
  return json;
}

/** Returns the failure that an answer of an unexpected shape is. */
export function nonsense({ doing, url }: Pick<Question, "doing" | "url">, what: string): Failure {
  return new Failure(
    "cluster-unreachable",
    `Cannot ${doing}: "${url.host}" sent ${what}`,
    "Check the address: something else may answer there, such as a login page or a proxy without REST.",
  );
}

const codes: Readonly<Record<number, FailureCode>> = {
  401: "cluster-denied",
  403: "cluster-denied",
  404: "cluster-not-found",
  429: "throttled",
};

const otherHints: Partial<Record<FailureCode, string>> = { throttled: "Run it again later." };

function refusal(question: Question, reply: HttpReply, nowMs: number): Failure {
  const { doing, url, hints } = question;
  const words = wordsOf(reply, question.token);
  const code = codes[reply.status] ?? "cluster-unreachable";
  const location = reply.header("location");
  const to = location === undefined ? "" : ` and redirects to "${location}"`;
  const said = words === "" ? "" : `: ${words}`;
  return new Failure(
    code,
    `Cannot ${doing}: "${url.host}" answered ${reply.status}${to}${said}`,
    hints[reply.status] ?? otherHints[code] ?? "Check the address, and the server's own logs.",
    { retryAfterMs: askedWaitMs(reply.header("retry-after"), words, nowMs) },
  );
}

/** Argo CD (grpc-gateway) and Kubernetes (`Status`) both say it in `message`. */
function wordsOf({ body }: HttpReply, token = ""): string {
  const message = textAt(parseJson(body), "message");
  return printableWords(message === "" ? Buffer.from(body).toString() : message, [token]);
}
