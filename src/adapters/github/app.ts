/** Tokens of a GitHub App: for one repository and its contents alone, made anew as they run out. */

import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import { numberAt, textAt } from "../../core/cluster/json.ts";
import { Failure, type FailureCode } from "../../core/failure.ts";
import type { Clock } from "../../ports.ts";
import { type HttpClient, type HttpOptions, type HttpReply, httpClient } from "../http/client.ts";
import { parseJson, printableWords } from "../http/words.ts";

/** An App, and the repository that its tokens are for. */
export interface GitHubApp {
  /** The App's id or client id. */
  readonly id: string;
  /** Its private key, as PEM. */
  readonly privateKey: string;
  /** Where the API is, without a slash at the end. */
  readonly api: string;
  readonly owner: string;
  readonly name: string;
  /** What the tokens may do with the repository's contents. `propose`: also with its requests. */
  readonly access: "read" | "write" | "propose";
}

/** How the API is asked. */
export interface GitHubAppOptions extends HttpOptions {
  readonly clock: Clock;
}

/**
 * Returns a token that is good for some minutes at least. Undefined: the App may not see the
 * repository, which is to be read anonymously.
 *
 * @throws Failure `usage` when the key is none; `remote-denied`, `remote-not-found`,
 *   `remote-unreachable` or `throttled` as the API answers.
 */
export type Mint = () => Promise<string | undefined>;

/** A push that begins with a token must not outlive it, in milliseconds. Tokens live an hour. */
const leastLifeMs = 5 * 60_000;
/** GitHub takes at most ten minutes, and a clock may be a minute wrong, in seconds. */
const jwtSeconds = { before: 60, after: 9 * 60 } as const;
const bodyBytesMax = 256 * 1024;

interface Token {
  readonly text: string | undefined;
  readonly endsAtMs: number;
}

/** Makes a mint. Nothing is asked before the first token is needed, and each is kept while good. */
export function appMint(app: GitHubApp, options: GitHubAppOptions): Mint {
  const { clock } = options;
  const http = httpClient({ ...options, unreachable: "remote-unreachable" });
  let token: Promise<Token> | undefined;
  const make = () => {
    const making = makeToken(app, http, clock);
    // The next caller asks again for what failed.
    making.catch(() => {
      if (token === making) token = undefined;
    });
    return making;
  };
  return async () => {
    token ??= make();
    const known = await token;
    if (known.endsAtMs - clock.nowMs() > leastLifeMs) return known.text;
    token = make();
    return (await token).text;
  };
}

async function makeToken(app: GitHubApp, http: HttpClient, clock: Clock): Promise<Token> {
  const jwt = webToken(app, clock);
  const ask = (method: "GET" | "POST", path: string, body?: unknown) =>
    askApi(http, { ...{ method, jwt, body }, url: `${app.api}${path}`, of: nameOf(app) });
  const found = await ask("GET", `/repos/${app.owner}/${app.name}/installation`);
  const installation = numberAt(parseJson(found.body), "id");
  if (found.status === 404 && app.access === "read") {
    return { text: undefined, endsAtMs: Number.POSITIVE_INFINITY };
  }
  if (found.status !== 200 || installation === undefined) throw refused(found, app, jwt);
  const made = await ask("POST", `/app/installations/${installation}/access_tokens`, {
    repositories: [app.name],
    permissions: permissions[app.access],
  });
  const answer = parseJson(made.body);
  const [text, ends] = [textAt(answer, "token"), Date.parse(textAt(answer, "expires_at"))];
  if (made.status !== 201 || !/^[\x21-\x7e]+$/.test(text)) throw refused(made, app, jwt);
  return { text, endsAtMs: Number.isNaN(ends) ? clock.nowMs() + leastLifeMs : ends };
}

const permissions: Readonly<Record<GitHubApp["access"], Readonly<Record<string, string>>>> = {
  read: { contents: "read" },
  write: { contents: "write" },
  propose: { contents: "write", pull_requests: "write" },
};

/** A JSON Web Token by which an App shows who it is (RFC 7519, RS256). */
function webToken({ id, privateKey }: GitHubApp, clock: Clock): string {
  const nowSeconds = Math.floor(clock.nowMs() / 1000);
  const claims = {
    iat: nowSeconds - jwtSeconds.before,
    exp: nowSeconds + jwtSeconds.after,
    iss: id,
  };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const text = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  return `${text}.${sign("RSA-SHA256", Buffer.from(text), keyOf(privateKey)).toString("base64url")}`;
}

function keyOf(pem: string): KeyObject {
  try {
    // Secrets often come with their line ends spelled out.
    const key = createPrivateKey(pem.replaceAll("\\n", "\n"));
    if (key.asymmetricKeyType === "rsa") return key;
  } catch {
    // What is wrong with it is not said: it would have to be shown.
  }
  throw new Failure(
    "usage",
    "Cannot use the GitHub App's private key: it is not an RSA key in PEM",
    "Give the file that GitHub made, whole, by LANDFALL_GITHUB_APP_PRIVATE_KEY or _FILE.",
  );
}

interface ApiCall {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly jwt: string;
  readonly body: unknown;
  readonly of: string;
}

async function askApi(http: HttpClient, { method, url, jwt, body, of }: ApiCall) {
  const doing = `get a token of the GitHub App for "${of}"`;
  const accept = "application/vnd.github+json";
  const request = { ...{ method, doing, accept, bodyBytesMax }, url: new URL(url), token: jwt };
  return http.send(body === undefined ? request : { ...request, body });
}

function refused(reply: HttpReply, app: GitHubApp, jwt: string): Failure {
  const { status } = reply;
  const said = printableWords(textAt(parseJson(reply.body), "message"), [jwt]);
  const message = `Cannot get a token of the GitHub App for "${nameOf(app)}": GitHub answered ${status}${said === "" ? "" : `: ${said}`}`;
  const isLimit = status === 429 || (status === 403 && /rate limit/i.test(said));
  const seconds = Number(reply.header("retry-after"));
  const retryAfterMs = seconds > 0 ? seconds * 1000 : undefined;
  if (isLimit) return new Failure("throttled", message, "Try again later.", { retryAfterMs });
  const [code, hint] = meanings[status] ?? (status < 500 ? meanings[403]! : noAnswer);
  return new Failure(code, message, hint);
}

const noAnswer = ["remote-unreachable", "Run it again when GitHub's API answers."] as const;
const meanings: Readonly<Record<number, readonly [FailureCode, string]>> = {
  200: noAnswer,
  201: noAnswer,
  401: [
    "remote-denied",
    "Check LANDFALL_GITHUB_APP_ID, that the key is the App's, and this machine's clock.",
  ],
  403: ["remote-denied", "Let the App read and write the contents of this repository."],
  404: ["remote-not-found", "Install the App on this repository, or check the repository's name."],
};

function nameOf({ owner, name }: GitHubApp): string {
  return `${owner}/${name}`;
}
