/** Which workloads a deploy shows in, and what each of them is to run. */

import { describe, expect, test } from "vitest";
import type { Workload } from "../../../src/core/cluster/workload.ts";
import { Failure } from "../../../src/core/failure.ts";
import {
  asDigest,
  asRevision,
  asTag,
  type Digest,
  type Revision,
  type Tag,
} from "../../../src/core/ids.ts";
import { parseImageName, printImageName } from "../../../src/core/image-ref.ts";
import { findPins } from "../../../src/core/pins/index.ts";
import { parseTagFormat } from "../../../src/core/tag-format.ts";
import type { ImageDigests } from "../../../src/ports.ts";
import type { DeployQuestion } from "../../../src/usecases/verify/resolve-deploy.ts";
import {
  type RolloutPlace,
  wantedWorkloads,
} from "../../../src/usecases/verify/wanted-workloads.ts";
import { snapshotOf } from "../../support/snapshots.ts";
import { historyOf } from "../../support/source-history.ts";
import { ours, repository } from "../../support/verify-stage.ts";

const [web, api] = ["acme/web", "acme/api"].map((name) => parseImageName(name)!);
const [oldRevision, revision] = ["1", "2"].map((digit) => asRevision(digit.repeat(40))!) as [
  Revision,
  Revision,
];
const [oldTag, tag] = ["sha-1111111", "sha-2222222"].map((text) => asTag(text)!) as [Tag, Tag];
const [oldDigest, digest] = ["1", "2"].map((digit) => asDigest(`sha256:${digit.repeat(64)}`)!) as [
  Digest,
  Digest,
];

const manifest = (owner: string, ...refs: readonly string[]) => {
  const [kind, name] = owner.split("/");
  const containers = refs.map((ref) => `      - image: ${ref}\n`).join("");
  return `kind: ${kind}\nmetadata: {name: ${name}}\nspec:\n  containers:\n${containers}`;
};

interface Asked {
  readonly question?: Partial<DeployQuestion>;
  readonly place?: Partial<RolloutPlace>;
  /** Undefined: the registry is not asked. */
  readonly registry?: ImageDigests | undefined;
  /** Workloads of the cluster, each with its one image. */
  readonly there?: Readonly<Record<string, string>>;
}

function deployed([name, image]: readonly [string, string]): Workload {
  const containers = [{ name: "app", image }];
  return { kind: "Deployment", name, containers } as Partial<Workload> as Workload;
}

/** Two commits in a row, of which the api's sources are the same in both. */
const history = historyOf({
  resolve: async () => revision,
  isAncestor: async (a, b) => a === oldRevision || a === b,
  changed: async (_a, _b, paths) => !paths.includes("api"),
});

/** Finds the workloads of some manifests, and tells them as `Kind/name: image:tag digests`. */
async function find(manifests: readonly string[], asking: Asked = {}) {
  const { question, place, registry, there = {} } = asking;
  const warnings: string[] = [];
  const file = { path: "app.yaml", bytes: Buffer.from(manifests.join("---\n")) };
  const where = { repository, branch: "main" };
  const meant = {
    question: {
      ...{ images: [{ image: web! }, { image: api! }], paths: ["."], ...where },
      ...{ tagFormat: parseTagFormat("sha-{revision:7}"), ...question },
    },
    deploy: { revision, tag, commit: ours, ...where },
    pinned: snapshotOf(ours, findPins(file, [web!, api!]), ({ tag: held }) =>
      [revision, oldRevision].find((one) => held?.endsWith(one.slice(0, 7))),
    ),
  };
  const progress = { step: () => {}, warn: (text: string) => void warnings.push(text) };
  const asked = { namespace: "robson", ...place };
  const cluster = {
    workloadsIn: async () => Object.entries(there).map(deployed),
    workload: async ({ name }: { readonly name: string }) =>
      there[name] === undefined ? undefined : deployed([name, there[name]]),
  };
  const found = await wantedWorkloads([asked], meant, { registry, progress, cluster, history });
  const rows = found.map(({ kind, name, images }) => {
    const told = images.map((one) => `${printImageName(one.image)}:${one.tag} ${one.digests}`);
    return [`${kind}/${name}`, ...told.map((text) => text.trim())];
  });
  return { rows, warnings, found };
}

/** A registry in which the tags have their own digests, which are asked for once. */
function registryThat() {
  const asked: string[] = [];
  const digestsOf: ImageDigests["digestsOf"] = async (image, reference) => {
    asked.push(`${printImageName(image)} ${reference}`);
    return reference === oldTag || reference === oldDigest ? [oldDigest] : [digest];
  };
  return { asked, registry: { digestsOf } };
}

