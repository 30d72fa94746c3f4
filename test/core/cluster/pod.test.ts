/** Whose pods those are that a selector finds, and why one does not run. */

import { describe, expect, test } from "vitest";
import { ownPods, readPods } from "../../../src/core/cluster/pod.ts";
import type { WorkloadKind } from "../../../src/core/cluster/workload.ts";
import { type PodState, podJson } from "../../support/kubernetes-server.ts";

const pod = (more: Partial<PodState> = {}): PodState => ({ name: "x", image: "acme/web", ...more });

describe("pods", () => {
  const workload = { kind: "Deployment", name: "web", uid: "uid-web" } as const;
  const owned = (kind: string, name: string, uid = "x") =>
    pod({ name: `${name}-x`, owner: { kind, name, uid } });
  const ownOf = (kind: WorkloadKind, pods: readonly PodState[]) => {
    const read = readPods({ items: pods.map(podJson) });
    return ownPods({ ...workload, kind }, read).map((one) => one.name);
  };
  test("of a Deployment are those of its ReplicaSets, and not another's of the same labels", () => {
    const pods = [
      owned("ReplicaSet", "web-7c9"),
      owned("ReplicaSet", "web-api-7c9"),
      owned("Job", "web-7c9"),
      pod({ name: "bare", owner: null }),
    ];
    expect(ownOf("Deployment", pods)).toEqual(["web-7c9-x"]);
  });
  test("of a StatefulSet are those that name it", () => {
    const pods = [owned("StatefulSet", "web", "uid-web"), owned("StatefulSet", "web", "other")];
    expect(ownOf("StatefulSet", pods)).toEqual(["web-x"]);
  });
  test("that failed are replaced, but those of a Job say why that fails", () => {
    const failed = { ...owned("Job", "web", "uid-web"), phase: "Failed" };
    expect(ownOf("Job", [failed])).toEqual(["web-x"]);
    expect(ownOf("Deployment", [{ ...owned("ReplicaSet", "web-7c9"), phase: "Failed" }])).toEqual(
      [],
    );
    expect(ownOf("Job", [{ ...failed, phase: "Succeeded" }])).toEqual([]);
  });
  test("say why they do not run", () => {
    const troublesOf = (state: Partial<PodState>) =>
      readPods({ items: [podJson(pod(state))] })[0]?.troubles;
    const waiting = { reason: "CrashLoopBackOff", message: "back-off 5m0s" };
    const ended = { reason: "OOMKilled", exitCode: 137 };
    expect(troublesOf({ waiting, ended })).toEqual([
      "CrashLoopBackOff: back-off 5m0s (it ended: OOMKilled, status 137)",
    ]);
    const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable" };
    const conditions = [{ ...condition, message: "0/3 nodes are available" }];
    expect(troublesOf({ conditions })).toEqual(["Unschedulable: 0/3 nodes are available"]);
    expect(troublesOf({ conditions: [{ ...condition, status: "True" }] })).toEqual([]);
  });
  const read = (state: Partial<PodState>) => readPods({ items: [podJson(pod(state))] })[0];
  test("say what an init container or a sidecar is in trouble with", () => {
    const over = { reason: "Error", exitCode: 1, message: "no such table\n" };
    const migrate = { name: "migrate", image: "acme/web", over };
    expect(read({ init: [migrate] })?.troubles).toEqual([
      "migrate ended: Error, status 1: no such table",
    ]);
    const waiting = { reason: "CrashLoopBackOff", message: "back-off" };
    expect(read({ init: [{ ...migrate, waiting }] })?.troubles).toEqual([
      "CrashLoopBackOff: back-off",
    ]);
    const proxy = { name: "proxy", image: "envoy:1", waiting: { reason: "ErrImagePull" } };
    expect(read({ sidecars: [proxy] })?.troubles).toEqual(["ErrImagePull"]);
    const done = { ...migrate, over: { reason: "Completed", exitCode: 0 } };
    expect(read({ init: [done] })?.troubles).toEqual([]);
  });
  test("say nothing of what somebody debugs there", () => {
    const waiting = { reason: "ImagePullBackOff", message: "busybox" };
    const debug = { name: "debugger-x", image: "acme/web:old", waiting };
    expect(read({ ephemeral: [debug] })).toMatchObject({
      ...{ troubles: [], containers: [{ name: "app" }] },
    });
  });
  test("say what they wait for where nothing is in trouble", () => {
    const unready = {
      ...{ type: "ContainersReady", status: "False", reason: "ContainersNotReady" },
      message: "containers with unready status: [app]",
    };
    const words = "ContainersNotReady: containers with unready status: [app]";
    expect(read({ conditions: [unready] })).toMatchObject({ troubles: [], awaited: words });
    const pending = { ...unready, type: "Initialized", reason: "ContainersNotInitialized" };
    expect(read({ conditions: [unready, pending] })?.awaited).toMatch(/^ContainersNotInitialized/);
    expect(read({})?.awaited).toBe("");
  });
});
