/** One look at Argo CD and the workloads: what is seen, and what cannot be hides nothing else. */

import { describe, expect, test } from "vitest";
import { readApplication } from "../../../src/core/cluster/argo-application.ts";
import { readPods } from "../../../src/core/cluster/pod.ts";
import { readWorkload } from "../../../src/core/cluster/workload.ts";
import { Failure } from "../../../src/core/failure.ts";
import { asCommitId, asDigest, asRevision, asTag } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import type { ArgoCd, Cluster } from "../../../src/ports.ts";
import {
  type ViewPorts,
  type ViewRequest,
  viewCluster,
} from "../../../src/usecases/verify/cluster-view.ts";
import type { WantedWorkload } from "../../../src/usecases/verify/wanted-workloads.ts";
import { type ArgoState, applicationJson } from "../../support/argocd-server.ts";
import { deploymentJson, type PodState, podJson } from "../../support/kubernetes-server.ts";
import { pin, robsonProd } from "../../support/verify-stage.ts";

const [old, ours, newer] = ["0", "a", "b"].map((digit) => asCommitId(digit.repeat(40))!);
const repository = "https://git.example.org/acme/robson";
const tag = asTag("sha-1a2b3c4")!;
const digest = asDigest(`sha256:${"1".repeat(64)}`)!;
const image = parseImageName("acme/web")!;
const web: WantedWorkload = {
  ...{ kind: "Deployment", name: "web", namespace: "robson" },
  images: [{ image, tag, digests: [digest] }],
};
const away = new Failure("cluster-unreachable", "Cannot ask: no route to host", "Later.");
const interrupted = new Failure("interrupted", "Cannot ask: interrupted", "Run it again.");

function argoIn(state: ArgoState): ArgoCd {
  const application = async () => readApplication(applicationJson(repository, state))!;
  return { application } as Partial<ArgoCd> as ArgoCd;
}

function clusterOf(running: string | undefined, pods: readonly PodState[] = []): Cluster {
  return {
    workload: async (ref) =>
      running === undefined
        ? undefined
        : readWorkload(ref, deploymentJson(ref.name, { image: running })),
    podsOf: async () => readPods({ items: pods.map(podJson) }),
    workloadsIn: async () => [],
    hasNamespace: async () => true,
  };
}

const broken = (error: Error) => async () => {
  throw error;
};

/** Looks for the deploy at `ours`. Descendants of it hold it too. */
async function view(
  ports: Pick<ViewPorts, "argocd" | "cluster">,
  asked: Partial<ViewRequest> = {},
) {
  const line = [old, ours, newer];
  const ancestry: ViewPorts["ancestry"] = {
    isManifestAncestor: async (a, b) => line.indexOf(a) <= line.indexOf(b),
    isNewerTag: async () => false,
  };
  const request: ViewRequest = {
    ...{ revision: asRevision("1a2b3c4".padEnd(40, "0"))!, tag, commit: ours!, repository },
    ...{ pinned: { tip: ours!, pins: [pin] } },
    ...{ branch: "main", apps: [robsonProd], workloads: [], ...asked },
  };
  const seen = await viewCluster(request, {
    ...ports,
    ancestry,
    remote: {
      findManifests: async () => [],
      readFile: async () => undefined,
      messagesBefore: async () => [],
    },
  });
  return seen.view;
}

describe("Argo CD", () => {
  test.each([
    ["at our commit", ours!, "done", "Synced at aaaaaaa of main, Healthy"],
    ["at a descendant of it", newer!, "done", "Synced at bbbbbbb of main, Healthy"],
    [
      "before it",
      old!,
      "waiting",
      "Synced, Healthy at 0000000 of main, which is not our commit yet (compared 2026-11-24T02:00:00Z)",
    ],
  ])("%s", async (_, revision, state, detail) => {
    const { argocd, workloads } = await view({ argocd: argoIn({ revision }) });
    expect(argocd).toMatchObject({
      ...{ app: "robson-prod", state, detail, sync: "Synced", health: "Healthy" },
      revisions: [revision],
    });
    expect(workloads).toEqual([]);
  });

  test("that cannot be read says so, with the remedy", async () => {
    const { argocd } = await view({
      argocd: { ...argoIn({ revision: "" }), application: broken(away) },
    });
    expect(argocd).toEqual({
      ...{ app: "robson-prod", state: "unreadable", revisions: [] },
      ...{ code: "cluster-unreachable", detail: away.message, hint: "Later." },
    });
  });

  const nothing = { argocd: undefined, applications: undefined, flux: undefined, workloads: [] };
  test("is not looked at without a name, or without a way to it", async () => {
    expect(await view({ argocd: argoIn({ revision: ours! }) }, { apps: undefined })).toEqual(
      nothing,
    );
    expect(await view({})).toEqual(nothing);
  });
});

