/** `landfall retag`, as it is called, on a real git server and a real registry. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../../support/run-cli.ts";
import { openSyncWorld, type SyncWorld, tagOf } from "../../support/sync-world.ts";

/** Gives the images of a revision the tag `latest`, as its deploy does. */
function follow(world: SyncWorld, revision: string, ...flags: readonly string[]) {
  const words = ["web", "api"].map((name) => `${world.image(name)}=${tagOf(revision)}`);
  return world.run(["retag", ...words, "--to", "latest", ...flags]);
}

async function digestAt(world: SyncWorld, name: string, tag: string) {
  const path = `/v2/acme/${name}/manifests/${tag}`;
  const accept = "application/vnd.oci.image.manifest.v1+json";
  const answer = await fetch(`http://${world.registry.host}${path}`, { headers: { accept } });
  return answer.headers.get("docker-content-digest");
}

test("an older deploy that comes late leaves `latest` where it is, and says so", async () => {
  const world = await openSyncWorld();
  const newer = await world.code();
  await world.publish(newer);
  const [older, early] = [world.first, await follow(world, newer, "--revision", newer)];
  expect(early.status, early.err).toBe(0);
  const at = await digestAt(world, "web", tagOf(newer));

  const late = await follow(world, older, "--revision", older);
  expect(late.status, late.err).toBe(0);
  const image = world.image("web");
  expect(late.out).toContain(
    `${image}:latest@${at}  left there: it is of ${newer}, which is newer\n`,
  );
  expect(await digestAt(world, "web", "latest")).toBe(at);

  const json = await follow(world, older, "--revision", older, "--json");
  const result = JSON.parse(json.out);
  expect(result).toMatchObject({ version: 1, command: "retag", exit: 0 });
  expect(result.images[0]).toEqual({
    ...{ image, tag: "latest", digest: at, outcome: "left", newer },
  });

  // Whoever does not say of which revision the images are means it.
  const told = await follow(world, older);
  expect(told.status, told.err).toBe(0);
  expect(told.out).not.toContain("left");
  expect(await digestAt(world, "web", "latest")).toBe(await digestAt(world, "web", tagOf(older)));
});

test("a clone that ends at the older commit asks where it came from for the newer one", async () => {
  const world = await openSyncWorld();
  const { box, first, home } = world;
  const clone = join(home, "clone");
  await box.git(home, "clone", "--quiet", box.bare, clone);
  await box.git(clone, "remote", "set-url", "origin", box.url);
  const newer = await world.code();
  await world.publish(newer);
  await follow(world, newer);
  const settings = `images: [{ name: ${world.image("web")} }]\n`;
  writeFileSync(join(clone, "landfall.yaml"), settings);
  const words = [`${world.image("web")}=${tagOf(first)}`, "--to", "latest", "--revision", first];
  const { status, out, err } = await runCli(["retag", ...words], { cwd: clone });
  expect(status, err).toBe(0);
  expect(out).toContain(`it is of ${newer}, which is newer`);
});

test("a revision that is no commit is refused, and so is a word that names no tag", async () => {
  const world = await openSyncWorld();
  const wrong = await follow(world, world.first, "--revision", "f".repeat(40));
  expect(wrong.status).toBe(2);
  expect(wrong.err).toMatch(/Cannot tag images of "f{40}": the source history has no such commit/);
  expect(await digestAt(world, "web", "latest")).toBe(null);
  const word = await world.run(["retag", world.image("web"), "--to", "latest"]);
  expect([word.status, word.err]).toEqual([2, expect.stringMatching(/Cannot read ".*web"/)]);
  const tag = await world.run(["retag", `${world.image("web")}=v1`, "--to", "a tag"]);
  expect([tag.status, tag.err]).toEqual([2, expect.stringMatching(/Cannot use the tag "a tag"/)]);
});
