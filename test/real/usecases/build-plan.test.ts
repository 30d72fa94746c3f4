import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAppWorld } from "../../support/app-world.ts";
import { runCli } from "../../support/run-cli.ts";

describe("plan", () => {
  let world: Awaited<ReturnType<typeof openAppWorld>>;
  beforeAll(async () => {
    world = await openAppWorld({ origin: "path" });
  });
  afterAll(() => world.close());

  async function plan(revision: string, ...more: string[]) {
    const argv = ["plan", "--revision", revision, "--json", ...more];
    const { status, out, err } = await runCli(argv, { cwd: world.app });
    expect(status, err).toBe(0);
    return JSON.parse(out);
  }
  const actions = (planned: { images: { image: string; action: string }[] }) =>
    planned.images.map(({ image, action }) => [image.split("/").at(-1), action]);

  test("builds what has never been deployed, with labels and filled arguments", async () => {
    const revision = await world.commit("feat: first", "missing");
    const planned = await plan(revision);
    expect(planned.tag).toBe(`sha-${revision.slice(0, 7)}`);
    expect(actions(planned).map(([, action]) => action)).toEqual(["build", "build", "build"]);
    const [frontend] = planned.images;
    expect(frontend.buildArgs.VITE_APP_VERSION).toBe(planned.tag);
    expect(frontend.labels["org.opencontainers.image.revision"]).toBe(revision);
    expect(frontend.labels["org.opencontainers.image.created"]).toMatch(/^\d{4}-.*Z$/);
  });

  test("afterwards gives unchanged images the tag, and builds what changed or shows the tag", async () => {
    const first = await world.commit("feat: deployed");
    const deployed = await runCli(["promote", "--revision", first], { cwd: world.app });
    expect(deployed.status, deployed.err).toBe(0);
    expect(actions(await plan(first)).map(([, action]) => action)).toEqual([
      "keep",
      "keep",
      "keep",
    ]);

    const second = await world.commit("feat: frontend only", "missing");
    const planned = await plan(second);
    expect(actions(planned)).toEqual([
      ["rbs-frontend-prod", "build"],
      ["rbs-backend-monolith-prod", "retag"],
      ["rbs-backend-nginx-prod", "retag"],
    ]);
    expect(planned.images[1].from).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(actions(await plan(second, "--rebuild")).map(([, action]) => action)).toEqual([
      "build",
      "build",
      "build",
    ]);

    const name = planned.images[1].image;
    const retag = ["retag", `${name}=${planned.images[1].from}`, "--to", planned.tag, "--json"];
    const { status, out } = await runCli(retag, { cwd: world.app });
    expect(status).toBe(0);
    expect(JSON.parse(out).images).toEqual([
      { image: name, tag: planned.tag, digest: planned.images[1].from, outcome: "given" },
    ]);
    expect(actions(await plan(second))[1]).toEqual(["rbs-backend-monolith-prod", "keep"]);
  });

  test("further tags: on the default branch, on a release tag, and nowhere else", async () => {
    const revision = await world.commit("feat: tags", "missing");
    expect((await plan(revision, "--ref", "refs/heads/main")).extraTags).toEqual(["latest"]);
    expect((await plan(revision, "--ref", "refs/tags/v1.2.0")).extraTags).toEqual(["v1.2.0"]);
    expect((await plan(revision, "--ref", "refs/heads/topic")).extraTags).toEqual([]);
  });
});
