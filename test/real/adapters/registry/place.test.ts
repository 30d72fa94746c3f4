/** Where a registry is asked: by TLS or without, with which authority, at which mirror. */

import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createRegistry } from "../../../../src/adapters/registry/registry.ts";
import { checkedAtMirrors } from "../../../../src/wiring/registry.ts";
import { serveFaulty } from "../../../support/faulty-http.ts";
import { clientOptions } from "../../../support/registry-client-options.ts";
import { sampleImage, tag } from "../../../support/sample-image.ts";
import { selfSigned } from "../../../support/self-signed.ts";

const own = selfSigned();
const v1 = tag("v1");
const sample = sampleImage("one");
const found = { kind: "found", digest: sample.manifest.digest };

/** A registry with one image, under any name, behind TLS on this machine. */
async function serveTls() {
  const answer: RequestListener = (_, response) => {
    response.writeHead(200, {
      "content-type": sample.manifest.mediaType,
      "docker-content-digest": sample.manifest.digest,
    });
    response.end();
  };
  const server = createServer(own, answer);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("TLS on this machine is spoken to, with the authority of that host alone", async () => {
  const host = await serveTls();
  const image = { registry: host, repository: "team/app" };
  const at = (authorities: Record<string, string>) =>
    createRegistry(clientOptions({ authorities })).find(image, v1);
  expect(await at({ [host]: own.cert })).toMatchObject(found);
  const untrusted = { code: "certificate-untrusted" };
  await expect(at({})).rejects.toMatchObject(untrusted);
  await expect(at({ "other.example.org": own.cert })).rejects.toMatchObject(untrusted);
  await expect(at({ [host]: selfSigned().cert })).rejects.toMatchObject(untrusted);
});

test("without TLS this machine is asked in plain HTTP, once", async () => {
  const { host, requests } = await serveFaulty(() => ({ status: 404 }));
  const registry = createRegistry(clientOptions());
  await registry.find({ registry: host, repository: "team/app" }, v1).catch(() => {});
  expect(requests.every(({ path }) => path.startsWith("/v2/"))).toBe(true);
  expect(requests.length).toBeGreaterThan(0);
});

test("`checkAt`: the mirror is asked, under the names that it has; others are not", async () => {
  const asked: string[] = [];
  const see = async <Answer>(image: { registry: string; repository: string }, answer: Answer) => {
    asked.push(`${image.registry}/${image.repository}`);
    return answer;
  };
  const registry = {
    find: (image: never) => see(image, { kind: "missing" } as const),
    revisionOf: (image: never) => see(image, undefined),
    digestsOf: (image: never) => see(image, []),
  };
  const registries = {
    "docker.io": { checkAt: "harbor.lan/hub" },
    "ghcr.io": { checkAt: "mirror.lan:5000" },
  };
  const mirrored = checkedAtMirrors(registry, { registries } as never);
  await mirrored.find({ registry: "docker.io", repository: "acme/web" }, v1);
  await mirrored.revisionOf({ registry: "ghcr.io", repository: "acme/api" }, v1);
  await mirrored.digestsOf({ registry: "quay.io", repository: "acme/job" }, v1);
  const mirrors = ["harbor.lan/hub/acme/web", "mirror.lan:5000/acme/api"];
  expect(asked).toEqual([...mirrors, "quay.io/acme/job"]);
});
