/** The environment → who else is told of a landing. None of it can change what came of it. */

import { systemClock } from "../adapters/system.ts";
import { Failure } from "../core/failure.ts";
import { chatLine, eventOf, isTold } from "../core/results/event.ts";
import type { PromoteResult } from "../core/results/promote.ts";
import type { Process } from "../settings/process.ts";
import { secret } from "../settings/secrets.ts";
import { networkOf } from "./network.ts";

/** Wall time of one POST, in milliseconds. */
const timeoutMs = 10_000;

/** Tells the webhooks that are set. Returns a warning for each that was not told. */
export async function tellWebhooks(result: PromoteResult, io: Process): Promise<readonly string[]> {
  const atMs = systemClock.nowMs();
  const key = secret("LANDFALL_WEBHOOK_SECRET", io);
  const id = `${result.deploy}/${result.outcome}`;
  const hooks = [
    {
      name: "LANDFALL_WEBHOOK_URL",
      address: secret("LANDFALL_WEBHOOK_URL", io),
      body: () => eventOf(result, atMs),
      contentType: "application/cloudevents+json",
      ...(key && { signature: { id, atMs, secret: key } }),
    },
    {
      name: "LANDFALL_CHAT_WEBHOOK_URL",
      address: secret("LANDFALL_CHAT_WEBHOOK_URL", io),
      body: () => ({ text: chatLine(result) }),
    },
  ];
  const told = hooks.map(async ({ name, address, body, ...how }) => {
    if (address === undefined || !isTold(result)) return undefined;
    try {
      const { sendWebhook } = await import("../adapters/notify/webhook.ts");
      const url = addressIn(address, name);
      await sendWebhook({ ...how, url, body: body() }, { timeoutMs, ...networkOf(io, undefined) });
      return undefined;
    } catch (error) {
      if (error instanceof Failure) return `${name}: ${error.message}`;
      throw error;
    }
  });
  return (await Promise.all(told)).filter((warning) => warning !== undefined);
}

/** What goes there is not for everybody on the way. The address itself is never shown. */
function addressIn(text: string, name: string): URL {
  const isOpen = /^http:\/\/(?!localhost[:/]|127\.|\[::1\])/i.test(text);
  if (URL.canParse(text) && /^https?:/i.test(text) && !isOpen) return new URL(text);
  throw new Failure("config", `Cannot use ${name}: it is not an https URL`, "Write https://….");
}
