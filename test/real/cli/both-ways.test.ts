/** A clone and a URL of the same repository: the same answers for every command. */

import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { asRevision } from "../../../src/core/ids.ts";
import { parseTagFormat, tagOf } from "../../../src/core/tag-format.ts";
import { startRegistry } from "../../../src/demo/registry-server.ts";
import { openSandbox } from "../../support/git-sandbox.ts";
import { runCli } from "../../support/run-cli.ts";
import { revisionLabel, sampleImage } from "../../support/sample-image.ts";
import { stocked } from "../../support/stock-registry.ts";

const format = parseTagFormat("sha-{revision:7}");

/**
 * A source with its manifests beside it: an older deploy, code, docs alone, and the newest code.
 * The clone was used for something else before, and has work that nobody else has.
 */
async function openWorld() {
  const store: Parameters<typeof stocked>[0][number][] = [];
  const box = await openSandbox({ files: [{ path: "app/a", bytes: "0" }] });
  await box.git(box.bare, "symbolic-ref", "HEAD", "refs/heads/main");
  const add = async (path: string, bytes: string) =>
    asRevision(await box.addCommit([{ path, bytes }]))!;
  const first = asRevision(await box.tip())!;
  const code = await add("app/a", "1");
  const docs = await add("docs/x", "1");
  for (const revision of [first, code, docs]) {
    const image = sampleImage("web", { [revisionLabel]: revision });
    store.push({ repository: "acme/web", tag: tagOf(format, revision), image });
  }
  const registry = await startRegistry({ store: stocked(store) });
  onTestFinished(() => registry.close());
  const image = `${registry.host}/acme/web`;
  await box.addCommit([
    { path: "k8s/web.yaml", bytes: `image: ${image}:${tagOf(format, first)}\n` },
  ]);
  const settings = [
    `images: [{ name: "${image}", paths: [app] }]`,
    "manifests: { paths: [k8s] }",
    "sync: { grace: 0s }",
  ];
  await box.addCommit([{ path: "landfall.yaml", bytes: `${settings.join("\n")}\n` }]);
  const clone = join(box.root, "clone");
  await box.git(box.root, "clone", "--quiet", `file://${box.bare}`, clone);
  await box.git(clone, "remote", "set-url", "origin", box.url);
  const who = ["-c", "user.name=a", "-c", "user.email=a@b"];
  await box.git(clone, ...who, "commit", "--quiet", "--allow-empty", "-m", "never pushed");
  return { box, clone, first, code, docs };
}

/** What differs from run to run, or names the source itself. */
function told(out: string): unknown {
  const drop = new Set([
    "at",
    "atMs",
    "deploy",
    "tookMs",
    "source",
    "since",
    "sinceMs",
    "asOf",
    "asOfMs",
    "attempts",
    "labels",
  ]);
  return JSON.parse(out, (key, value) => (drop.has(key) ? undefined : value));
}

test("every command that reads the source says the same of both", async () => {
  const { box, clone, first, code, docs } = await openWorld();
  const commands: readonly (readonly string[])[] = [
    ["sync", "--dry-run"],
    ["promote", "--dry-run", "--revision", code],
    ["promote", "--dry-run", "--revision", docs.slice(0, 7)],
    ["promote", "--dry-run", "--revision", first],
    ["promote", "--dry-run", "--revision", "main"],
    ["promote", "--dry-run", "--revision", "0000000"],
    ["rollback", "--dry-run", "--to", first, "--reason", "slow"],
    ["rollback", "--dry-run", "--steps", "1", "--reason", "slow"],
    ["verify", "--revision", code, "--timeout", "1s"],
    ["status"],
    ["pins"],
    ["pins", "--history"],
    ["plan", "--revision", code],
    ["audit"],
  ];
  for (const argv of commands) {
    const [byClone, byUrl] = [
      await runCli([...argv, "--json"], { cwd: clone }),
      await runCli([...argv, "--json", "--source", box.url], { cwd: clone }),
    ];
    expect(byUrl.status, `${argv.join(" ")}\n${byUrl.err}${byUrl.out}`).toBe(byClone.status);
    expect(told(byUrl.out), argv.join(" ")).toEqual(told(byClone.out));
  }
}, 120_000);
