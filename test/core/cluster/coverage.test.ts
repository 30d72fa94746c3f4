/** Which pins are deployed by what is looked at, and what is said of those that are not. */

import { expect, test } from "vitest";
import { readApplication } from "../../../src/core/cluster/argo-application.ts";
import {
  appliedBy,
  type CoveredPin,
  type Deploys,
  deployedBy,
  uncovered,
  uncoveredFinding,
} from "../../../src/core/cluster/coverage.ts";
import { readFluxObject } from "../../../src/core/cluster/flux-object.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { type ArgoState, applicationJson } from "../../support/argocd-server.ts";
import { kustomizationJson } from "../../support/flux-objects.ts";
import { repository } from "../../support/verify-stage.ts";

const image = parseImageName("acme/web")!;
const api = parseImageName("acme/api")!;
const revision = "a".repeat(40);

const pinAt = (file: string, owner = "Deployment/web", more: Partial<CoveredPin> = {}) => ({
  ...{ file, line: 7, column: 9, form: "reference" as const, owner, image, ...more },
});
const prod = pinAt("k8s/prod/web.yaml");

function appAt(path: string, pins: readonly CoveredPin[], more: Partial<ArgoState> = {}): Deploys {
  const bare = { revision, path, resources: [], images: [] };
  const application = readApplication(applicationJson(repository, { ...bare, ...more }))!;
  return deployedBy(application, { repository, branch: "main", pinned: pins }, pins);
}

type Row = readonly [
  name: string,
  path: string,
  more: Partial<ArgoState>,
  other: CoveredPin,
  isDeployed: boolean,
];
const made = (kind: string, name: string) => ({ resources: [{ kind, name, status: "Synced" }] });
const kustomize = { sourceType: "Kustomize" } as const;

const rows: readonly Row[] = [
  ["in its folder", "k8s/prod", {}, pinAt("k8s/prod/api.yaml", "Deployment/api"), true],
  [
    "in a folder below, of plain manifests",
    "k8s/prod",
    {},
    pinAt("k8s/prod/x/api.yaml", "Job/a"),
    false,
  ],
  [
    "in another folder, called alike",
    "k8s/prod",
    made("Deployment", "web"),
    pinAt("k8s/stag/web.yaml"),
    false,
  ],
  [
    "in kustomize's base, whose workload it made",
    "k8s/prod",
    { ...kustomize, ...made("CronJob", "prod-scan") },
    pinAt("k8s/base/scan.yaml", "CronJob/scan"),
    true,
  ],
  [
    "in Helm's values, whose image runs",
    "k8s/prod",
    { sourceType: "Helm", images: ["acme/api:1"] },
    pinAt("values/prod.yaml", "", { image: api, form: "values" }),
    true,
  ],
  [
    "in another folder, of something else",
    "k8s/prod",
    { ...made("Deployment", "web"), images: ["acme/web:1"] },
    pinAt("k8s/worker/w.yaml", "Deployment/worker", { image: api }),
    false,
  ],
  [
    "of an image that runs, in another folder of plain manifests",
    "k8s/prod",
    { images: ["acme/web:1"] },
    pinAt("k8s/worker/w.yaml", "Deployment/worker"),
    false,
  ],
  [
    "of kustomize, in another environment's overlay",
    "k8s/prod",
    { ...kustomize, ...made("Deployment", "web"), images: ["acme/web:1"] },
    pinAt("k8s/stag/kustomization.yaml", "Kustomization/", { form: "kustomize" }),
    false,
  ],
];

test.each(rows)("a pin %s", (_, path, more, other, isDeployed) => {
  const pins = [prod, other];
  expect(uncovered(pins, [appAt(path, pins, more)], [])).toEqual(isDeployed ? [] : [other]);
});

test("a pin in an Application's manifest is deployed by that Application, not by its parent", () => {
  const child = pinAt("argo/web.yaml", "Application/robson-prod", { form: "kustomize" });
  const other = { ...child, owner: "Application/other" };
  expect(uncovered([child], [appAt("elsewhere", [child])], [])).toEqual([]);
  expect(uncovered([other], [appAt("argo", [other])], [])).toEqual([other]);
});

test("a file is deployed as a whole, and a workload of its own is looked for itself", () => {
  const beside = pinAt(prod.file, "CronJob/scan", { line: 40 });
  const worker = pinAt("k8s/worker/w.yaml", "Deployment/worker");
  const pins = [prod, beside, worker];
  const onlyWeb: Deploys = ({ line }) => line === prod.line && true;
  expect(uncovered([prod, beside], [onlyWeb], [])).toEqual([]);
  const app = appAt("k8s/prod", pins);
  expect(uncovered(pins, [app], [{ kind: "Deployment", name: "worker" }])).toEqual([]);
  expect(uncovered(pins, [app, appAt("k8s/worker", pins)], [])).toEqual([]);
});

test("where something was not seen, or nothing is looked at, nobody can tell", () => {
  const other = pinAt("k8s/stag/web.yaml");
  expect(uncovered([prod, other], [appAt("k8s/prod", [prod, other]), undefined], [])).toEqual([]);
  expect(uncovered([prod], [], [])).toEqual([]);
});

test("Flux applies what is below its path, what it made, and a chart as a whole", () => {
  const ref = { kind: "Kustomization", name: "apps", namespace: "flux-system" } as const;
  const object = readFluxObject(ref, kustomizationJson({ applied: revision }))!;
  const at = (path: string | undefined) => appliedBy({ ...object, path, made: [] });
  expect(at("k8s/prod")(prod)).toBe(true);
  expect(at("k8s")(prod)).toBe(true);
  expect(at("k8s/stag")(prod)).toBe(false);
  expect(at(undefined)(prod)).toBe(true);
  const making = { ...object, path: "x", made: [{ kind: "Deployment", name: "web" }] };
  expect(appliedBy(making)(prod)).toBe(true);
});

test("what nothing deploys is named by its place, as a mistake of the settings", () => {
  expect(uncoveredFinding([])).toBeUndefined();
  expect(uncoveredFinding([prod])).toMatchObject({
    ...{ state: "failed", code: "config" },
    detail: "nothing that is looked at deploys k8s/prod/web.yaml:7:9 (acme/web)",
  });
});
