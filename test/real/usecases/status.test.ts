/** Status: what stands in each place of a row, and what is said where nothing is known. */

import { describe, expect, test } from "vitest";
import { readApplication } from "../../../src/core/cluster/argo-application.ts";
import type { Workload } from "../../../src/core/cluster/workload.ts";
import { Failure } from "../../../src/core/failure.ts";
import { asDigest, asRevision, asTag, type Revision } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { findPins, type Pin } from "../../../src/core/pins/index.ts";
import type { SyncImage, SyncResult } from "../../../src/core/results/sync.ts";
import { parseTagFormat, tagOf } from "../../../src/core/tag-format.ts";
import type { ArgoCd, Cluster } from "../../../src/ports.ts";
import type { DeployQuestion } from "../../../src/usecases/verify/resolve-deploy.ts";
import {
  type StatusPorts,
  type StatusRequest,
  status,
} from "../../../src/usecases/verify/status.ts";
import { applicationJson } from "../../support/argocd-server.ts";
import { snapshotOf } from "../../support/snapshots.ts";
import { historyOf } from "../../support/source-history.ts";
import { ours, repository, robsonProd } from "../../support/verify-stage.ts";

const [web, api] = ["acme/web", "acme/api"].map((name) => parseImageName(name)!);
const tagFormat = parseTagFormat("sha-{revision:7}");
const line = ["1", "2", "3"].map((digit) => asRevision(digit.repeat(40))!);
const [older, revision] = line as [Revision, Revision];
const [oldTag, tag] = [tagOf(tagFormat, older), tagOf(tagFormat, revision)];
const digest = asDigest(`sha256:${"a".repeat(64)}`)!;
const where = { repository, branch: "main" };

const ports: StatusPorts = {
  history: historyOf({
    resolve: async (prefix) => line.find((one) => one.startsWith(prefix)),
    isAncestor: async (a, b) => line.indexOf(a) <= line.indexOf(b),
  }),
  registry: { find: async () => ({ kind: "found", digest, mediaType: "" }) },
  ancestry: { isManifestAncestor: async (a, b) => a === b, isNewerTag: async () => false },
  remote: {
    findManifests: async () => [],
    readFile: async () => undefined,
    messagesBefore: async () => [],
  },
};

/** Which revision a pin holds, by its tag. */
const held = ({ tag: pinned }: Pin) => line.find((one) => tagOf(tagFormat, one) === pinned);

/** A request about pins that are written so. The newest revision is what the deploy is of. */
function about(
  refs: readonly string[],
  asked: Partial<DeployQuestion> = {},
  more: Partial<StatusRequest> = {},
): StatusRequest {
  const containers = refs.map((ref) => `    - image: ${ref}\n`).join("");
  const text = `kind: Pod\nspec:\n  containers:\n${containers || "    []\n"}`;
  const pins = findPins({ path: "app.yaml", bytes: Buffer.from(text) }, [web!, api!]);
  const question = { images: [{ image: web! }], paths: ["."], tagFormat, ...where, ...asked };
  const deploy = { revision, tag, commit: ours, ...where };
  return { meant: { question, deploy, pinned: snapshotOf(ours, pins, held) }, ...more };
}

/** Returns what a dry run of the checker found. */
function found(images: readonly Partial<SyncImage>[], more: Partial<SyncResult> = {}): SyncResult {
  return {
    ...{ version: 1, command: "sync", verdict: "in-sync", exit: 0, deploy: "d", ...where },
    ...{ source: repository, atMs: 0, tookMs: 0, attempts: 1, warnings: [] },
    images: images.map((image) => {
      const plain = { verdict: "in-sync", detail: "It is.", pins: [], fixed: false } as const;
      return { image: "acme/web", ...plain, ...image };
    }),
    ...more,
  };
}

