/**
 * Ways that a Deployment and its pods can stand, as kube-apiserver 1.36 shows them, each with the
 * verdict that follows.
 */

import type { ExpectedImage } from "../../src/core/cluster/rollout-images.ts";
import { asDigest, asTag } from "../../src/core/ids.ts";
import { parseImageName } from "../../src/core/image-ref.ts";
import { type DeploymentState, deadlineExceeded, type PodState } from "./kubernetes-server.ts";

const name = "ldamasio/rbs-frontend-prod";
const [index, platform, wrong] = ["1", "2", "3"].map(
  (digit) => asDigest(`sha256:${digit.repeat(64)}`)!,
);
/** A digest that nothing is to have. */
export const other = wrong;
/** What is to run: an index, and the image of one platform. */
export const expected: ExpectedImage = {
  image: parseImageName(name)!,
  tag: asTag("sha-1a2b3c4")!,
  digests: [index!, platform!],
};
export const image = `${name}:sha-1a2b3c4`;
export const old = `${name}:sha-0000000`;
export const runs = (digest = index) => `docker.io/${name}@${digest}`;
export const pod = (more: Partial<PodState> = {}): PodState => {
  return { name: "web-1", image, imageID: runs(), ...more };
};
export const twoPods = [pod(), pod({ name: "web-2", imageID: runs(platform) })];

/** A Deployment, and its pods. */
export interface Seen extends Partial<DeploymentState> {
  readonly pods?: readonly PodState[];
}

/** How it is called, how it stands, and what is said of it. */
type RolloutRow = readonly [name: string, seen: Seen, kind: string, detail: RegExp];

const through = { updated: 2, total: 2, available: 2 };
/** All of them. */
export const rolloutRows: readonly RolloutRow[] = [
  ["that is through", {}, "done", /^2 of 2 pods run sha-1a2b3c4$/],
  ["whose template is the old one", { image: old }, "waiting", /still names ".*sha-0000000"$/],
  [
    "whose template is a newer one",
    { image: `${name}:sha-9999999`, pods: [pod({ image: `${name}:sha-9999999`, imageID: "" })] },
    "done",
    /sha-9999999$/,
  ],
  ["that nobody has looked at yet", { observedGeneration: 3 }, "waiting", /not seen the new/],
  ["with new pods to come", { updated: 1, total: 3 }, "waiting", /^1 of 2 pods are new$/],
  ["with an old pod left", { ...through, total: 3 }, "waiting", /^1 old pods are still there$/],
  ["with a pod that is not up", { available: 1 }, "waiting", /^1 of 2 pods are available$/],
  ["with a pod to be seen", { pods: [] }, "waiting", /^none of its pods is to be seen$/],
  ["scaled to nothing", { replicas: 0, pods: [] }, "done", /scaled to no pods$/],
  ["that is paused", { updated: 0, paused: true }, "waiting", /; it is paused$/],
  [
    "past its deadline",
    { updated: 1, total: 3, conditions: [deadlineExceeded] },
    "failed",
    /^ProgressDeadlineExceeded: 1 of 2 pods are new$/,
  ],
  [
    "through, whose condition lags behind",
    { conditions: [deadlineExceeded] },
    "done",
    /^2 of 2 pods run/,
  ],
  [
    "with a quota in the way",
    {
      updated: 0,
      conditions: [
        { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: "quota" },
      ],
    },
    "waiting",
    /; FailedCreate: quota$/,
  ],
  [
    "with an image that is not to be had",
    { available: 1, pods: [pod({ waiting: { reason: "ImagePullBackOff", message: "denied" } })] },
    "waiting",
    /; pod web-1: ImagePullBackOff: denied$/,
  ],
  [
    "with a pod that begins as all do",
    { available: 1, pods: [pod({ waiting: { reason: "ContainerCreating" } })] },
    "waiting",
    /^1 of 2 pods are available$/,
  ],
  ["with a pod of the old image", { pods: [pod({ image: old })] }, "waiting", /web-1 still runs/],
  [
    "with an old pod that leaves",
    { pods: [pod(), pod({ name: "web-0", image: old, isLeaving: true })] },
    "done",
    /^1 of 2 pods/,
  ],
  [
    "with an old pod that was evicted",
    { pods: [pod(), pod({ name: "web-0", image: old, phase: "Failed" })] },
    "done",
    /^1 of 2 pods/,
  ],
  [
    "with a pod of another digest than the tag's",
    { pods: [pod({ imageID: runs(wrong) })] },
    "failed",
    /^pod web-1 runs sha256:333.*, but sha-1a2b3c4 is sha256:111/,
  ],
  [
    "whose pod's image came from a mirror",
    { pods: [pod({ image: "mirror.internal/rbs:sha-1a2b3c4" })] },
    "done",
    /^1 of 2 pods/,
  ],
  [
    "whose runtime names the configuration",
    { pods: [pod({ imageID: wrong! })] },
    "done",
    /^1 of 2 pods/,
  ],
  [
    "with a digest beside the tag",
    { image: `${image}@${index}`, pods: [pod({ image: `${image}@${index}` })] },
    "done",
    /sha-1a2b3c4$/,
  ],
  [
    "with a wrong digest beside the tag",
    { image: `${image}@${wrong}` },
    "waiting",
    /^its template still names/,
  ],
  [
    "by its digest alone",
    { image: `${name}@${index}`, pods: [pod({ image: `${name}@${index}` })] },
    "done",
    /^1 of 2 pods run sha-1a2b3c4$/,
  ],
  ["by another digest alone", { image: `${name}@${wrong}` }, "waiting", /names ".*@sha256:3+"$/],
  ["by no tag and no digest", { image: name }, "waiting", /names "ldamasio\/rbs-frontend-prod"$/],
  [
    "whose pod has a container of another name",
    { pods: [pod({ container: "side", image: old })] },
    "done",
    /^1 of 2 pods/,
  ],
  ["with another image alone", { image: "nginx:1.27" }, "failed", /it has "nginx:1.27"$/],
];
