/** Whether a workload runs our images on every pod: what Kubernetes says, and what follows. */

import { describe, expect, test } from "vitest";
import { readPods } from "../../../src/core/cluster/pod.ts";
import { rolloutVerdict } from "../../../src/core/cluster/rollout.ts";
import {
  asWorkloadName,
  readWorkload,
  type WorkloadKind,
  type WorkloadRef,
} from "../../../src/core/cluster/workload.ts";
import { asTag, type Tag } from "../../../src/core/ids.ts";
import { deploymentJson, type PodState, podJson } from "../../support/kubernetes-server.ts";
import {
  expected,
  image,
  old,
  other,
  pod,
  rolloutRows,
  runs,
  type Seen,
  twoPods,
} from "../../support/rollout-states.ts";

function verdictOf({ pods = twoPods, ...state }: Seen) {
  const json = deploymentJson("web", { image, ...state });
  return judge("Deployment", json, pods);
}

function judge(kind: WorkloadKind, json: object, pods: readonly PodState[], wanted = [expected]) {
  const ref: WorkloadRef = { kind, name: "web", namespace: "robson" };
  const workload = readWorkload(ref, json)!;
  const newer = new Set<Tag>([asTag("sha-9999999")!]);
  const items = pods.map(podJson);
  return rolloutVerdict({ workload, pods: readPods({ items }), expected: wanted, newer });
}

describe("a Deployment", () => {
  test.each(rolloutRows)("%s", (_, seen, kind, detail) => {
    const verdict = verdictOf(seen);
    expect(verdict).toMatchObject({ kind, detail: expect.stringMatching(detail) });
    if (verdict.kind === "failed") expect(verdict.hint).not.toBe("");
  });

  test("of which no image is known asks for their names", () => {
    expect(judge("Deployment", deploymentJson("web", { image }), twoPods, [])).toEqual({
      ...{ kind: "failed", code: "config" },
      detail: `none of its 1 containers has one of our images; it has "${image}"`,
      hint: "Name the images of this deploy.",
    });
  });

  test("is not held against digests that nobody knows", () => {
    const json = deploymentJson("web", { image });
    const unknown = [{ ...expected, digests: [] }];
    const pods = [pod({ imageID: runs(other) })];
    expect(judge("Deployment", json, pods, unknown).kind).toBe("done");
  });
});

describe("a StatefulSet", () => {
  const json = (partition: number, updated: number) => ({
    ...deploymentJson("web", { image, replicas: 3 }),
    spec: {
      ...deploymentJson("web", { image, replicas: 3 }).spec,
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition } },
    },
    status: {
      ...{ observedGeneration: 4, replicas: 3, readyReplicas: 3, updatedReplicas: updated },
      ...{ currentRevision: "web-old", updateRevision: "web-new" },
    },
  });
  const pods = [
    pod({ name: "web-0", image: old, revisionHash: "web-old" }),
    pod({ name: "web-1", image: old, revisionHash: "web-old" }),
    pod({ name: "web-2", revisionHash: "web-new" }),
  ];

  test("leaves the pods below its partition as they are", () => {
    expect(judge("StatefulSet", json(2, 1), pods)).toMatchObject({ kind: "done" });
  });

  test("without a partition waits for all", () => {
    const verdict = judge("StatefulSet", json(0, 1), pods);
    expect(verdict).toMatchObject({ kind: "waiting", detail: "1 of 3 pods are new" });
  });

  test("says that a broken pod of an earlier revision is in the way for good", () => {
    const broken = pod({ ...pods[0], waiting: { reason: "ImagePullBackOff" } });
    expect(judge("StatefulSet", json(0, 0), [broken])).toMatchObject({
      hint: "Kubernetes does not replace web-0, which never became ready: delete it.",
    });
  });

  test("says that its pods wait to be deleted", () => {
    const byHand = { ...json(0, 1), spec: { ...json(0, 1).spec, updateStrategy: onDelete } };
    expect(judge("StatefulSet", byHand, pods).detail).toMatch(/\(OnDelete\)$/);
  });
  const onDelete = { type: "OnDelete" };
});

test.each([
  [{ desiredNumberScheduled: 3, updatedNumberScheduled: 2, numberAvailable: 3 }, "waiting"],
  [{ desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 }, "waiting"],
  [{ desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 }, "done"],
])("a DaemonSet at %j is %s", (counts, kind) => {
  const json = {
    ...deploymentJson("web", { image }),
    status: { observedGeneration: 4, ...counts },
  };
  expect(judge("DaemonSet", json, twoPods).kind).toBe(kind);
});

test("a CronJob is through when its template is: its next run has the image", () => {
  const cron = (text: string, suspend: boolean) => {
    const template = { spec: { containers: [{ name: "app", image: text }] } };
    const spec = { suspend, jobTemplate: { spec: { template } } };
    return { metadata: { name: "web", generation: 2 }, spec, status: {} };
  };
  expect(judge("CronJob", cron(image, false), [])).toEqual({
    kind: "done",
    detail: "its next run has sha-1a2b3c4",
  });
  expect(judge("CronJob", cron(image, true), []).detail).toMatch(/\(it is suspended\)$/);
  expect(judge("CronJob", cron(old, false), []).kind).toBe("waiting");
});

