/**
 * A Dagger session that runs nothing: it answers the SDK's queries by rule and keeps them. Proves
 * what a function asks of the engine, not what an engine makes of it.
 */

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";

/** One call in a chain, for example `withExec(args: ["id"])`. */
export interface Step {
  readonly name: string;
  /** Values as the SDK wrote them; lists of words as such. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** One question: a chain that ends in what is asked for. */
export type Query = readonly Step[];

/** Answers the last step of a chain, where no rule of the session does. */
export type Answerer = (query: Query) => unknown;

/** A session under way. */
export interface FakeSession {
  readonly queries: readonly Query[];
  /** Every body that was sent, as it came. */
  readonly bodies: readonly string[];
  close(): Promise<void>;
}

interface Node {
  readonly name: { readonly value: string };
  readonly value?: Value;
  readonly arguments?: readonly Node[];
  readonly selectionSet?: { readonly selections: readonly Node[] };
}
interface Value {
  readonly kind: string;
  readonly value?: unknown;
  readonly values?: readonly Value[];
  readonly fields?: readonly Node[];
}

// A dependency of the SDK's, and so of no use to anybody else here.
const { parse } = createRequire(import.meta.resolve("@dagger.io/dagger"))("graphql") as {
  parse(text: string): { definitions: readonly Node[] };
};

/** Starts a session and points the SDK to it. Only one at a time. */
export async function openSession(answer: Answerer): Promise<FakeSession> {
  const queries: Query[] = [];
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      bodies.push(body);
      const { query } = JSON.parse(body) as { query: string };
      const chain = chainOf(parse(query).definitions[0]!);
      queries.push(chain);
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(replyTo(chain, answer)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env.DAGGER_SESSION_PORT = String((server.address() as AddressInfo).port);
  process.env.DAGGER_SESSION_TOKEN = "fake";
  return {
    queries,
    bodies,
    async close() {
      delete process.env.DAGGER_SESSION_PORT;
      delete process.env.DAGGER_SESSION_TOKEN;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Prints queries one below the other; what an earlier one has already said is only named. */
export function printQueries(queries: readonly Query[]): string {
  const printed: string[][] = [];
  const lines: string[] = [];
  for (const query of queries) {
    const steps = query.map(printStep);
    const common = printed.map((other) => sharedStart(other, steps));
    const most = Math.max(0, ...common);
    const of = common.indexOf(most) + 1;
    lines.push(`${printed.length + 1}.${most < 2 ? "" : ` as ${of} up to ${steps[most - 1]}`}`);
    lines.push(...steps.slice(most < 2 ? 0 : most).map((step) => `  ${step}`));
    printed.push(steps);
  }
  return `${lines.join("\n")}\n`;
}

/** A nonce is another one in each run, and told apart from all others elsewhere. */
function printStep({ name, args }: Step): string {
  const values = Object.entries(args).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  const text = values.length === 0 ? name : `${name}(${values.join(", ")})`;
  return text.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "NONCE");
}

function sharedStart(one: readonly string[], other: readonly string[]): number {
  const end = one.findIndex((step, at) => step !== other[at]);
  return end < 0 ? one.length : end;
}

function replyTo(chain: Query, answer: Answerer): object {
  const answered = answer(chain) ?? idOf(chain);
  if (answered instanceof Error) {
    const extensions = { _type: "EXEC_ERROR", ...answered };
    return { errors: [{ message: answered.message, extensions }] };
  }
  return { data: chain.reduceRight<unknown>((value, { name }) => ({ [name]: value }), answered) };
}

/** The same chain is the same object, as it is in an engine. */
function idOf(chain: Query): string {
  const text = chain.map(printStep).join(".");
  return `${chain.at(-2)?.name ?? ""}-${createHash("sha256").update(text).digest("hex").slice(0, 8)}`;
}

function chainOf(node: Node): Query {
  const [field] = node.selectionSet?.selections ?? [];
  if (field === undefined) return [];
  const args = (field.arguments ?? []).map(({ name, value }) => [name.value, readValue(value!)]);
  return [{ name: field.name.value, args: Object.fromEntries(args) }, ...chainOf(field)];
}

function readValue({ kind, value, values, fields }: Value): unknown {
  if (kind === "ListValue") return values!.map(readValue);
  if (kind === "IntValue") return Number(value);
  if (kind !== "ObjectValue") return value;
  return Object.fromEntries(fields!.map((field) => [field.name.value, readValue(field.value!)]));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