describe("the workloads are", () => {
  test("those whose manifests pin the images, with what each of them pins", async () => {
    const { rows, found } = await find([
      manifest("Deployment/web", `acme/web:${tag}`),
      manifest("CronJob/scan", `acme/api:${oldTag}`, `acme/web:${tag}`),
      manifest("Pod/alone", `acme/web:${tag}`),
    ]);
    expect(rows).toEqual([
      ["Deployment/web", `acme/web:${tag}`],
      ["CronJob/scan", `acme/api:${oldTag}`, `acme/web:${tag}`],
    ]);
    expect(found.map(({ namespace }) => namespace)).toEqual(["robson", "robson"]);
  });

  test("those that are named, with all images where the manifest is not their own", async () => {
    const workloads = [
      { kind: "StatefulSet", name: "rendered" },
      { kind: "Deployment", name: "web" },
    ] as const;
    const manifests = [
      manifest("Deployment/web", `acme/web:${tag}`),
      manifest("Kustomization/all", `acme/api:${tag}`),
    ];
    expect((await find(manifests, { place: { workloads } })).rows).toEqual([
      ["StatefulSet/rendered", `acme/web:${tag}`, `acme/api:${tag}`],
      ["Deployment/web", `acme/web:${tag}`],
    ]);
  });

  test("those of the cluster that have an image, where no manifest is a workload's own", async () => {
    const there = { "prod-web": "acme/web:old", db: "postgres:17" };
    const { rows } = await find([manifest("Kustomization/all", `acme/web:${tag}`)], { there });
    expect(rows).toEqual([["Deployment/prod-web", `acme/web:${tag}`]]);
  });

  test("nowhere to be found: that is said, with the remedy", async () => {
    const alone = find([manifest("Pod/alone", `acme/web:${tag}`)]);
    await expect(alone).rejects.toMatchObject({
      ...{ code: "config", hint: expect.stringContaining("verify.rollout.workloads") },
    });
  });
});

describe("what is to run is", () => {
  const at = async (ref: string, asked: Asked = {}) =>
    (await find([manifest("Deployment/web", ref)], asked)).rows[0]![1];

  test("the tag and the digest that are pinned", async () => {
    expect(await at(`acme/web:${oldTag}@${oldDigest}`)).toBe(`acme/web:${oldTag} ${oldDigest}`);
  });

  test("the deploy's tag, where a digest alone is pinned", async () => {
    expect(await at(`acme/web@${digest}`)).toBe(`acme/web:${tag} ${digest}`);
  });

  test("a revision that is asked for, and not the digest of another", async () => {
    const question = { revision };
    expect(await at(`acme/web:${oldTag}@${oldDigest}`, { question })).toBe(`acme/web:${tag}`);
    expect(await at(`acme/web:${tag}@${digest}`, { question })).toBe(`acme/web:${tag} ${digest}`);
  });

  test("for an image whose sources have not changed since, what its pin holds", async () => {
    const question = { revision, images: [{ image: web! }, { image: api!, paths: ["api"] }] };
    const refs = [`acme/web:${tag}`, `acme/api:${oldTag}`];
    const { rows } = await find([manifest("Deployment/web", ...refs)], { question });
    expect(rows).toEqual([["Deployment/web", `acme/web:${tag}`, `acme/api:${oldTag}`]]);
  });

  test("a tag that is asked for, with the digest that is", async () => {
    const asked = { image: web!, tag: asTag("v1.2.3")! };
    const ref = `acme/web:${oldTag}@${oldDigest}`;
    expect(await at(ref, { question: { images: [asked] } })).toBe("acme/web:v1.2.3");
    const both = { question: { images: [{ ...asked, digest }] } };
    expect(await at(ref, both)).toBe(`acme/web:v1.2.3 ${digest}`);
  });
});

describe("the registry", () => {
  test("is asked once for what several places are to run", async () => {
    const { asked, registry } = registryThat();
    const refs = [`acme/web:${tag}`, `acme/web:${oldTag}`, `acme/api@${oldDigest}`];
    const manifests = ["Deployment/a", "Deployment/b"].map((owner) => manifest(owner, ...refs));
    const { rows } = await find(manifests, { registry });
    const told = [`acme/web:${tag} ${digest}`, `acme/web:${oldTag} ${oldDigest}`];
    const both = [...told, `acme/api:${tag} ${oldDigest}`];
    expect(rows).toEqual([
      ["Deployment/a", ...both],
      ["Deployment/b", ...both],
    ]);
    expect(asked).toEqual([`acme/web ${tag}`, `acme/web ${oldTag}`, `acme/api ${oldDigest}`]);
  });

  test("that cannot be read leaves what is pinned, with a warning", async () => {
    const away = new Failure("registry-unreachable", "Cannot ask for it", "Later.");
    const registry = { digestsOf: () => Promise.reject(away) };
    const refs = [`acme/web:${tag}`, `acme/api:${tag}@${digest}`];
    const { rows, warnings } = await find([manifest("Deployment/web", ...refs)], { registry });
    expect(rows).toEqual([["Deployment/web", `acme/web:${tag}`, `acme/api:${tag} ${digest}`]]);
    const warning = "Cannot ask for it; the digests that run are not compared";
    expect(warnings).toEqual([warning, warning]);
  });

  test("in which a bug shows hides nothing", async () => {
    const bug = new TypeError("a bug");
    const registry = { digestsOf: () => Promise.reject(bug) };
    const asked = find([manifest("Deployment/web", `acme/web:${tag}`)], { registry });
    await expect(asked).rejects.toBe(bug);
  });
});
