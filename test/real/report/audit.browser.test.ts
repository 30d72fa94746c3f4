/** The HTML reports in a real Chromium: what is seen, reached by keyboard, and kept out. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AuditResult, fates } from "../../../src/core/results/audit.ts";
import { auditHtml } from "../../../src/report/html/audit.ts";
import { syncHtml } from "../../../src/report/html/sync.ts";
import { plain } from "../../../src/report/safe-text.ts";
import { chromiumIsHere, startChromium } from "../../support/chromium.ts";
import type { ChromiumPage } from "../../support/chromium-page.ts";
import { faintTexts } from "../../support/contrast.ts";
import { wayOut } from "../../support/hostile-text.ts";
import { sampleAudit } from "../../support/sample-audit.ts";
import { sampleSync } from "../../support/sample-sync.ts";
import { root } from "../../support/source-files.ts";

const present = chromiumIsHere || process.env.REQUIRE_ALL === "1";
const skipped = present ? "" : "skipped without Chromium: ";

/** The rows of a table that a reader sees. */
const visibleRows = (table: string) =>
  `[...document.querySelectorAll("#${table} tbody tr")].filter((row) => row.checkVisibility())`;
const outputOf = (table: string) =>
  `document.querySelector('[data-filter="${table}"] output').value`;
/** What the keyboard would act on, in words. */
const focused = `(() => {
  const { tagName, type = "", value = "" } = document.activeElement;
  return [tagName.toLowerCase(), type, type === "checkbox" ? value : ""].join(" ").trim();
})()`;

