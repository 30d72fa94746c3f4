/** The page of the sync checker says what the result says. */

import { describe, expect, test } from "vitest";
import type { SyncResult, SyncVerdict } from "../../../src/core/results/sync.ts";
import { syncVerdicts } from "../../../src/core/results/sync.ts";
import { syncHtml } from "../../../src/report/html/sync.ts";
import { sampleSync } from "../../support/sample-sync.ts";

const one = (verdict: SyncVerdict, more: Partial<SyncResult> = {}): SyncResult => {
  const [image] = sampleSync().images;
  const images = image === undefined ? [] : [{ ...image, verdict }];
  return sampleSync({ verdict, images, outcome: undefined, ...more });
};

function headline(result: SyncResult): string | undefined {
  return /<h1[^>]*>([^<]*)</.exec(syncHtml(result))?.[1];
}

const failure = { code: "remote-denied", message: "No", hint: "Log in." };

describe("the headline", () => {
  test.each<[string, SyncResult, string]>([
    ["all well", one("in-sync"), "All In Sync"],
    ["ahead", one("ahead"), "All In Sync"],
    ["a deploy on its way", one("pending"), "In Sync, and a Deploy on Its Way"],
    ["a hold", one("held"), "In Sync, as a Hold Wants It"],
    ["a repair", sampleSync(), "Gap Detected and Fixed"],
    [
      "a repair that leaves something",
      sampleSync({ exit: 3 }),
      "Gap Detected and Fixed, and More to Look At",
    ],
    [
      "a dry run",
      one("behind", { exit: 3, outcome: "would-land" }),
      "Gap Detected, Nothing Pushed Yet",
    ],
    [
      "a repair that was lost",
      one("behind", { exit: 3, outcome: "failed" }),
      "Gap Detected and Not Fixed",
    ],
    [
      "a repair that the server refused",
      one("behind", { exit: 4, outcome: "refused", failure }),
      "Gap Detected and Not Fixed",
    ],
    ["what no run repairs", one("reverted", { exit: 3 }), "Not in Sync"],
    ["what could not be read", one("unreadable", { exit: 3 }), "Not in Sync"],
    ["a failure", one("in-sync", { exit: 1, failure }), "The check could not be finished"],
  ])("of %s", (_, result, text) => {
    expect(headline(result)).toBe(text);
  });
});

test.each(syncVerdicts)("the verdict %s is named on its image's row", (verdict) => {
  const page = syncHtml(one(verdict, { exit: 3 }));
  expect(page).toMatch(new RegExp(`<tr data-kind="${verdict}">`));
  expect(page).toMatch(new RegExp(`<td><span class="k [^"]*">${verdict}</span>`));
});

describe("a repair", () => {
  const page = syncHtml(sampleSync());

  test("names every place, what it should hold, and how long it stayed behind", () => {
    for (const { image, pins } of sampleSync().images) {
      expect(page).toContain(`<th scope="row">${image}</th>`);
      for (const { file, line, tag } of pins) {
        expect(page).toContain(`<code>${tag}</code><small>${file}:${line}</small>`);
      }
    }
    expect(page).toContain("212 commits<small>for 87 d 17 h</small>");
  });

  test("counts what it found and did", () => {
    const figures = [...page.matchAll(/data-figure="(\w+)">([^<]*)</g)].map(([, id, value]) => [
      ...[id, value],
    ]);
    expect(Object.fromEntries(figures)).toMatchObject({
      ...{ images: "3", fixed: "2", behind: "212", outcome: "landed" },
    });
  });

  test("of a dry run shows the change, line by line, escaped", () => {
    const diff = "--- a/x.yml\n+++ b/x.yml\n-image: <a>\n+image: <b>\n";
    const dry = syncHtml(sampleSync({ diff, outcome: "would-land", exit: 3 }));
    expect(dry).toContain(
      '<span class="">--- a/x.yml</span><span class="">+++ b/x.yml</span>' +
        '<span class="cut">-image: &lt;a&gt;</span><span class="add">+image: &lt;b&gt;</span>',
    );
  });
});