describe("a revision that is asked for", () => {
  test("is in step with the registry and the pins", async () => {
    const result = await status(about([`acme/web:${tag}`], { revision }), ports);
    const registry = { state: "same", text: `sha256:${"a".repeat(12)}`, digest };
    expect(result).toEqual({
      ...{ version: 1, command: "status", exit: 0, tip: ours, ...where },
      images: [
        {
          ...{ image: "acme/web", git: { tag, revision }, sync: undefined, registry },
          ...{ pins: { state: "same", text: tag }, argocd: undefined, cluster: undefined },
        },
      ],
      ...{ argocd: undefined, workloads: [] },
    });
  });

  test("differs from pins that are older, from one without a tag, and from none", async () => {
    const refs = [`acme/web:${oldTag}`, "acme/web"];
    const images = [{ image: web! }, { image: api! }];
    const result = await status(about(refs, { revision, images }), ports);
    expect(result.exit).toBe(3);
    expect(result.images.map(({ git }) => git)).toEqual(Array(2).fill({ tag, revision }));
    expect(result.images.map(({ pins }) => pins)).toEqual([
      { state: "differs", text: `${oldTag}, no tag` },
      { state: "differs", text: "no pin" },
    ]);
  });

  test("is missing in the registry", async () => {
    const registry = { find: async () => ({ kind: "missing" }) as const };
    const result = await status(about([`acme/web:${tag}`], { revision }), { ...ports, registry });
    expect(result).toMatchObject({
      ...{ exit: 3, images: [{ registry: { state: "differs", text: "missing" } }] },
    });
  });
});

describe("a registry that cannot be read", () => {
  const failing = (error: unknown) => ({
    ...ports,
    registry: { find: () => Promise.reject(error) },
  });

  test.each([
    ["registry-unreachable", 5],
    ["throttled", 6],
  ] as const)("says so, and hides nothing: %s", async (code, exit) => {
    const away = failing(new Failure(code, "Cannot ask for it", "Later."));
    const result = await status(about([`acme/web:${tag}`], { revision }), away);
    const registry = { state: "unreadable", text: "unreadable", detail: "Cannot ask for it", code };
    expect(result).toMatchObject({ exit, images: [{ registry, pins: { state: "same" } }] });
  });

  test.each([new Failure("config", "Cannot use it", "Mend it."), new TypeError("a bug")])(
    "for a reason of ours is the end of it: %s",
    async (error) => {
      await expect(status(about([], { revision }), failing(error))).rejects.toBe(error);
    },
  );
});

describe("without a revision asked for", () => {
  const git = async (refs: readonly string[], images = [{ image: web! }]) =>
    (await status(about(refs, { images }), ports)).images.map((row) => row.git);

  test("an image goes by the newest of its own pins", async () => {
    expect(await git([`acme/web:${oldTag}`, `acme/api:${tag}`])).toEqual([
      { tag: oldTag, revision: older },
    ]);
    expect(await git([`acme/web:${oldTag}`, `acme/web:${tag}`])).toEqual([{ tag, revision }]);
  });

  test("an image whose pins name nothing goes by the deploy", async () => {
    expect(await git(["acme/web:latest", `acme/web@${digest}`])).toEqual([{ tag, revision }]);
  });

  test("a tag that is asked for by name is what is wanted, of no revision", async () => {
    const asked = { image: web!, tag: asTag("v1.2.3")! };
    expect(await git([`acme/web:${tag}`], [asked])).toEqual([{ tag: "v1.2.3" }]);
  });
});

describe("what the checker found", () => {
  const row = async (checked: SyncResult, refs = [`acme/web:${oldTag}`]) => {
    const result = await status(about(refs, {}, { checked }), ports);
    return { ...result.images[0]!, exit: result.exit };
  };
  const wanted = { tag, revision, digest };

  test.each(["behind", "mixed"] as const)(
    "to be %s is what is wanted, with the way to repair it",
    async (verdict) => {
      const hint = "`landfall sync` repairs it.";
      expect(await row(found([{ verdict, wanted }]))).toMatchObject({
        ...{ exit: 3, git: { tag, revision }, sync: { verdict, detail: "It is.", hint } },
        pins: { state: "differs", text: `${oldTag} (${verdict})` },
      });
    },
  );

  test("has its own hint where there is one, and needs none where all is well", async () => {
    const stalled = found([{ verdict: "stalled", hint: "Look at the build." }]);
    expect((await row(stalled)).sync).toMatchObject({ hint: "Look at the build." });
    const well = await row(found([{ wanted: { tag: oldTag, revision: older } }]));
    expect(well).toMatchObject({ exit: 0, pins: { state: "same", text: oldTag } });
    expect(well.sync?.hint).toBeUndefined();
  });

  test("without anything wanted leaves what the pins hold", async () => {
    const floating = await row(found([{ verdict: "floating" }]));
    expect(floating.git).toEqual({ tag: oldTag, revision: older });
  });

  test("nothing of, because it failed, is unreadable, and why", async () => {
    const failure = { code: "remote-unreachable", message: "Cannot read it", hint: "Later." };
    const { sync, pins, exit } = await row(found([], { failure }));
    expect(sync).toEqual({ verdict: "unreadable", detail: "Cannot read it", hint: "Later." });
    expect(pins).toMatchObject({ state: "unreadable", detail: "Cannot read it" });
    expect(exit).toBe(5);
  });

  test("of other images alone is unreadable too", async () => {
    const { sync } = await row(found([{ image: "acme/api" }]));
    const detail = "the checker said nothing of it";
    expect(sync).toEqual({ verdict: "unreadable", detail, hint: undefined });
  });
});

