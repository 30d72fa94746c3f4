/** What is pinned now, and what was deployed when. */

import { describe, expect, test } from "vitest";
import type { CommitId } from "../../src/core/ids.ts";
import { parseImageName } from "../../src/core/image-ref.ts";
import type { Remote } from "../../src/ports.ts";
import { ModelLog } from "../../src/simulation/model/deploy-log.ts";
import { manifestsPath, tagFormat } from "../../src/simulation/scenario.ts";
import { pinsHistory } from "../../src/usecases/audit/pins-history.ts";
import { listPins } from "../../src/usecases/pins.ts";
import { Stage } from "../support/scripted-world.ts";

describe("pins", () => {
  const tip = "c".repeat(40) as CommitId;
  const images = ["acme/web", "acme/api", "nginx"].map((name) => parseImageName(name)!);
  const digest = `sha256:${"a".repeat(64)}`;
  const content: readonly (readonly [string, string])[] = [
    ["k8s/api.yaml", "kind: Deployment\nmetadata: {name: api}\nimage: acme/api:1\n"],
    ["k8s/kustomization.yaml", "images:\n- name: acme/web\n  newTag: sha-2\n"],
    ["k8s/values.yaml", `api:\n  repository: acme/api\n  tag: "2"\n  digest: ${digest}\n`],
  ];
  const remote = {
    fetchTip: async () => tip,
    findManifests: async (at, paths, needles) => {
      expect([at, paths]).toEqual([tip, ["k8s"]]);
      expect(needles).toEqual(expect.arrayContaining(["web", "api", "nginx"]));
      return content.map(([path, text]) => ({ path, bytes: new TextEncoder().encode(text) }));
    },
  } as Partial<Remote> as Remote;

  test("are listed with their places; what is nowhere or at two tags is named", async () => {
    const owner = "Deployment/api";
    const api = { image: "acme/api", column: 17, line: 3 };
    expect(await listPins(images, ["k8s"], remote)).toEqual({
      ...{ version: 1, command: "pins", exit: 0, tip, unpinned: ["nginx"], mixed: ["acme/api"] },
      mentions: [],
      pins: [
        { ...api, tag: "1", file: "k8s/api.yaml", owner, keyPath: "image", form: "reference" },
        {
          ...{ image: "acme/web", tag: "sha-2", file: "k8s/kustomization.yaml", owner: "" },
          ...{ line: 3, column: 11, keyPath: "images[0].newTag", form: "kustomize" },
        },
        {
          ...{ image: "acme/api", tag: `2@${digest}`, file: "k8s/values.yaml", owner: "" },
          ...{ line: 3, column: 9, keyPath: "api.tag", form: "values" },
        },
      ],
    });
  });
});

describe("pins --history", () => {
  /** Lists what a stage's branch had deployed. */
  function history(stage: Stage, limit = 10) {
    stage.ports("us");
    const request = {
      ...{ images: stage.scene.images, paths: [manifestsPath], pattern: /^chore\(gitops\)/ },
      ...{ tagFormat, repository: "model", branch: "main", limit },
    };
    return stage.settle(pinsHistory(request, new ModelLog(stage.world, "us")));
  }

  test("lists the newest first, and names what one step goes back to", async () => {
    const stage = new Stage();
    for (const job of [1, 2]) await stage.promote(job);
    const result = await history(stage);
    expect(result).toMatchObject({
      ...{ version: 1, command: "pins", exit: 0, repository: "model", branch: "main" },
      ...{ tip: stage.world.server.tip, leftOut: 0, warnings: [] },
      previous: stage.scene.jobs[0]!.revision,
    });
    expect(result.deploys.map(({ outcome, images }) => [outcome, images[0]?.tags])).toEqual([
      ["deploy", [stage.tag(2)]],
      ["deploy", [stage.tag(1)]],
      ["by-hand", [expect.stringMatching(/^sha-/)]],
    ]);
    expect(result.deploys[0]?.commit).toBe(stage.world.server.tip);
  });

  test("lists no more than it is told, and counts the rest", async () => {
    const stage = new Stage();
    for (const job of [1, 2]) await stage.promote(job);
    const { deploys, leftOut } = await history(stage, 2);
    expect([deploys.length, leftOut]).toEqual([2, 1]);
  });

  test("names nothing to go back to where there is nothing", async () => {
    const result = await history(new Stage());
    expect(result.deploys).toHaveLength(1);
    expect(result).not.toHaveProperty("previous");
  });
});
