/** Questions to an API that answers in JSON, and what its refusals mean. */

import { textAt } from "../../core/cluster/json.ts";
import { Failure, type FailureCode } from "../../core/failure.ts";
import type { Clock } from "../../ports.ts";
import type { ClusterHttp, ClusterReply } from "../http/cluster-client.ts";
import { askedWaitMs, parseJson, printableWords } from "../http/words.ts";

/** One question. */
export interface Question {
  readonly method: "GET" | "POST";
  readonly url: URL;
  /** For messages, after "Cannot": `read the Application "x"`. */
  readonly doing: string;
  readonly token: string | undefined;
  readonly body?: unknown;
  /** What to do when the server says that we may not. */
  readonly deniedHint: string;
  /** What to do when there is no such thing. */
  readonly missingHint: string;
}

/** How questions are sent. */
export interface Asking {
  readonly http: ClusterHttp;
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
  const { method, url, doing, token, body } = question;
  const accept = "application/json";
  const reply = await http.send({ method, url, doing, token, accept, body, bodyBytesMax });
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
    "Check the address: something else may answer there.",
  );
}

const codes: Readonly<Record<number, FailureCode>> = {
  401: "cluster-denied",
  403: "cluster-denied",
  404: "cluster-not-found",
  429: "throttled",
};

function refusal(question: Question, reply: ClusterReply, nowMs: number): Failure {
  const { doing, url, deniedHint, missingHint } = question;
  const words = wordsOf(reply, question.token);
  const hints: Partial<Record<FailureCode, string>> = {
    "cluster-denied": deniedHint,
    "cluster-not-found": missingHint,
    throttled: "Run it again later.",
  };
  const code = codes[reply.status] ?? "cluster-unreachable";
  const location = reply.header("location");
  const to = location === undefined ? "" : ` and redirects to "${location}"`;
  const said = words === "" ? "" : `: ${words}`;
  return new Failure(
    code,
    `Cannot ${doing}: "${url.host}" answered ${reply.status}${to}${said}`,
    hints[code] ?? "Check the address, and the server's own logs.",
    { retryAfterMs: askedWaitMs(reply.header("retry-after"), words, nowMs) },
  );
}

/** Argo CD (grpc-gateway) and Kubernetes (`Status`) both say it in `message`. */
function wordsOf({ body }: ClusterReply, token = ""): string {
  const message = textAt(parseJson(body), "message");
  return printableWords(message === "" ? Buffer.from(body).toString() : message, [token]);
}
