/** Webhooks: what is sent, how it is signed, and that none of it changes what came of a landing. */

import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { tellWebhooks } from "../../../../src/wiring/notify.ts";
import { samplePromote } from "../../../support/sample-results.ts";

/** Answers with each status in turn, and keeps what it was sent. */
async function listen(statuses: readonly number[]) {
  const got: { headers: Record<string, unknown>; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      got.push({ headers: request.headers, body });
      response.writeHead(statuses[got.length - 1] ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook-secret`, got };
}

function told(env: Record<string, string>, result = samplePromote()) {
  const io = { env, cwd: "/", out: () => {}, err: () => {}, outIsTerminal: false };
  return tellWebhooks(result, { ...io, signal: new AbortController().signal });
}

test("a landing is told as a CloudEvent, signed, and again after trouble", async () => {
  const { url, got } = await listen([503, 200]);
  const secret = "s3cr3t-of-the-hook";
  expect(await told({ LANDFALL_WEBHOOK_URL: url, LANDFALL_WEBHOOK_SECRET: secret })).toEqual([]);
  expect(got).toHaveLength(2);
  const { headers, body } = got[1]!;
  const event = JSON.parse(body);
  expect(event).toMatchObject({ specversion: "1.0", type: "landfall.promote.landed" });
  expect(event.data).toEqual(JSON.parse(JSON.stringify(samplePromote())));
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const digest = createHmac("sha256", secret).update(signed).digest("base64");
  expect(headers["webhook-signature"]).toBe(`v1,${digest}`);
  expect(body + JSON.stringify(headers)).not.toContain(secret);
});

test("a chat gets one line that mentions nobody; what is as it was is told to nobody", async () => {
  const { url, got } = await listen([]);
  const env = { LANDFALL_CHAT_WEBHOOK_URL: url };
  const failure = { code: "deadline", message: "<!channel> & more", hint: "" };
  expect(await told(env, samplePromote({ outcome: "failed", failure }))).toEqual([]);
  expect(JSON.parse(got[0]!.body).text).toContain("&lt;!channel&gt; &amp; more");
  await told(env, samplePromote({ outcome: "superseded" }));
  expect(got).toHaveLength(1);
});

test("one that cannot be told is a warning that does not show its address", async () => {
  const { url } = await listen([404]);
  const [denied, ...others] = await told({ LANDFALL_WEBHOOK_URL: url });
  expect(others).toEqual([]);
  expect(denied).toMatch(/^LANDFALL_WEBHOOK_URL: Cannot tell a webhook: .* answered 404$/);
  const open = await told({ LANDFALL_CHAT_WEBHOOK_URL: "http://hooks.example.org/T0/secret" });
  expect(open).toEqual([
    "LANDFALL_CHAT_WEBHOOK_URL: Cannot use LANDFALL_CHAT_WEBHOOK_URL: it is not an https URL",
  ]);
  expect(String(denied)).not.toContain("hook-secret");
});
