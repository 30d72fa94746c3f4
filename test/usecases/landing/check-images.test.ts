/** Whether all images are there, in a registry that may show late what was just published. */

import { expect, test } from "vitest";
import { Failure } from "../../../src/core/failure.ts";
import { asDigest, asTag } from "../../../src/core/ids.ts";
import { parseImageName, printImageName } from "../../../src/core/image-ref.ts";
import type { ImageFact, Registry } from "../../../src/ports.ts";
import { checkImages } from "../../../src/usecases/landing/check-images.ts";
import { sleeplessClock } from "../../support/registry-client-options.ts";

const digest = asDigest(`sha256:${"1".repeat(64)}`)!;
const tag = asTag("sha-1a2b3c4")!;
const wanted = ["acme/web", "acme/api"].map((name) => ({ image: parseImageName(name)!, tag }));
const found: ImageFact = { kind: "found", digest, mediaType: "" };

/** Asks for both; `api` is there from its n-th look on. */
async function check({ apiFrom, timeoutMs = 60_000 }: { apiFrom: number; timeoutMs?: number }) {
  const clock = sleeplessClock();
  const asked: string[] = [];
  const said: string[] = [];
  const find: Registry["find"] = async (image) => {
    const name = printImageName(image);
    asked.push(name);
    const looks = asked.filter((other) => other === name).length;
    return name === "acme/web" || looks >= apiFrom ? found : { kind: "missing" };
  };
  const registry = { find } as Registry;
  const progress = { step: (text: string) => said.push(text), warn: () => {} };
  const looking = {
    ...{ registry, clock, random: { unit: () => 0.5 }, progress: progress as never },
    ...{ reads: { firstMs: 1_000, maxMs: 10_000 }, deadlineMs: clock.nowMs() + timeoutMs },
  };
  const result = await checkImages(wanted, looking).catch((error: unknown) => error);
  return { result, asked: asked.slice(2), sleptMs: clock.sleptMs, said };
}

test("an image that shows late is waited for, and the others are not asked again", async () => {
  const { result, asked, sleptMs, said } = await check({ apiFrom: 3 });
  expect(result).toMatchObject([{ digest }, { digest }]);
  expect(asked).toEqual(["acme/api", "acme/api"]);
  expect(sleptMs).toEqual([500, 1_000]);
  expect(said[0]).toBe('"acme/api:sha-1a2b3c4" is not there yet; looking again in 500 ms');
});

test("an image that never shows is missing, after a few looks", async () => {
  const { result, asked, sleptMs } = await check({ apiFrom: 99 });
  expect(result).toBeInstanceOf(Failure);
  expect(result).toMatchObject({ code: "image-missing" });
  expect(String(result)).toMatch(/does not have "acme\/api:sha-1a2b3c4"$/);
  expect(asked).toHaveLength(3);
  expect(sleptMs).toEqual([500, 1_000, 2_000]);
});

test("no wait goes past the deadline", async () => {
  const { result, sleptMs } = await check({ apiFrom: 3, timeoutMs: 600 });
  expect(result).toMatchObject({ code: "image-missing" });
  expect(sleptMs).toEqual([500]);
});
