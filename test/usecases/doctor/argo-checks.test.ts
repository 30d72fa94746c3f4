/** What doctor says of Applications that deploy something else, or not all. */

import { expect, test } from "vitest";
import { type Application, readApplication } from "../../../src/core/cluster/argo-application.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { findPins } from "../../../src/core/pins/index.ts";
import type { Belonging } from "../../../src/usecases/doctor/argo-checks.ts";
import { type DoctorRequest, doctor } from "../../../src/usecases/doctor/doctor.ts";
import { applicationJson } from "../../support/argocd-server.ts";
import { sleeplessClock } from "../../support/registry-client-options.ts";
import { snapshotOf } from "../../support/snapshots.ts";
import { ours, repository, robsonProd } from "../../support/verify-stage.ts";

const image = parseImageName("acme/web")!;
const manifest = (name: string) =>
  `kind: Deployment\nmetadata: {name: ${name}}\nspec: {containers: [{image: "acme/web:1"}]}\n`;
const pins = ["web", "worker"].flatMap((name) =>
  findPins({ path: `k8s/${name}.yaml`, bytes: Buffer.from(manifest(name)) }, [image]),
);

async function examine(belonging: Belonging, request: Partial<DoctorRequest> = {}) {
  const application = readApplication(applicationJson(repository, { revision: ours }))!;
  const { checks } = await doctor(
    { images: [], ...request },
    {
      ...{ clock: sleeplessClock(), readConfig: async () => "", gitVersion: async () => "2.40" },
      readPins: async () => snapshotOf(ours, pins),
      openArgoCd: async () => ({
        application: async (): Promise<Application> => application,
        ...{ applications: async () => [], maySync: async () => true },
        syncWindows: async () => undefined,
      }),
      ...{ findApps: async () => [robsonProd], belongingOf: async () => belonging },
    },
  );
  return checks.filter(({ name }) => name.startsWith("argocd"));
}

const claim = { kind: "by-path" } as const;
const onlyWeb = ({ file }: { readonly file: string }) => file === "k8s/web.yaml";

test("one that deploys something else is told, with what that is", async () => {
  const foreign = { kind: "foreign", detail: "it deploys stag", hint: "Name another." } as const;
  expect(await examine({ claim: foreign, deploys: undefined })).toEqual([
    { name: "argocd", state: "fail", detail: "it deploys stag", remedy: "Name another." },
  ]);
});

test("pins that none of them deploys are a check of their own, where there are any", async () => {
  const [app, rest] = await examine({ claim, deploys: onlyWeb });
  expect(app).toMatchObject({ name: "argocd", state: "ok" });
  expect(rest).toMatchObject({
    ...{ name: "argocd pins", state: "fail", remedy: expect.stringContaining("verify") },
    detail: expect.stringMatching(/^nothing that is looked at deploys k8s\/worker.yaml:3:/),
  });
  expect(await examine({ claim, deploys: () => true })).toHaveLength(1);
});

test("pins whose workloads are followed are seen there", async () => {
  const belonging = { claim, deploys: onlyWeb };
  expect(await examine(belonging, { rollout: [{ namespace: "robson" }] })).toHaveLength(1);
  const workloads = [{ kind: "Deployment", name: "web" } as const];
  const rollout = [{ namespace: "robson", workloads }];
  expect(await examine(belonging, { rollout })).toHaveLength(2);
});
