/** The page of an audit says what the result says. */

import { describe, expect, test } from "vitest";
import { type AuditResult, fates } from "../../../src/core/results/audit.ts";
import { lagsOf } from "../../../src/core/results/dora.ts";
import { auditHtml } from "../../../src/report/html/audit.ts";
import { sampleAudit } from "../../support/sample-audit.ts";

function figure(page: string, name: string): string | undefined {
  return new RegExp(`data-(?:figure|fate)="${name}">([^<]*)<`).exec(page)?.[1];
}

function headline(page: string): string | undefined {
  return /<h1[^>]*>([^<]*)</.exec(page)?.[1];
}

function rows(page: string, table: string): number {
  const [, body = ""] = new RegExp(`<table id="${table}"[^>]*>([^]*?)</table>`).exec(page) ?? [];
  return (body.match(/<tr/g) ?? []).length - 1;
}

describe("an audit of 243 commits", () => {
  const result = sampleAudit(243);
  const page = auditHtml(result);

  test("heads the page with its counts", () => {
    expect(headline(page)).toMatch(/^3 code commits never reached production; 1 pin left behind: /);
    expect(figure(page, "commits")).toBe("243");
    expect(figure(page, "deploys")).toBe(String(result.deploys.length));
  });

  test.each(fates)("shows the count of %s", (fate) => {
    expect(figure(page, fate)).toBe(String(result.counts[fate]));
    const kinds = page.match(new RegExp(`data-kind="${fate}"`, "g")) ?? [];
    const deploys = result.deploys.filter(({ kind }) => kind === fate);
    expect(kinds.length).toBe(result.counts[fate] + deploys.length);
  });

  test("lists every commit, deploy, inversion and pin left behind", () => {
    expect({
      commits: rows(page, "commits-table"),
      deploys: rows(page, "deploys-table"),
      inversions: rows(page, "inversions-table"),
      leftBehind: rows(page, "left-behind-table"),
    }).toEqual({ commits: 243, deploys: result.deploys.length, inversions: 1, leftBehind: 1 });
  });

  test("says below the headline what to do, and shows what is wrong before the lists", () => {
    expect(page).toMatch(/<\/h1>\n<p class="advice">landfall sync lands what /);
    const order = [...page.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id);
    expect(order).toEqual([
      "left-behind",
      "inversions",
      "commits",
      "timeline",
      "delivery",
      "deploys",
    ]);
  });

  test("leaves out what there is none of", () => {
    const well = auditHtml(sampleAudit(5, { leftBehind: [], inversions: [] }));
    expect(well).not.toMatch(/Pins left behind|Inversions/);
    expect(well).not.toContain('data-fate="recovered"');
  });

  test("links a commit with its deploy, both ways", () => {
    const { revision, by } = result.commits.find(({ fate }) => fate === "deployed") ?? {};
    expect(page).toContain(`<a href="#d-${by}">`);
    expect(page).toContain(`<tr id="d-${by}"`);
    expect(page).toContain(`<a href="#c-${revision}">`);
    expect(page).toContain(`<tr id="c-${revision}"`);
  });

  test("links commits and what went out with a deploy, on a forge that is known", () => {
    expect(page).not.toContain('href="http');
    const repository = "https://github.com/acme/deploy.git";
    const source = "git@gitlab.com:acme/trading.git";
    const linked = auditHtml({ ...result, repository, source });
    const [newest, next] = result.deploys;
    expect(linked).toContain(`href="https://github.com/acme/deploy/commit/${newest?.commit}"`);
    const { revision } = result.commits[0]!;
    expect(linked).toContain(`href="https://gitlab.com/acme/trading/-/commit/${revision}"`);
    const between = `${next?.revision}...${newest?.revision}`;
    expect(linked).toContain(`href="https://gitlab.com/acme/trading/-/compare/${between}"`);
  });

  test.each([
    [
      "feat: a page (#12)",
      "acme/app",
      'feat: a page (<a href="https://github.com/acme/app/pull/12">#12</a>)',
    ],
    ["Merge pull request #7 from x", "acme/app", "pull/7"],
    ["fix: issue #7 of 9", "acme/app", '<td role="cell">fix: issue #7 of 9<small>'],
  ])("of %j the request is a link", (subject, path, written) => {
    const [commit] = result.commits;
    const commits = [{ ...commit!, subject }];
    const source = `https://github.com/${path}.git`;
    expect(auditHtml(sampleAudit(0, { commits, source }))).toContain(written);
  });

  test("draws one mark for each commit and each deploy, in the order of the rows", () => {
    const drawn = [...page.matchAll(/<title>([0-9a-f]{7}) /g)].map(([, id]) => id);
    const ids = [
      ...result.commits.map(({ revision }) => revision),
      ...result.deploys.map(({ commit }) => commit),
    ];
    expect(drawn).toEqual(ids.map((id) => id.slice(0, 7)));
  });
});

