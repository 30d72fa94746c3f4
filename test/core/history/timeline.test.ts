/** What was deployed one after the other, and where counting back over it leads. */

import { describe, expect, test } from "vitest";
import type { LoggedCommit } from "../../../src/core/history/commits.ts";
import type { DeployStep } from "../../../src/core/history/deploys.ts";
import { SourceGraph } from "../../../src/core/history/source-graph.ts";
import { deployedStates, deployLine, newestDeployed } from "../../../src/core/history/timeline.ts";

const idOf = (name: string) => name.repeat(40).slice(0, 40);
const commit = (name: string, ...parents: readonly string[]): LoggedCommit => {
  return { id: idOf(name), parents: parents.map(idOf), atMs: 0, author: "ana", message: "" };
};

/** A source whose revisions 0 to 5 follow each other, and one beside them that forked from 2. */
const graph = new SourceGraph([
  ...[commit("5", "4"), commit("4", "3"), commit("3", "2"), commit("f", "2")],
  ...[commit("2", "1"), commit("1", "0"), commit("0")],
]);

/** `web=2 api=2` moves two pins; `<` at the beginning says that a rollback did it. */
function stepsOf(...words: readonly string[]): readonly DeployStep[] {
  const held = new Map<string, string>();
  return words.map((text) => {
    const moves = text.replace("<", "").trim().split(" ");
    const pins = moves.map((move) => {
      const [pin = "", to = ""] = move.split("=");
      const from = held.get(pin);
      held.set(pin, to);
      const image = pin.replace(/\d/, "");
      const revisions = { fromRevision: graph.find(idOf(from ?? "-")), toRevision: placeOf(to) };
      const site = { image, line: 1, key: pin };
      return { file: "app.yaml", site, keyBefore: pin, from, to, ...revisions };
    });
    const kind = text.startsWith("<") ? "rollback" : "deploy";
    return { commit: commit(text), kind, revision: undefined, pins };
  });
}

const placeOf = (name: string) => graph.find(idOf(name));

function lineOf(images: readonly string[], ...words: readonly string[]) {
  const line = deployLine(deployedStates(stepsOf(...words)), images, graph);
  const print = (heads: readonly { text: string }[]) => heads.map(({ text }) => text).join("");
  return {
    points: line.points.map(({ heads }) => print(heads)).join(" "),
    now: print(line.now?.heads ?? []),
  };
}

describe("one image", () => {
  test.each([
    ["deploys follow each other", ["web=1", "web=2", "web=3"], "1 2 3", "3"],
    ["the same again is no news", ["web=1", "web=1", "web=2"], "1 2", "2"],
    ["nothing", [], "", ""],
    ["what names no commit", ["web=x", "web=1", "web=y", "web=y"], "x 1 y", "y"],
    ["back from what names no commit", ["web=x", "web=1", "web=y", "< web=1"], "x 1 y", "1"],
    ["and by hand to it", ["web=x", "web=1", "web=x", "web=2"], "x 2", "2"],
    ["what went back stays on the line", ["web=1", "web=2", "< web=1"], "1 2", "1"],
    ["further back", ["web=1", "web=2", "web=3", "< web=2", "< web=1"], "1 2 3", "1"],
    ["and forward along it", ["web=1", "web=2", "web=3", "< web=1", "< web=2"], "1 2 3", "2"],
    ["until something newer lands", ["web=1", "web=2", "< web=1", "web=3"], "1 3", "3"],
    ["the same lands again", ["web=1", "web=2", "< web=1", "web=2", "web=3"], "1 2 3", "3"],
    ["by hand, without a rollback", ["web=1", "web=2", "web=1"], "1 2", "1"],
    ["by hand, to what was not there", ["web=1", "web=3", "web=2", "web=4"], "1 2 4", "4"],
    ["a rollback to what was not there", ["web=1", "web=3", "< web=2"], "1 3", "2"],
    ["then something newer", ["web=1", "web=3", "< web=2", "web=5"], "1 2 5", "5"],
    ["another line of history", ["web=2", "web=f", "web=4"], "2 f 4", "4"],
    ["back from another line", ["web=3", "web=f", "< web=3"], "3 f", "3"],
    ["forward to the first of it", ["web=1", "web=2", "< web=0", "< web=1"], "1 2", "1"],
    ["back past the first", ["web=2", "web=3", "< web=1", "web=4"], "1 4", "4"],
    ["a rollback to what names no commit", ["web=1", "web=2", "< web=x", "web=3"], "x 3", "3"],
    ["by hand to what names no commit", ["web=1", "web=x", "web=2"], "1 x 2", "2"],
    ["one after the other of these", ["web=x", "web=y", "web=z"], "x y z", "z"],
  ])("%s", (_, words, points, now) => {
    expect(lineOf(["web"], ...words)).toEqual({ points, now });
  });

  test("with several pins holds what the newest of them does", () => {
    const words = ["web1=1 web2=0", "web1=2", "web1=3 web2=3"];
    expect(lineOf(["web"], ...words).points).toBe("1 2 3");
  });

  test.each(["web1=x web2=1", "web1=1 web2=x"])(
    "one of which names no commit holds what the other does: %s",
    (words) => {
      expect(lineOf(["web"], words, "web1=2 web2=2")).toEqual({ points: "1 2", now: "2" });
    },
  );
});

