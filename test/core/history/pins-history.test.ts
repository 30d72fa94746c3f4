/** What was deployed when: which states are rows, what each says, where one step goes back to. */

import { describe, expect, test } from "vitest";
import type { DeployStep } from "../../../src/core/history/deploys.ts";
import { historyRows, previousRevision } from "../../../src/core/history/pins-history.ts";
import { SourceGraph } from "../../../src/core/history/source-graph.ts";
import type { DeployedState } from "../../../src/core/history/timeline.ts";

const idOf = (digit: string) => digit.repeat(40);
const commits = ["3", "2", "1"].map((digit, at, all) => {
  const parents = all.slice(at + 1, at + 2).map(idOf);
  return { id: idOf(digit), parents, atMs: 0, author: "ana", message: "" };
});
const graph = new SourceGraph(commits);
const both = ["acme/web", "acme/api"];

/** A state after the n-th deploy, with what the pins hold: `web:1 web:x api:2`. */
function state(
  number: number,
  held: string,
  { kind = "deploy", revision }: { kind?: DeployStep["kind"]; revision?: string } = {},
): DeployedState {
  const message = `deploy ${number}\n\nbody\n`;
  const id = number.toString(16).padStart(40, "c");
  const commit = { id, parents: [], atMs: number * 1_000, author: "eva", message };
  const place = revision === undefined ? undefined : graph.find(idOf(revision));
  const pins = held.split(" ").filter((text) => text !== "");
  return {
    step: { commit, kind, revision: place, pins: [] },
    held: pins.map((text) => {
      const [name = "", tag = ""] = text.split(":");
      return { image: `acme/${name}`, text: tag, revision: graph.find(idOf(tag)) };
    }),
  };
}

/** Returns the rows in short: which deploy, and what each image held. */
function rowsOf(states: readonly DeployedState[], names: readonly string[] = both) {
  return historyRows(states, names, graph).map(({ subject, images }) => {
    return `${subject}: ${images.map(({ tags }) => tags.join("+")).join(" ")}`;
  });
}

describe("rows", () => {
  test("say who deployed what, when and how", () => {
    const [row] = historyRows([state(1, "web:1 api:x", { revision: "1" })], both, graph);
    expect(row).toEqual({
      ...{ commit: "1".padStart(40, "c"), atMs: 1_000, outcome: "deploy" },
      ...{ author: "eva", subject: "deploy 1", revision: idOf("1") },
      images: [
        { image: "acme/web", tags: ["1"] },
        { image: "acme/api", tags: ["x"] },
      ],
    });
  });

  test("have no revision where none is known", () => {
    const [row] = historyRows([state(1, "web:x")], both, graph);
    expect(row).not.toHaveProperty("revision");
  });

  test("stand newest first, and hold each tag once", () => {
    const states = [state(1, "web:1 api:1"), state(2, "web:2 web:2 web:1 api:1")];
    expect(rowsOf(states)).toEqual(["deploy 2: 2+1 1", "deploy 1: 1 1"]);
  });

  test("are of the images that were asked about", () => {
    const states = [state(1, "web:1 api:1"), state(2, "web:2 api:1"), state(3, "web:2 api:2")];
    expect(rowsOf(states, ["acme/api"])).toEqual(["deploy 3: 2", "deploy 1: 1"]);
  });

  test("leave out what changed nothing, except what says something of a rollback", () => {
    const states = [
      ...[state(1, "web:1 api:1"), state(2, "web:1 api:1"), state(3, "web:1 api:1")],
      ...[state(4, "web:1 api:1", { kind: "rollback" })],
      ...[state(5, "web:1 api:1", { kind: "release" })],
      ...[state(6, "web:1 api:1", { kind: "superseded" })],
    ];
    expect(rowsOf(states)).toEqual(["deploy 5: 1 1", "deploy 4: 1 1", "deploy 1: 1 1"]);
  });

  test("leave out what came before any pin of them, a rollback too", () => {
    const states = [state(1, ""), state(2, "", { kind: "rollback" }), state(3, "web:1")];
    expect(rowsOf(states)).toEqual(["deploy 3: 1 "]);
  });

  test("tell that all pins went away", () => {
    expect(rowsOf([state(1, "web:1"), state(2, "")])).toEqual(["deploy 2:  ", "deploy 1: 1 "]);
  });
});

describe("one step goes back to", () => {
  const back = (...states: readonly DeployedState[]) => previousRevision(states, both, graph);

  test("the newest revision that an image had before", () => {
    const before = state(1, "web:1 api:2");
    expect(back(before, state(2, "web:3 api:3"))).toBe(idOf("2"));
  });

  test("the one that is known, where the other names no commit", () => {
    expect(back(state(1, "web:x api:1"), state(2, "web:3 api:3"))).toBe(idOf("1"));
  });

  test("nothing that has a name, where none names a commit", () => {
    expect(back(state(1, "web:x api:y"), state(2, "web:3 api:3"))).toBeUndefined();
  });

  test("nothing, where an image has no pin any more", () => {
    const states = [state(1, "web:1 api:1"), state(2, "web:2 api:2")];
    expect(back(...states)).toBe(idOf("1"));
    expect(back(...states, state(3, "web:2"))).toBeUndefined();
  });

  test("nothing, after one deploy, and after none", () => {
    expect(back(state(1, "web:1 api:1"))).toBeUndefined();
    expect(back()).toBeUndefined();
  });
});