describe("a workload", () => {
  const who = { workload: "Deployment/web", namespace: "robson" };
  const running = { name: "web-1", image: `acme/web:${tag}`, imageID: `x@${digest}` };

  test("that runs the deploy, with what its pods run, each once", async () => {
    const pods = [
      running,
      { ...running, name: "web-2" },
      { ...running, name: "x", container: "y" },
    ];
    const cluster = clusterOf(`acme/web:${tag}`, pods);
    const { workloads, argocd } = await view({ cluster }, { workloads: [web] });
    const container = { container: "app", image: `acme/web:${tag}`, digests: [digest] };
    expect(workloads).toEqual([
      {
        ...{ ...who, state: "done", detail: `3 of 2 pods run ${tag}` },
        containers: [{ ...container, running: [`acme/web:${tag}`] }],
      },
    ]);
    expect(argocd).toBeUndefined();
  });

  test("whose pods are of two kinds, of which one names no digest", async () => {
    const pods = [running, { name: "web-0", image: "acme/web:old" }];
    const cluster = clusterOf(`acme/web:${tag}`, pods);
    const { workloads } = await view({ cluster }, { workloads: [web] });
    expect(workloads[0]).toMatchObject({
      state: "waiting",
      detail: `pod web-0 still runs "acme/web:old"`,
    });
    expect(workloads[0]?.containers).toMatchObject([
      { running: [`acme/web:${tag}`, "acme/web:old"], digests: [digest] },
    ]);
  });

  test("that fails says what to do", async () => {
    const { workloads } = await view({ cluster: clusterOf("nginx:1") }, { workloads: [web] });
    expect(workloads[0]).toMatchObject({
      state: "failed",
      hint: "Leave it out of verify.rollout.workloads, or name its image in landfall.yaml.",
    });
  });

  test("that is not there is waited for", async () => {
    const { workloads } = await view({ cluster: clusterOf(undefined) }, { workloads: [web] });
    const detail = 'there is none of that name in "robson"';
    expect(workloads).toMatchObject([{ ...who, state: "waiting", detail, containers: [] }]);
  });

  test("that cannot be read hides neither its neighbour nor Argo CD", async () => {
    const readable = clusterOf(`acme/web:${tag}`, [running]);
    const cluster: Cluster = {
      ...readable,
      workload: async (ref) => (ref.name === "web" ? readable.workload(ref) : broken(away)()),
    };
    const ports = { cluster, argocd: argoIn({ revision: ours! }) };
    const { argocd, workloads } = await view(ports, { workloads: [{ ...web, name: "job" }, web] });
    expect(argocd?.state).toBe("done");
    expect(workloads.map(({ workload, state }) => `${workload} ${state}`)).toEqual([
      "Deployment/job unreadable",
      "Deployment/web done",
    ]);
    expect(workloads[0]).toMatchObject({ code: "cluster-unreachable", containers: [] });
  });

  test("is not looked at without a way to the cluster", async () => {
    expect((await view({}, { workloads: [web] })).workloads).toEqual([]);
  });
});

test.each([
  ["an interruption", interrupted],
  ["a bug", new TypeError("ours")],
])("%s is nothing that could not be seen: it passes through", async (_, error) => {
  const argocd = { ...argoIn({ revision: "" }), application: broken(error) };
  await expect(view({ argocd })).rejects.toBe(error);
  const cluster = { ...clusterOf(undefined), workload: broken(error) };
  await expect(view({ cluster }, { workloads: [web] })).rejects.toBe(error);
});