describe("a Job", () => {
  const job = (conditions: readonly object[], suspend = false) => ({
    metadata: { name: "web", generation: 1 },
    spec: { suspend, template: { spec: { containers: [{ name: "app", image }] } } },
    status: { conditions },
  });
  test.each([
    [[{ type: "Complete", status: "True" }], "done", "it has run sha-1a2b3c4"],
    [
      [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "too often" }],
      "failed",
      "it failed: BackoffLimitExceeded: too often",
    ],
    [[{ type: "Failed", status: "False" }], "waiting", "it has not run sha-1a2b3c4 to the end"],
    [[], "waiting", "it has not run sha-1a2b3c4 to the end"],
  ])("with %j is %s", (conditions, kind, detail) => {
    expect(judge("Job", job(conditions), [])).toMatchObject({ kind, detail });
  });

  test("that waits says for what", () => {
    expect(judge("Job", job([], true), []).detail).toMatch(/\(it is suspended\)$/);
    const pods = [pod({ waiting: { reason: "ErrImagePull" } })];
    expect(judge("Job", job([]), pods).detail).toMatch(/; pod web-1: ErrImagePull$/);
  });
});

describe("an Argo Rollout", () => {
  const steps = [{ setWeight: 20 }, { pause: {} }, { pause: { duration: "1m" } }];
  const rollout = (status: object, more: object = {}) => {
    const { spec, metadata } = deploymentJson("web", { image });
    const canary = { canary: { steps } };
    const counts = { replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
    const hashes = { currentPodHash: "new", stableRS: "new", observedGeneration: "4" };
    return {
      ...{ metadata, spec: { ...spec, strategy: canary, ...more } },
      status: { ...counts, ...hashes, ...status },
    };
  };
  const canaryPods = [
    pod({ name: "web-old-1", image: old, podHash: "old" }),
    pod({ name: "web-new-1", podHash: "new" }),
  ];
  test.each<[string, object, string, RegExp]>([
    ["that is through", { phase: "Healthy" }, "done", /^1 of 2 pods run sha-1a2b3c4$/],
    ["that nobody has looked at", { observedGeneration: "3" }, "waiting", /not seen the new/],
    [
      "paused for somebody",
      { phase: "Paused", message: "CanaryPauseStep", currentStepIndex: 1, stableRS: "old" },
      "waiting",
      /^Paused at step 2 of 3: CanaryPauseStep$/,
    ],
    [
      "paused for a minute",
      { phase: "Paused", message: "CanaryPauseStep", currentStepIndex: 2, stableRS: "old" },
      "waiting",
      /^Paused at step 3 of 3/,
    ],
    [
      "healthy, with traffic at the old pods",
      { phase: "Healthy", stableRS: "old" },
      "waiting",
      /^Healthy$/,
    ],
    [
      "aborted",
      { phase: "Degraded", abort: true, message: "RolloutAborted: metric failed" },
      "failed",
      /^aborted: Degraded: RolloutAborted: metric failed$/,
    ],
    ["past its deadline", { phase: "Degraded", message: "late" }, "failed", /^Degraded: late$/],
  ])("%s", (_, status, kind, detail) => {
    const verdict = judge("Rollout", rollout(status), canaryPods);
    expect(verdict).toMatchObject({ kind, detail: expect.stringMatching(detail) });
  });

  test("says what it waits for somebody to do, and only then", () => {
    const at = (currentStepIndex: number) => {
      const verdict = judge("Rollout", rollout({ phase: "Paused", currentStepIndex }), canaryPods);
      return "hint" in verdict ? verdict.hint : undefined;
    };
    expect(at(1)).toMatch(/`kubectl argo rollouts promote web -n robson`/);
    expect(at(2)).toBeUndefined();
  });

  test("takes its template from where it says", () => {
    const json = rollout({}, { template: undefined });
    const ref: WorkloadRef = { kind: "Rollout", name: "web", namespace: "robson" };
    expect(readWorkload(ref, json)).toBeUndefined();
    const templated = deploymentJson("other", { image });
    expect(readWorkload(ref, json, templated)?.containers).toEqual([{ name: "app", image }]);
  });
});

test("a selector is spelled as a query has it", () => {
  const expressions = [
    { key: "tier", operator: "In", values: ["web", "api"] },
    { key: "track", operator: "NotIn", values: ["canary"] },
    { key: "live", operator: "Exists" },
    { key: "dead", operator: "DoesNotExist" },
  ];
  const json = deploymentJson("web", { image, expressions });
  const workload = readWorkload({ kind: "Deployment", name: "web", namespace: "robson" }, json);
  expect(workload?.podSelector).toBe("app=web,tier in (web,api),track notin (canary),live,!dead");
});

test("only workloads whose rollout can be followed have a name", () => {
  expect(asWorkloadName("Deployment/web")).toEqual({ kind: "Deployment", name: "web" });
  expect(asWorkloadName("Rollout/web")).toEqual({ kind: "Rollout", name: "web" });
  for (const text of ["Pod/web", "Deployment", "Deployment/", "Deployment/a/b", ""]) {
    expect(asWorkloadName(text)).toBeUndefined();
  }
});

test("a workload of few words is read as Kubernetes means it", () => {
  const ref: WorkloadRef = { kind: "Deployment", name: "web", namespace: "robson" };
  const spec = { template: { spec: { containers: [] } } };
  expect(readWorkload(ref, { metadata: { name: "web" }, spec })).toMatchObject({
    ...{ generation: 0, observedGeneration: -1, isPaused: false, podSelector: "" },
    counts: { desired: 1, updated: 0, total: 0, available: 0 },
  });
  expect(readWorkload(ref, { metadata: { name: "web" }, spec: {} })).toBeUndefined();
  expect(readWorkload(ref, { metadata: { name: "api" }, spec })).toBeUndefined();
  const waiting = { state: { waiting: { reason: "ErrImagePull" } } };
  const [seen] = readPods({ items: [{ status: { containerStatuses: [waiting] } }] });
  expect(seen?.troubles).toEqual(["ErrImagePull"]);
});
