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
    ["a repair", sampleSync(), "Gap Detected and Fixed: acme/api was mixed, now at sha-5b09d68"],
    [
      "a repair that leaves something",
      sampleSync({ exit: 3 }),
      "Gap Detected and Fixed, and More to Look At: acme/api was mixed, now at sha-5b09d68",
    ],
    [
      "a dry run",
      one("behind", { exit: 3, outcome: "would-land" }),
      "Gap Detected, Nothing Pushed Yet: acme/web is behind, should be at sha-5b09d68",
    ],
    [
      "a repair that was lost",
      one("behind", { exit: 3, outcome: "failed" }),
      "Gap Detected and Not Fixed: acme/web is behind, should be at sha-5b09d68",
    ],
    [
      "a repair that the server refused",
      one("behind", { exit: 4, outcome: "refused", failure }),
      "Gap Detected and Not Fixed: acme/web is behind, should be at sha-5b09d68",
    ],
    [
      "what no run repairs",
      one("reverted", { exit: 3 }),
      "Not in Sync: acme/web is reverted, should be at sha-5b09d68",
    ],
    [
      "what could not be read",
      one("unreadable", { exit: 3 }),
      "Not in Sync: acme/web is unreadable, should be at sha-5b09d68",
    ],
    ["a failure", one("in-sync", { exit: 1, failure }), "The check could not be finished"],
  ])("of %s", (_, result, text) => {
    expect(headline(result)).toBe(text);
  });
});

test.each(syncVerdicts)("the verdict %s is named on its image's row", (verdict) => {
  const page = syncHtml(one(verdict, { exit: 3 }));
  expect(page).toMatch(new RegExp(`<tr data-kind="${verdict}" role="row">`));
  expect(page).toMatch(new RegExp(`data-label="Verdict"><span class="k [^"]*">${verdict}</span>`));
});

describe("one finding", () => {
  const [first] = sampleSync().images;
  const told = { verdict: "stalled" as const, detail: "A build failed.", hint: "Look at it." };
  const images = ["acme/a", "acme/b", "acme/c"].map((image) => ({ ...first!, ...told, image }));
  const page = syncHtml(sampleSync({ verdict: "stalled", images, outcome: undefined, exit: 3 }));

  test("of three images is one row, and is said once", () => {
    expect(page.match(/A build failed\./g)).toHaveLength(1);
    expect(page.match(/Look at it\./g)).toHaveLength(1);
    for (const { image } of images) expect(page).toContain(`<div>${image}</div>`);
  });

  test("that the failure says again is said once", () => {
    const failure = { code: "image-missing", message: "A build failed.", hint: "Look at it." };
    const failed = syncHtml(sampleSync({ verdict: "stalled", images, exit: 1, failure }));
    expect(failed.match(/A build failed\./g)).toHaveLength(1);
  });
});

describe("a repair", () => {
  const page = syncHtml(sampleSync());

  test("names every place, what it should hold, and how long it stayed behind", () => {
    for (const { image, pins, wanted } of sampleSync().images) {
      expect(page).toContain(`<div>${image}</div>`);
      for (const { file, line, tag } of pins) {
        const to =
          tag === wanted?.tag ? "" : ` <span class="arrow">→</span> <code>${wanted?.tag}</code>`;
        expect(page).toContain(`<code>${tag}</code>${to}<small>${file}:${line}</small>`);
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