describe.skipIf(!present)(`${skipped}the HTML reports in Chromium`, () => {
  const folder = mkdtempSync(join(tmpdir(), "landfall-report-"));
  let browser: Awaited<ReturnType<typeof startChromium>> | undefined;
  let page: ChromiumPage;

  beforeAll(async () => {
    browser = await startChromium();
  });
  beforeEach(async () => {
    page = await browser!.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a report from a file, and gives its URL. */
  async function open(text: string): Promise<string> {
    const file = join(folder, "report.html");
    writeFileSync(file, text);
    const url = pathToFileURL(file).href;
    await page.open(url);
    return url;
  }

  const result = sampleAudit(243);

  const everyCommit = `document.querySelector('[data-filter="commits-table"] [name=look]').click()`;

  test("of many commits those that need a look are shown first, in their colour", async () => {
    await open(auditHtml(result));
    const kinds = await page.evaluate<string[]>(
      `${visibleRows("commits-table")}.map((row) => row.dataset.kind)`,
    );
    const { gap, pending, recovered } = result.counts;
    const wanted = gap + pending + recovered + result.counts["rolled-back"];
    expect(kinds).toHaveLength(wanted);
    expect(kinds.slice(0, 3)).toEqual(["gap", "gap", "gap"]);
    const said = `${wanted} of 243 code commits need a look`;
    expect(await page.evaluate(outputOf("commits-table"))).toBe(said);
    const ground = `getComputedStyle(document.querySelector("#left-behind tbody tr")).backgroundColor`;
    expect(await page.evaluate(ground)).toBe("rgb(253, 238, 236)");
  });

  test("the figures that are seen are the result's, and the lists are whole", async () => {
    await open(auditHtml(result));
    await page.evaluate(everyCommit);
    await page.settle();
    const seen = await page.evaluate<Record<string, string>>(
      `Object.fromEntries([...document.querySelectorAll("[data-figure], [data-fate]")]
        .map((one) => [one.dataset.figure ?? one.dataset.fate, one.innerText]))`,
    );
    for (const fate of fates) expect(seen[fate], fate).toBe(String(result.counts[fate]));
    expect(seen).toMatchObject({
      commits: "243",
      landed: String(
        243 - result.counts.gap - result.counts.pending - result.counts["rolled-back"],
      ),
      deploys: String(result.deploys.length),
    });
    expect(await page.evaluate(`${visibleRows("commits-table")}.length`)).toBe(243);
    expect(await page.evaluate(outputOf("commits-table"))).toBe("243 code commits");
    const marks = `document.querySelectorAll('[data-marks="commits-table"] > path').length`;
    expect(await page.evaluate(marks)).toBe(243);
  });

  test("by keyboard alone the filters are reached and used, and the count says so", async () => {
    await open(auditHtml(result));
    await page.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toMatch(/^Skip to/);
    await page.press("Enter");
    const passed: string[] = [];
    while (passed.at(-1) !== "input search" && passed.length < 40) {
      await page.press("Tab");
      passed.push(await page.evaluate(focused));
    }
    expect(passed.at(-1)).toBe("input search");
    const focusShows = `getComputedStyle(document.activeElement).outlineStyle`;
    expect(await page.evaluate(focusShows)).toBe("solid");

    const word = "daily loss";
    await page.type(word);
    const matching = result.commits.filter(({ subject }) => subject.includes(word));
    const count = `${matching.length} of 243 code commits`;
    expect(await page.evaluate(outputOf("commits-table"))).toBe(count);
    const shown = await page.evaluate<string[]>(
      `${visibleRows("commits-table")}.map((row) => row.id.slice(2))`,
    );
    expect(shown).toEqual(matching.map(({ revision }) => revision));
    const dimmed = `document.querySelectorAll('[data-marks="commits-table"] > .off').length`;
    expect(await page.evaluate(dimmed)).toBe(243 - matching.length);

    while ((await page.evaluate(focused)) !== "input checkbox deployed") await page.press("Tab");
    await page.press(" ");
    const both = matching.filter(({ fate }) => fate === "deployed").length;
    expect(both).toBeLessThan(matching.length);
    expect(await page.evaluate(outputOf("commits-table"))).toBe(`${both} of 243 code commits`);

    while ((await page.evaluate(focused)) !== "button reset") await page.press("Tab");
    await page.press("Enter");
    expect(await page.evaluate(outputOf("commits-table"))).toMatch(/243 code commits need a look$/);
  });

  test("a filter by fate shows exactly its commits", async () => {
    await open(auditHtml(result));
    for (const fate of fates) {
      const box = `document.querySelector('[data-filter="commits-table"] [value="${fate}"]')`;
      await page.evaluate(`${box}.click()`);
      await page.settle();
      const kinds = `[...new Set(${visibleRows("commits-table")}.map((row) => row.dataset.kind))]`;
      expect(await page.evaluate(kinds)).toEqual([fate]);
      const expected = `${result.counts[fate]} of 243 code commits`;
      expect(await page.evaluate(outputOf("commits-table"))).toBe(expected);
      await page.evaluate(`${box}.click()`);
    }
  });

  // Chromium takes longer over the 10,000 than over all other tests of this file together.
  const many = process.env.REQUIRE_ALL === "1" ? 10_000 : 2_000;
  const title = `of ${many} commits a page is laid out, one is found, and a link leads to any`;
  test(title, async () => {
    const large = sampleAudit(many);
    await open(auditHtml(large));
    await page.evaluate(everyCommit);
    await page.settle();
    expect(await page.evaluate(`${visibleRows("commits-table")}.length`)).toBe(300);
    for (const rows of [600, 900]) {
      await page.evaluate(`document.querySelector('[data-more="commits-table"] button').click()`);
      expect(await page.evaluate(`${visibleRows("commits-table")}.length`)).toBe(rows);
    }
    // Row 500 is one that the script made: it reads as the markup would.
    const made = large.commits[500]!;
    const row = `document.getElementById("c-${made.revision}")`;
    expect(await page.evaluate(`${row}.cells[1].innerText`)).toBe(made.revision.slice(0, 7));
    expect(await page.evaluate(`${row}.cells[1].firstChild.title`)).toBe(made.revision);
    expect(await page.evaluate(`${row}.cells[2].innerText`)).toBe(
      `${made.subject}\n${made.author}`,
    );
    const last = large.commits.at(-1)?.revision ?? "";
    await page.evaluate(`document.querySelector('[data-filter="commits-table"] input').focus()`);
    await page.type(last);
    expect(await page.evaluate(outputOf("commits-table"))).toBe(
      `1 of ${many.toLocaleString("en")} code commits`,
    );
    await page.evaluate(`document.querySelector('[data-filter="commits-table"]').reset()`);
    await page.evaluate(`location.hash = "c-${last}"`);
    const isSeen = `document.getElementById("c-${last}")?.checkVisibility() === true`;
    await expect.poll(() => page.evaluate(isSeen), { timeout: 20_000 }).toBe(true);
    await page.settle();
    expect(await page.evaluate(isSeen)).toBe(true);
    expect(page.complaints).toEqual([]);
  }, 90_000);

  const reports = [
    ["audit", () => auditHtml(result)],
    ["sync", () => syncHtml(sampleSync({ diff, warnings: ["The clone is shallow"] }))],
  ] as const;

  describe.each(reports)("the report of %s", (name, print) => {
    test("asks for nothing but its file, and breaks no rule of its policy", async () => {
      const url = await open(print());
      await page.press("Tab");
      await page.settle();
      expect(page.requests).toEqual([url]);
      expect(page.complaints).toEqual([]);
    });

    test("fits every width, with words of German length, and shows the newest end", async () => {
      await open(print());
      await page.evaluate(longer);
      for (const width of [400, 600, 768, 1_024, 1_280, 1_600]) {
        await page.resize(width, 900);
        await page.settle();
        expect(await page.evaluate(overflowing), `at ${width}`).toEqual([]);
        expect(await page.evaluate(newestEnd), `at ${width}`).toBe(true);
      }
    });

    test("has nothing that axe finds fault with, as a table and as cards", async () => {
      for (const [width, scheme] of [
        [1_280, "light"],
        [400, "dark"],
      ] as const) {
        await page.resize(width, 900);
        await page.prefer(scheme);
        await open(print());
        await page.evaluate(`${axe.source}; true`);
        const found = `axe.run().then(({ violations }) =>
          violations.map(({ id, nodes }) => id + ": " + nodes[0].html))`;
        expect(await page.evaluate(found), `${width} ${scheme}`).toEqual([]);
      }
    });

    test("is readable in a light and a dark scheme, which differ; pictures are kept", async () => {
      await open(print());
      const grounds: string[] = [];
      for (const scheme of ["light", "dark"] as const) {
        await page.prefer(scheme);
        grounds.push(await page.evaluate("getComputedStyle(document.body).backgroundColor"));
        expect(await page.evaluate(faintTexts), scheme).toEqual([]);
        const picture = join(root, "test-output", `${name}-${scheme}.png`);
        await page.screenshot(picture, name === "audit" ? 1_900 : 900);
      }
      expect(new Set(grounds).size).toBe(2);
    });

    test("has landmarks, one heading of the first rank, and headers with their scope", async () => {
      await open(print());
      const nodes = await page.roles();
      for (const role of ["banner", "navigation", "main", "contentinfo"]) {
        expect(
          nodes.filter((node) => node.role === role),
          role,
        ).toHaveLength(1);
      }
      const unnamed = nodes.filter(({ role, name: said }) => named.test(role) && said === "");
      expect(unnamed).toEqual([]);
      expect(nodes.some(({ role }) => role === "columnheader")).toBe(true);
      expect(nodes.some(({ role }) => role === "rowheader")).toBe(true);
      expect(await page.evaluate(`document.querySelectorAll("h1").length`)).toBe(1);
      expect(await page.evaluate(`document.querySelectorAll("th:not([scope])").length`)).toBe(0);
    });

    test("without scripts shows all rows, and no filter that could not work", async () => {
      await page.send("Emulation.setScriptExecutionDisabled", { value: true });
      await open(print());
      const rows = await page.evaluate<number>(`document.querySelectorAll("tbody tr").length`);
      expect(rows).toBeGreaterThan(2);
      const seen = `[...document.querySelectorAll("tbody tr")].filter((row) => row.checkVisibility())`;
      expect(await page.evaluate(`${seen}.length`)).toBe(rows);
      const filters = `[...document.querySelectorAll("form, .more")].some((f) => f.checkVisibility())`;
      expect(await page.evaluate(filters)).toBe(false);
    });
  });

  test("hostile words stand on the page as they are, and no script of theirs runs", async () => {
    const hostile = hostileAudit();
    const url = await open(auditHtml(hostile));
    const cells = await page.evaluate<string[]>(
      `[...document.querySelectorAll("#commits-table tbody tr")].map((row) => row.cells[2].firstChild.data)`,
    );
    expect(cells).toEqual(hostile.commits.map(({ subject }) => plain(subject)));
    await page.evaluate(`document.querySelectorAll("*").forEach((one) => one.focus?.())`);
    await page.settle();
    expect(await page.evaluate("globalThis.broken")).toBeUndefined();
    const tags = `[...new Set([...document.querySelectorAll("*")].map((one) => one.tagName))]`;
    const known = await page.evaluate<string[]>(tags);
    expect(known.filter((tag) => ["IMG", "IFRAME", "OBJECT"].includes(tag))).toEqual([]);
    expect(await page.evaluate("document.scripts.length")).toBe(1);
    expect(page.requests).toEqual([url]);
    expect(page.complaints).toEqual([]);
  });

  test("were a script to get in all the same, the policy would stop it, and would say so", async () => {
    const broken = "<img src=https://example.org/x.png onerror=globalThis.broken=1>";
    const url = await open(
      auditHtml(result).replace("<footer>", `<footer>${broken}<script>broken=1</script>`),
    );
    await page.settle();
    expect(await page.evaluate("globalThis.broken")).toBeUndefined();
    expect(page.requests).toEqual([url]);
    expect(page.blocked).toEqual(["https://example.org/x.png"]);
    expect(page.complaints.join("\n")).toMatch(/Content Security Policy/);
  });
});

/** Makes every word of ours a third longer, as German is than English. */
const longer = `(() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { currentNode: text } = texts;
    if (text.parentElement.closest("script, style, code, time, a code") !== null) continue;
    text.data = text.data.replace(/[a-z]{4,}/gi, (word) => word + word.slice(-Math.ceil(word.length / 3)));
  }
})()`;
/** What reaches out of the page's sides, and is not inside of something that scrolls. */
const overflowing = `[...document.querySelectorAll("body *")]
  .filter((one) => one.closest(".timeline .scroll, pre, thead, .skip") === null)
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((one) => one.tagName + " " + one.className + " " + one.textContent.slice(0, 40))`;
const newestEnd = `(() => {
  const box = document.querySelector(".timeline .scroll")?.getBoundingClientRect();
  const drawing = document.querySelector(".timeline svg")?.getBoundingClientRect();
  return box === undefined || drawing.right <= box.right + 1;
})()`;

/** Roles that a screen reader announces by a name. */
const named = /^(?:region|form|navigation|table|img|searchbox|checkbox|button|link|group)$/;

const diff = [
  "--- a/infra/k8s/prod/nginx-deploy.yml",
  "+++ b/infra/k8s/prod/nginx-deploy.yml",
  "@@ -19 +19 @@",
  "-          image: acme/api-nginx:sha-9e38496",
  "+          image: acme/api-nginx:sha-5b09d68",
].join("\n");

function hostileAudit(): AuditResult {
  const audit = sampleAudit(wayOut.length);
  return {
    ...audit,
    ...{ repository: wayOut[0], branch: wayOut[4], warnings: [...wayOut] },
    commits: audit.commits.map((commit, at) => {
      const subject = `x${wayOut[at] ?? ""}`;
      return { ...commit, subject, author: subject };
    }),
  };
}
