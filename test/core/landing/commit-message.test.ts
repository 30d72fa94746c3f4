/** The message of a deploy commit: what is written is read back, and nothing quoted poses as it. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Revision } from "../../../src/core/ids.ts";
import {
  type DeployRecord,
  type RecordedOutcome,
  readMessage,
  writeMessage,
} from "../../../src/core/landing/commit-message.ts";

const revision = "1a2b3c4d".repeat(5) as Revision;
const record: DeployRecord = {
  outcome: "landed",
  deploy: "d-1",
  revision,
  tags: ["sha-1a2b3c4"],
  moves: [{ image: "shop/web", from: "sha-0000000", to: "sha-1a2b3c4" }],
  skipCi: true,
};

test("a message is a subject, a line an image, a word to CI, and trailers", () => {
  expect(writeMessage(record)).toBe(
    [
      "chore(gitops): update image tags to sha-1a2b3c4",
      "",
      "shop/web: sha-0000000 -> sha-1a2b3c4",
      "",
      "[skip ci]",
      "",
      "Landfall-Deploy: d-1",
      `Landfall-Revision: ${revision}`,
      "Landfall-Outcome: landed",
      `Argocd-reference-commit-sha: ${revision}`,
      "",
    ].join("\n"),
  );
});

test("a message of several tags and images has a line for each, and need not speak to CI", () => {
  const [web] = record.moves;
  const moves = [web!, { image: "shop/api", from: "a\n\n\u202eb", to: "sha-2222222" }];
  const tags = ["sha-1a2b3c4", "sha-2222222"];
  const more = { tags, moves, skipCi: false, reason: "it\r\n\r\nis slow" };
  expect(
    writeMessage({ ...record, ...more })
      .split("\n")
      .slice(0, 7),
  ).toEqual([
    "chore(gitops): update image tags to sha-1a2b3c4, sha-2222222",
    "",
    "it is slow",
    "",
    "shop/web: sha-0000000 -> sha-1a2b3c4",
    "shop/api: a b -> sha-2222222",
    "",
  ]);
  expect(writeMessage({ ...record, ...more })).not.toContain("[skip ci]");
  expect(writeMessage({ ...record, skipCi: false, moves: [] })).toMatch(
    /^chore.*\n\nLandfall-Deploy: d-1\n/,
  );
});

const outcomes: readonly [RecordedOutcome, string][] = [
  ["landed", "chore(gitops): update image tags to sha-1a2b3c4"],
  ["superseded", "chore(gitops): sha-1a2b3c4 is superseded, image tags stay"],
  ["recovered", "chore(gitops): recover missing manifest update to sha-1a2b3c4"],
  ["rolled-back", "chore(gitops): roll image tags back to sha-1a2b3c4"],
  ["released", "chore(gitops): release the hold on sha-1a2b3c4"],
];

test.each(outcomes)("%s begins: %s", (outcome, subject) => {
  expect(writeMessage({ ...record, outcome }).split("\n")[0]).toBe(subject);
});

/** Text that people, hooks and registries might make up, with trailers of its own. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("\n", "\n\n", "\r\n\r\n", "\u2028", "\u0085", "Landfall-Deploy: evil", ": "),
      fc.constant(`\n\nLandfall-Revision: ${"f".repeat(40)}\nLandfall-Outcome: rolled-back\n`),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(""));

test("what is written is read back, whatever the texts in it say", () => {
  const outcome = fc.constantFrom(...outcomes.map(([name]) => name));
  const fields = fc.record({ outcome, from: anyText, to: anyText, reason: anyText });
  fc.assert(
    fc.property(fields, fc.boolean(), ({ outcome: said, from, to, reason }, skipCi) => {
      const moves = [{ image: "shop/web", from, to }];
      const message = writeMessage({ ...record, outcome: said, moves, reason, skipCi });
      expect(readMessage(message)).toEqual({ deploy: "d-1", revision, outcome: said });
    }),
  );
});

describe("readMessage", () => {
  const trailers = writeMessage(record).split("\n\n").at(-1)!;

  test.each([
    ["an ordinary commit", "feat: a button\n"],
    ["an empty message", ""],
    ["a revert that quotes the message in its body", `Revert "x"\n\n${trailers}\n\nIt was slow.\n`],
    ["a quoted message", `Revert "x"\n\n${trailers.replace(/^/gm, "> ")}`],
    ["no deploy", trailers.replace(/Landfall-Deploy.*\n/, "")],
    ["a short revision", trailers.replace(revision, "1a2b3c4")],
    ["an outcome of its own", trailers.replace("Outcome: landed", "Outcome: constructor")],
  ])("%s is no record", (_, message) => {
    expect(readMessage(message)).toBeUndefined();
  });

  test("trailers that others add beside ours do not hide them", () => {
    const message = `x\n\n${trailers.trimEnd()}\nSigned-off-by: A <a@example.org>\n\n\n`;
    expect(readMessage(message)).toEqual({ deploy: "d-1", revision, outcome: "landed" });
  });

  test("blanks around the values do not count", () => {
    const message = `x\n\n${trailers.replace("d-1", "  d-1  ").replace("landed", "landed\t")}`;
    expect(readMessage(message)).toEqual({ deploy: "d-1", revision, outcome: "landed" });
  });

  test("the keys of trailers are read in any case, as git reads them", () => {
    const message = `x\n\n${trailers.replace(/^Landfall/gm, "LANDFALL")}`;
    expect(readMessage(message)?.deploy).toBe("d-1");
  });
});
