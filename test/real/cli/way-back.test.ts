/** `onFailedVerify: rollback`: what was seen to fail goes back by itself, and nothing else does. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openAppWorld } from "../../support/app-world.ts";
import { type ArgoState, serveArgoCd } from "../../support/argocd-server.ts";
import { runCli } from "../../support/run-cli.ts";

const token = "argo-s3cret";
const tagOf = (revision: string) => `sha-${revision.slice(0, 7)}`;

test("only what failed itself goes back, with a hold; what is not known or stands no more stays", async () => {
  const world = await openAppWorld({ origin: "path" });
  onTestFinished(() => world.close());
  let state: ArgoState = { revision: "" };
  const argocd = await serveArgoCd({ repository: world.url, state: () => state, token });
  const prod = "{ manifests: { paths: [infra/k8s/prod] }, onFailedVerify: rollback }";
  const verify = `verify: { argocd: { app: robson-prod, server: "${argocd.url}" } }`;
  const own = world.read("landfall.yaml").replace(/^(?:manifests|verify): [\s\S]*/gm, "");
  const file = join(world.root, "prod.yaml");
  writeFileSync(file, `${own}\nenvironments: { prod: ${prod} }\n${verify}\n`);

  async function run(verb: string, ...more: string[]) {
    const words = [verb, "--config", file, "--json", ...more];
    const env = { LANDFALL_ARGOCD_TOKEN: token };
    const { status, out, err } = await runCli(words, { cwd: world.app, env });
    return { ...JSON.parse(out), status, err };
  }
  const promote = (revision: string) => run("promote", "--revision", revision);
  const pinned = async () => /sha-\w{7}/.exec((await world.manifestsAt("main"))[0]!)?.[0];
  const look = async (health: string, ...more: string[]) => {
    state = { revision: await world.truth("rev-parse", "main"), health };
    return run("verify", "--timeout", "1ms", ...more);
  };

  const good = await world.commit("feat: works");
  await promote(good);
  const bad = await world.commit("feat: crashes");
  await promote(bad);

  const waiting = await look("Progressing");
  expect(waiting).toMatchObject({ outcome: "timeout", status: 1 });
  expect(waiting).not.toHaveProperty("rollback");

  const later = await world.commit("feat: never promoted");
  const elsewhere = await look("Degraded", "--revision", later);
  expect(elsewhere).toMatchObject({ outcome: "failed", status: 1 });
  expect(elsewhere).not.toHaveProperty("rollback");
  expect(elsewhere.err).toContain(`Not rolled back: main has ${tagOf(bad)}`);

  const failed = await look("Degraded");
  expect(failed).toMatchObject({
    ...{ outcome: "failed", status: 1 },
    rollback: { outcome: "landed", environment: "prod", holds: [{ through: bad }] },
  });
  expect(await pinned()).toBe(tagOf(good));
  const said = await world.truth("log", "-1", "--format=%B", "main");
  expect(said).toContain("Why: Verification failed: ");
}, 120_000);
