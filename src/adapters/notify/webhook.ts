/** Webhooks: one POST, signed where there is a secret, and sent again while nobody answers. */

import { createHmac } from "node:crypto";
import pRetry from "p-retry";
import { Failure, mayPass } from "../../core/failure.ts";
import { type HttpOptions, httpClient } from "../http/client.ts";

/** What is sent, and where. The address is a secret: many services know their users by it. */
export interface Webhook {
  readonly url: URL;
  readonly body: object;
  /** The media type of the body, if it is not plain JSON. */
  readonly contentType?: string | undefined;
  readonly signature?: { readonly id: string; readonly atMs: number; readonly secret: string };
}

const retry = { retries: 2, minTimeout: 500, maxTimeout: 2_000 };

/**
 * Sends a webhook.
 *
 * @throws Failure `cluster-unreachable` when nobody takes it, and what `HttpClient.send` throws.
 */
export async function sendWebhook(hook: Webhook, options: HttpOptions): Promise<void> {
  const { url, body, contentType, signature } = hook;
  const http = httpClient(options);
  const headers = signature && signed(JSON.stringify(body), signature);
  const doing = "tell a webhook";
  const post = { method: "POST", url, doing, accept: "*/*", body, contentType, headers } as const;
  await pRetry(
    async () => {
      const { status } = await http.send({ ...post, bodyBytesMax: 1_024 });
      if (status >= 200 && status < 300) return;
      const code = status === 429 || status >= 500 ? "cluster-unreachable" : "cluster-denied";
      const what = `Cannot ${doing}: "${url.host}" answered ${status}`;
      throw new Failure(code, what, "Check the webhook's address.");
    },
    { ...retry, shouldRetry: ({ error }) => error instanceof Failure && mayPass(error) },
  );
}

/** Facts: standard-webhooks.com, "Webhook headers" and "Signature scheme", version 1. */
function signed(
  text: string,
  { id, atMs, secret }: NonNullable<Webhook["signature"]>,
): Readonly<Record<string, string>> {
  const seconds = String(Math.floor(atMs / 1000));
  const digest = createHmac("sha256", secret).update(`${id}.${seconds}.${text}`).digest("base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": seconds,
    "webhook-signature": `v1,${digest}`,
  };
}
