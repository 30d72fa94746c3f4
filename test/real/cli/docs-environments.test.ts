/** docs/environments.md: its settings and its commands, from staging to prod. */

import { execFile } from "node:child_process";
import { cpSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { openAppWorld } from "../../support/app-world.ts";
import { blocks } from "../../support/docs.ts";

const root = resolve(import.meta.dirname, "../../..");
const own = blocks.filter(({ page }) => page === "docs/environments.md");
const yaml = own.find(({ text }) => text.startsWith("environments:"))?.text;
const script = own.find(({ text }) => text.startsWith("landfall promote --env "))?.text;

test("the way from staging to prod lands in both", async () => {
  const world = await openAppWorld({ origin: "path" });
  try {
    const settings = world.read("landfall.yaml").replace(/^manifests: .*$/m, "");
    for (const name of ["staging", "prod"]) {
      const folder = join(world.app, "k8s", name);
      cpSync(join(world.app, "infra/k8s/prod"), folder, { recursive: true });
      for (const file of readdirSync(folder)) {
        const path = `k8s/${name}/${file}`;
        world.write(path, world.read(path));
      }
    }
    world.write("landfall.yaml", `${settings}\n${yaml}`);
    const revision = await world.commit("feat: for both");
    const landfall = `landfall() { "${process.execPath}" "${join(root, "dist/cli.js")}" "$@"; }`;
    const env = { ...process.env, GITHUB_SHA: revision };
    const options = { cwd: world.app, env };
    const run = promisify(execFile)("bash", ["-euc", `${landfall}\n${script}`], options);
    const { stdout } = await run;
    expect(stdout.match(/^(?:landed|approved)\b/gm)).toEqual(["landed", "approved", "landed"]);
    const tag = `sha-${revision.slice(0, 7)}`;
    expect(await world.truth("grep", "-l", tag, "main", "--", "k8s/staging")).toContain("staging");
    expect(await world.truth("grep", "-l", tag, "main", "--", "k8s/prod")).toContain("prod");
  } finally {
    await world.close();
  }
});
