/** How one image stands in each place, and what the table comes to as a whole. */

import { describe, expect, test } from "vitest";
import type { WorkloadView } from "../../../src/core/cluster/cluster-view.ts";
import type { Observation } from "../../../src/core/cluster/observation.ts";
import { asTag, type Tag } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import {
  argocdCell,
  checkedPinsCell,
  clusterCell,
  exitOfRows,
  pinsCell,
  type StatusCell,
  type StatusRow,
  stateOfRow,
} from "../../../src/core/results/status.ts";

const wanted = asTag("sha-1a2b3c4")!;
const old = asTag("sha-0000000")!;
const image = parseImageName("acme/web")!;

type PinsRow = readonly [tags: readonly (Tag | undefined)[], state: string, text: string];
const pinsRows: readonly PinsRow[] = [
  [[wanted, wanted], "same", "sha-1a2b3c4"],
  [[wanted, old], "differs", "sha-1a2b3c4, sha-0000000"],
  [[undefined], "differs", "no tag"],
  [[], "differs", "no pin"],
];
test.each(pinsRows)("pins at %j: %s", (tags, state, text) => {
  expect(pinsCell(tags, wanted)).toEqual({ state, text });
});

test.each([
  ["in-sync", "same", "sha-1a2b3c4"],
  ["pending", "same", "sha-1a2b3c4 (pending)"],
  ["held", "same", "sha-1a2b3c4 (held)"],
  ["behind", "differs", "sha-1a2b3c4 (behind)"],
  ["missing", "differs", "sha-1a2b3c4 (missing)"],
  ["unreadable", "unreadable", "sha-1a2b3c4 (unreadable)"],
] as const)("pins that the checker calls %s: %s", (verdict, state, text) => {
  expect(checkedPinsCell([wanted], { verdict, detail: "why" })).toMatchObject({ state, text });
});

test.each<[string, readonly (Tag | undefined)[], string]>([
  ["no pin", [], "no pin (floating)"],
  ["one without a tag", [undefined, wanted, wanted], "no tag, sha-1a2b3c4 (floating)"],
])("pins that the checker finds floating, %s", (_, tags, text) => {
  const cell = checkedPinsCell(tags, { verdict: "floating", detail: "why" });
  expect(cell).toEqual({ state: "differs", text });
});

test.each([
  ["done", "same", "Synced, Healthy"],
  ["waiting", "differs", "Synced, Healthy"],
  ["failed", "differs", "Synced, Healthy"],
  ["unreadable", "unreadable", "unreadable"],
] as const)("Argo CD that is %s: %s", (state, cell, text) => {
  const view = { app: "x", state, detail: "", sync: "Synced", health: "Healthy", revisions: [] };
  expect(argocdCell([view])).toEqual({ state: cell, text });
});

function view(state: Observation["state"], tag: string, running: readonly string[] = [tag]) {
  const containers = [
    {
      ...{ container: "app", image: `acme/web:${tag}`, digests: [] },
      running: running.map((other) => `mirror.internal/web:${other}`),
    },
    { container: "proxy", image: "envoy:1", running: ["envoy:1"], digests: [] },
  ];
  return { workload: "Deployment/web", namespace: "x", state, detail: "", containers };
}

function empty(state: Observation["state"]): WorkloadView {
  return { ...view(state, ""), containers: [] };
}

type ClusterRow = readonly [string, readonly WorkloadView[], string, string];
const clusterRows: readonly ClusterRow[] = [
  ["run what is wanted", [view("done", wanted)], "same", "sha-1a2b3c4"],
  ["run what the manifests say, which is not wanted", [view("done", old)], "differs", old],
  ["are on their way", [view("waiting", wanted, [old, wanted])], "differs", `${old}, ${wanted}`],
  ["have no pods", [view("done", wanted, [])], "same", wanted],
  ["cannot be read", [{ ...view("unreadable", ""), containers: [] }], "unreadable", "unreadable"],
  [
    "can be read in part",
    [view("done", wanted), { ...view("unreadable", ""), containers: [] }],
    "unreadable",
    wanted,
  ],
  ["are none", [], "differs", "no workload"],
  ["run nothing of it, and fail", [empty("failed")], "differs", "nothing"],
  ["have nothing of it", [empty("done")], "same", "nothing"],
  ["run what has no name", [view("done", wanted, ["?"])], "same", wanted],
];
test.each([
  [`sha256:${"1".repeat(64)}`, `acme/web@sha256:${"1".repeat(64)}`],
  ["nothing", "acme/web"],
])("workloads that name no tag: %s", (text, ref) => {
  const bare = { container: "app", image: ref, running: [], digests: [] };
  const cell = clusterCell([{ ...empty("done"), containers: [bare] }], { image, wanted });
  expect(cell).toEqual({ state: "same", text });
});

test("workloads of which one is late are late, and pods by digest are told by it", () => {
  const digest = `sha256:${"1".repeat(64)}`;
  const views = [view("done", wanted), view("waiting", wanted)];
  expect(clusterCell(views, { image, wanted })).toEqual({ state: "differs", text: wanted });
  const bare = { container: "app", image: `acme/web:${wanted}`, digests: [] };
  const containers = [
    { ...bare, running: [`acme/web@${digest}`] },
    { ...bare, image: "not an image", running: [] },
  ];
  const cell = clusterCell([{ ...empty("done"), containers }], { image, wanted });
  expect(cell).toEqual({ state: "same", text: digest });
});

test.each(clusterRows)("workloads that %s", (_, views, state, text) => {
  expect(clusterCell(views, { image, wanted })).toEqual({ state, text });
});

describe("the whole", () => {
  const cell = (state: StatusCell["state"]): StatusCell => ({ state, text: "" });
  const row = (...states: readonly StatusCell["state"][]): StatusRow => {
    const [registry = "same", pins = "same", cluster = "same"] = states;
    const cells = { registry: cell(registry), pins: cell(pins), cluster: cell(cluster) };
    return { image: "acme/web", git: { tag: wanted }, ...cells };
  };
  test.each([
    ["in step: 0", [row(), row()], 0],
    ["different anywhere: 3", [row(), row("same", "differs")], 3],
    ["unreadable in part: 5", [row("same", "same", "unreadable"), row()], 5],
    ["different for certain, whatever cannot be read: 3", [row("differs", "unreadable")], 3],
  ] as const)("is %s", (_, rows, exit) => {
    expect(exitOfRows(rows, [])).toBe(exit);
    const states = { 0: "same", 3: "differs", 5: "unreadable" };
    expect(rows.map(stateOfRow)).toContain(states[exit]);
  });

  test.each([
    ["asked for later: 6", ["throttled", "throttled"], 6],
    ["asked for later and away: 5", ["throttled", "cluster-unreachable"], 5],
  ] as const)("is, when some of it is %s", (_, codes, exit) => {
    const seen = codes.map((code) => ({ state: "unreadable", code }));
    expect(exitOfRows([row("unreadable")], [...seen, { state: "done" }])).toBe(exit);
    expect(exitOfRows([row("differs")], seen)).toBe(3);
  });
});