describe("two images", () => {
  const both = ["web", "api"];

  test("a point is what both held", () => {
    expect(lineOf(both, "web=1 api=1", "web=2", "api=2", "web=3 api=3").points).toBe("11 21 22 33");
  });

  test("points before both were there do not count", () => {
    expect(lineOf(both, "web=1", "web=2", "api=2").points).toBe("22");
  });

  test("one went back while the other names no commit, the same or another", () => {
    expect(lineOf(both, "web=1 api=x", "web=2", "web=3", "web=1")).toEqual({
      ...{ points: "1x 2x 3x", now: "1x" },
    });
    expect(lineOf(both, "web=0 api=x", "web=2", "web=1").points).toBe("0x 2x");
    expect(lineOf(both, "web=0 api=x", "web=2", "web=1 api=y").points).toBe("0x 2x 1y");
    expect(lineOf(both, "web=0 api=x", "web=2", "web=1 api=1").points).toBe("0x 2x 11");
    expect(lineOf(both, "web=0 api=1", "web=2", "web=1 api=x").points).toBe("01 21 1x");
  });

  test("one that went back is on the line once something newer lands", () => {
    const words = ["web=1 api=1", "web=2 api=2", "< web=1", "web=3 api=3"];
    expect(lineOf(both, ...words.slice(0, 3))).toEqual({ points: "11 22", now: "12" });
    expect(lineOf(both, ...words).points).toBe("11 12 33");
  });
});

describe("newest deployed", () => {
  const newest = (...words: readonly string[]) =>
    newestDeployed(deployedStates(stepsOf(...words)), "web", graph);

  test.each([
    ["nothing", [], []],
    ["the last of a line", ["web=1", "web=3", "web=2"], ["3"]],
    ["of each line of history", ["web=1", "web=f", "web=4"], ["4", "f"]],
    ["not of another image", ["web=1", "api=4"], ["1"]],
  ])("%s", (_, words, names) => {
    expect(newest(...words)).toEqual(names.map(placeOf));
  });
});

test("a pin that takes the name of one that went keeps what it holds", () => {
  const site = (key: string) => ({ image: "web", line: 1, key });
  const [first] = stepsOf("1=1 2=2");
  const renamed: DeployStep = {
    ...{ commit: commit("x"), kind: "by-hand", revision: undefined },
    pins: [
      { file: "app.yaml", site: site("1"), keyBefore: "2", from: "2", to: "2" },
      { file: "app.yaml", site: site("1"), keyBefore: "1", from: "1", to: undefined },
    ].map((pin) => ({ ...pin, fromRevision: undefined, toRevision: undefined })),
  };
  expect(
    deployedStates([first!, renamed])
      .at(-1)
      ?.held.map(({ text }) => text),
  ).toEqual(["2"]);
});