describe("a cluster", () => {
  const application = readApplication(applicationJson(repository, { revision: ours }))!;
  const argocd = { application: async () => application } as never;
  const workloads = [
    {
      ...({ kind: "CronJob", name: "job", namespace: "robson" } as const),
      images: [{ image: web!, tag: oldTag, digests: [] }],
    },
  ];
  const runs = (image: string): Cluster => ({
    workload: async () =>
      ({ kind: "CronJob", containers: [{ name: "job", image }] }) as Partial<Workload> as Workload,
    podsOf: async () => [],
    workloadsIn: async () => [],
    hasNamespace: async () => true,
  });

  test("is in each image's row, by what runs there", async () => {
    const images = [{ image: web! }, { image: api! }];
    const refs = [`acme/web:${oldTag}`, `acme/api:${oldTag}`];
    const request = about(refs, { images }, { apps: [robsonProd], workloads });
    const cluster = runs(`acme/web:${oldTag}`);
    const result = await status(request, { ...ports, argocd, cluster });
    expect(result.images.map((one) => [one.argocd?.text, one.cluster])).toEqual([
      ["Synced, Healthy", { state: "same", text: oldTag }],
      ["Synced, Healthy", { state: "differs", text: "no workload" }],
    ]);
    expect(result).toMatchObject({ exit: 3, argocd: { app: "robson-prod" } });
    expect(result.workloads).toMatchObject([{ workload: "CronJob/job", state: "done" }]);
  });

  test("follows the pins, whatever these should be", async () => {
    const checked = found([{ verdict: "pending", wanted: { tag, revision } }]);
    const request = about([`acme/web:${oldTag}`], {}, { workloads, checked });
    const result = await status(request, { ...ports, cluster: runs(`acme/web:${oldTag}`) });
    expect(result.images[0]).toMatchObject({
      ...{ git: { tag }, cluster: { state: "same", text: oldTag } },
      pins: { state: "same", text: `${oldTag} (pending)` },
    });
    expect(result.exit).toBe(0);
  });

  test("that cannot be read is not hidden by what can", async () => {
    const denied = new Failure("cluster-denied", "Cannot ask", "Log in.");
    const cluster = { ...runs(""), workload: () => Promise.reject(denied) };
    const request = about([`acme/web:${oldTag}`], {}, { workloads });
    expect(await status(request, { ...ports, cluster })).toMatchObject({
      ...{ exit: 5, images: [{ cluster: { state: "unreadable" }, pins: { state: "same" } }] },
    });
  });
});

test("which workloads are meant cannot be told: the rest is shown all the same", async () => {
  const workloads = new Failure("config", "Cannot follow the rollout: no workload", "Name them.");
  const argocd = {
    application: async () => readApplication(applicationJson(repository, { revision: ours }))!,
    syncWindows: async () => undefined,
  } as Partial<ArgoCd> as ArgoCd;
  const request = about([`acme/web:${tag}`], { revision: "2" }, { workloads, apps: [robsonProd] });
  const { exit, images } = await status(request, { ...ports, argocd });
  expect(exit).not.toBe(2);
  expect(images[0]).toMatchObject({
    ...{ registry: { state: "same" }, pins: { state: "same", text: tag } },
    cluster: { state: "unreadable", detail: "Cannot follow the rollout: no workload" },
  });
});
