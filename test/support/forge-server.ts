/**
 * A forge for tests: requests over a bare repository, merged as forges merge, behind the REST of
 * GitHub, GitLab, Forgejo or Gitea in the shapes that these publish.
 */

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { ForgeKind } from "../../src/core/forge/forge.ts";
import { dialects } from "./forge-dialects.ts";

/** A request as the forge keeps it. */
export interface KeptRequest {
  readonly number: number;
  title: string;
  body: string;
  state: "open" | "closed" | "merged";
  readonly head: string;
  readonly base: string;
  /** What the branch showed last. */
  shown: string;
  mergedAs: string | undefined;
  /** How it is to be merged once its checks are green. */
  auto: MergeMethod | undefined;
  readonly comments: string[];
}

/** How a request is merged. */
export type MergeMethod = "merge" | "squash" | "rebase";

/** The repository behind a forge. */
export interface ForgeOptions {
  readonly kind: ForgeKind;
  /** Runs git in the bare repository, past all protection. */
  readonly git: (...args: string[]) => Promise<string>;
  readonly token: string;
}

/** An answer of the API. */
export interface ForgeReply {
  readonly status: number;
  readonly body?: unknown;
}

/** Requests over a bare repository. */
export class TestForge {
  readonly requests: KeptRequest[] = [];
  /** What was asked, as `METHOD /path`, and what was sent. */
  readonly asked: string[] = [];
  readonly sent: string[] = [];
  checks: "pending" | "green" = "green";
  readonly #git: ForgeOptions["git"];

  constructor({ git }: ForgeOptions) {
    this.#git = git;
  }

  tip(branch: string): Promise<string | undefined> {
    return this.#git("rev-parse", "--verify", "--quiet", `refs/heads/${branch}`).catch(
      () => undefined,
    );
  }

  /** Looks at the branches, as after a push: a request whose branch is gone is closed. */
  async refresh(): Promise<void> {
    for (const request of this.requests.filter(({ state }) => state === "open")) {
      const tip = await this.tip(request.head);
      if (tip === undefined) request.state = "closed";
      else request.shown = tip;
      if (request.auto !== undefined && this.checks === "green") {
        await this.merge(request.number, request.auto);
      }
    }
  }

  async open(fields: Pick<KeptRequest, "title" | "body" | "head" | "base">) {
    await this.refresh();
    const { head, base } = fields;
    const twin = this.requests.find(
      (one) => one.state === "open" && one.head === head && one.base === base,
    );
    const shown = await this.tip(head);
    if (twin !== undefined) return "taken";
    if (shown === undefined) return "nothing";
    const number = this.requests.length + 1;
    const rest = { mergedAs: undefined, auto: undefined, comments: [] };
    const request: KeptRequest = { number, ...fields, state: "open", shown, ...rest };
    this.requests.push(request);
    return request;
  }

  /** Merges as a person does by a button. Does nothing where that is not possible. */
  async merge(number: number, method: MergeMethod): Promise<boolean> {
    const request = this.requests[number - 1]!;
    const [base, head] = [await this.tip(request.base), await this.tip(request.head)];
    if (request.state !== "open" || base === undefined || head === undefined) return false;
    const tree = await this.#git("merge-tree", "--write-tree", base, head).catch(() => undefined);
    if (tree === undefined) return false;
    const words =
      method === "rebase"
        ? await this.#git("show", "-s", "--format=%B", head)
        : method === "squash"
          ? `${request.title} (#${number})\n\n${request.body.replace(/<!--.*?-->\n?/, "")}`
          : `Merge pull request '${request.title}' (#${number}) from ${request.head}`;
    const parents = method === "merge" ? [base, head] : [base];
    const args = parents.flatMap((parent) => ["-p", parent]);
    const made = await this.#git("commit-tree", tree, ...args, "-m", words);
    await this.#git("update-ref", `refs/heads/${request.base}`, made, base);
    Object.assign(request, { state: "merged", mergedAs: made, shown: head });
    return true;
  }

  close(number: number): void {
    this.requests[number - 1]!.state = "closed";
  }
}

/** Starts the API of a forge. */
export async function startForge(options: ForgeOptions) {
  const forge = new TestForge(options);
  const answer = dialects[options.kind];
  const server = createServer(async (request, response) => {
    const { method = "GET", url = "/" } = request;
    const text = await textOf(request);
    forge.asked.push(`${method} ${url.split("?")[0]}`);
    forge.sent.push(text);
    const isKnown = request.headers.authorization === `Bearer ${options.token}`;
    await forge.refresh();
    const at = new URL(url, "http://127.0.0.1");
    const reply: ForgeReply = isKnown
      ? await answer(forge, { method, at, body: text === "" ? {} : JSON.parse(text) })
      : { status: 401, body: { message: "Bad credentials" } };
    response.writeHead(reply.status, { "content-type": "application/json" });
    response.end(reply.body === undefined ? "" : JSON.stringify(reply.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ url, forge },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