describe("lags", () => {
  const [first, ...rest] = sampleAudit(20).commits;
  const timed = (...lags: readonly (number | undefined)[]): AuditResult =>
    sampleAudit(0, {
      commits: lags.flatMap((lagMs) =>
        first === undefined ? [] : [{ ...first, fate: "deployed" as const, lagMs }],
      ),
    });

  test("are by nearest rank, over the commits that landed", () => {
    const twenty = Array.from({ length: 20 }, (_, at) => (at + 1) * 1_000);
    expect(rest).toHaveLength(19);
    expect(lagsOf(timed(...twenty.toReversed()))).toEqual({
      ...{ median: 10_000, most: 19_000, longest: 20_000 },
    });
    expect(lagsOf(timed(7, undefined))).toEqual({ median: 7, most: 7, longest: 7 });
  });

  test("are unknown where nothing landed", () => {
    expect(lagsOf(timed(undefined))).toBeUndefined();
    expect(figure(auditHtml(timed(undefined)), "median-lag")).toBe("–");
  });

  test("of a commit that was taken out again do not count", () => {
    const out = timed(5_000).commits.map((one) => ({ ...one, fate: "rolled-back" as const }));
    expect(lagsOf(sampleAudit(0, { commits: out }))).toBeUndefined();
  });
});

const noCounts = Object.fromEntries(fates.map((fate) => [fate, 0])) as AuditResult["counts"];
const failure = { code: "remote-denied", message: "Cannot read <it>", hint: "Log in." };

describe("the headline", () => {
  const { commits } = sampleAudit(30);
  test.each<[string, Partial<AuditResult>, string]>([
    [
      "one gap",
      { commits, counts: { ...noCounts, gap: 1 } },
      "1 code commit never reached production",
    ],
    [
      "one pending",
      { commits, counts: { ...noCounts, pending: 1 } },
      "No gaps, and 1 code commit still on the way",
    ],
    [
      "all that is wrong, the worst first",
      { ...sampleAudit(30), counts: { ...noCounts, gap: 2 }, strict: true },
      "2 code commits never reached production; 1 pin left behind: infra/k8s/prod/pattern-scan-cronjob.yml; 1 inversion; 1 deploy by hand",
    ],
    ["all landed", { commits, counts: noCounts }, "Every code commit is accounted for"],
    ["no commits", { commits: [], counts: noCounts }, "No code commits in this time"],
    [
      "a failure",
      { commits, counts: { ...noCounts, gap: 1 }, failure },
      "The audit could not be finished",
    ],
  ])("of %s", (_, change, text) => {
    const well = { leftBehind: [], inversions: [] };
    expect(headline(auditHtml(sampleAudit(0, { ...well, ...change })))).toBe(text);
  });

  test("of a failure is followed by its words and its remedy", () => {
    const page = auditHtml(sampleAudit(0, { failure }));
    expect(page).toContain("Cannot read &lt;it&gt;");
    expect(page).toContain("<p>Log in.</p>");
  });
});

test("dates of every year, lags below zero and an empty span are drawn", () => {
  const commits = sampleAudit(4).commits.map((commit, at) => ({
    ...commit,
    ...{ atMs: [-8.64e15, 8.64e15, 0, Number.NaN][at] ?? 0, lagMs: [-5, 1e14, 0, 7][at] },
  }));
  for (const [sinceMs, asOfMs] of [
    [0, 1],
    [5, 5],
    [-8.64e15, 8.64e15],
  ]) {
    const page = auditHtml(sampleAudit(0, { commits, sinceMs, asOfMs }));
    expect(page).not.toMatch(/NaN|Infinity|Invalid/);
  }
});
