/** The step summary and the metrics, read back: structure is ours alone, and sizes are kept. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CommitId } from "../../../src/core/ids.ts";
import { codeBlock, escapeMarkdown } from "../../../src/report/ci/markdown.ts";
import { openMetrics } from "../../../src/report/ci/metrics.ts";
import { reportModelOf } from "../../../src/report/ci/models.ts";
import { summaryMarkdown } from "../../../src/report/ci/summary.ts";
import { plain } from "../../../src/report/safe-text.ts";
import { uncoloured } from "../../../src/report/style.ts";
import { auditText } from "../../../src/report/text/audit.ts";
import { doctorText } from "../../../src/report/text/doctor.ts";
import { syncText } from "../../../src/report/text/sync.ts";
import { hostileText } from "../../support/hostile-text.ts";
import { sampleAudit } from "../../support/sample-audit.ts";
import { hostileResults, samplePromote } from "../../support/sample-results.ts";
import { sampleSync } from "../../support/sample-sync.ts";

const decode = (text: string) => text.replaceAll("\u200b", "").replace(/\\([!-/:-@[-`{-~])/g, "$1");

/** The cells of every table row, as GitHub splits them: at pipes that no backslash is before. */
const rowsIn = (text: string) =>
  text
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| --- |"))
    .map((line) => line.slice(2, -2).split(/(?<=(?<!\\)(?:\\\\)*) ?\| ?/));

describe("Markdown", () => {
  test("foreign text keeps its words and loses its powers", () => {
    expect(escapeMarkdown("fix(web): a, 10 % off at 12:30")).toBe("fix(web): a, 10 % off at 12:30");
    expect(escapeMarkdown("<b> [x](javascript:1) @team | `a` https://x.example")).toBe(
      "\\<b\\> \\[x\\](javascript:1) @\u200bteam \\| \\`a\\` https:\\//x.example",
    );
    fc.assert(
      fc.property(hostileText, (text) => {
        const escaped = escapeMarkdown(text);
        const active = escaped.replace(/\\[!-/:-@[-`{-~]/g, " ");
        expect(active).not.toMatch(/[\\`*_[\]<>&~|$\n\r]|:\/\/|www\.|@(?!\u200b)/i);
        expect(decode(escaped)).toBe(plain(text, 200));
      }),
    );
  });

  test("a code block cannot be closed from within", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(hostileText, fc.constantFrom("```", "~~~", "````"))),
        (lines) => {
          const [open = "", ...rest] = codeBlock("diff", lines.join("\n"));
          const fence = /^`+/.exec(open)?.[0] ?? "";
          expect(rest.at(-1)).toBe(fence);
          expect(rest.slice(0, -1).filter((line) => line.includes(fence))).toEqual([]);
        },
      ),
    );
  });
});

describe("the step summary", () => {
  const summaryOf = (result: object, max?: number) => summaryMarkdown(reportModelOf(result)!, max);

  test("is headed by the words that its users know", () => {
    expect(summaryOf(sampleSync())).toMatch(/^## Gap Detected and Fixed\n/);
    const well = sampleSync({
      ...{ verdict: "in-sync", outcome: undefined, commit: undefined },
      images: sampleSync().images.slice(0, 1),
    });
    expect(summaryOf(well)).toMatch(/^## All In Sync\n/);
    expect(summaryOf(samplePromote())).toMatch(/^## landed: sha-5b09d68 is in the branch/);
  });

  test("links commits, where the repository is on a forge that its URL tells", () => {
    const commit = "1a2b3c4d5e6f1a2b3c4d5e6f1a2b3c4d5e6f1a2b" as CommitId;
    const github = { repository: "git@github.com:acme/deploy.git", commit };
    expect(summaryOf(samplePromote(github))).toContain(
      `- Deploy commit: [${commit}](https://github.com/acme/deploy/commit/${commit})\n`,
    );
    expect(summaryOf(samplePromote({ ...github, repository: "/srv/deploy.git" }))).toContain(
      `- Deploy commit: ${commit}\n`,
    );
  });

  test("and the annotations name what was not moved, whichever command saw it", () => {
    const place = { file: "k8s/args.yaml", line: 4, column: 9 };
    const why = "is in the field args, which holds no image";
    const mentions = [{ ...place, image: "acme/api", kind: "place", why, text: "x" }] as const;
    const doctor = { version: 1, command: "doctor", exit: 0, checks: [], mentions } as const;
    const all = [
      samplePromote({ mentions }),
      sampleSync({ mentions }),
      sampleAudit(3, { mentions }),
      doctor,
    ];
    for (const result of all) {
      const model = reportModelOf(result)!;
      expect(model.notices, model.command).toContainEqual({
        ...{ level: "warning", title: "Not moved", place, message: `acme/api ${why}` },
      });
      expect(decode(summaryMarkdown(model)), model.command).toContain(
        `| k8s/args.yaml:4:9 | acme/api | ${why} |`,
      );
    }
    const texts = [
      syncText(sampleSync({ mentions }), uncoloured),
      auditText(sampleAudit(3, { mentions }), uncoloured),
      doctorText({ ...doctor, checks: [{ name: "git", state: "ok", detail: "" }] }, uncoloured),
    ];
    for (const text of texts) {
      expect(text).toContain(`  not moved    k8s/args.yaml:4:9  acme/api ${why}\n`);
    }
  });

  test("has the same number of cells in all rows of a table, whatever the words", () => {
    fc.assert(
      fc.property(hostileText, (words) => {
        for (const result of hostileResults(words)) {
          const { tables } = reportModelOf(result)!;
          const [text = ""] = summaryOf(result).split("\n### The change\n");
          expect(text).not.toMatch(/(?<!\\)</);
          const widths = tables.flatMap(({ heads, rows }) =>
            rows.length === 0 ? [] : [heads, ...rows].map((row) => row.length),
          );
          expect(
            rowsIn(text).map((row) => row.length),
            result.command,
          ).toEqual(widths);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("lists 100 rows of many, and stays below the limit that GitHub has", () => {
    const audit = sampleAudit(10_000);
    const commits = audit.commits.map((one) => ({
      ...{ ...one, fate: "gap" as const },
      subject: "<".repeat(500),
    }));
    const text = summaryOf({ ...audit, commits });
    expect(text).toContain("and 9900 more.");
    expect(Buffer.byteLength(text)).toBeLessThan(2 ** 20);
    for (const max of [40_000, 4_000, 400, 40, 0, -5]) {
      const cut = summaryOf({ ...audit, commits }, max);
      expect(Buffer.byteLength(cut), String(max)).toBeLessThanOrEqual(Math.max(0, max));
      if (max >= 400) expect(cut).toContain("Not everything fits here");
    }
  });

  test("names the request, and links none that is no page", () => {
    const summaryOf = (url: string) =>
      summaryMarkdown(
        reportModelOf(samplePromote({ outcome: "proposed", request: { number: 3, url } }))!,
      );
    expect(summaryOf("https://forge.test/o/r/pull/3")).toContain(
      "- Request: [#3](https://forge.test/o/r/pull/3)",
    );
    expect(summaryOf("javascript:alert(1)")).not.toContain("javascript");
  });
});

describe("metrics", () => {
  const now = Date.UTC(2026, 2, 29, 12);

  /** Reads the text as OpenMetrics and the older format both allow it. */
  function read(text: string): Map<string, number> {
    const lines = text.split("\n");
    expect(lines.slice(-2)).toEqual(["# EOF", ""]);
    const found = new Map<string, number>();
    let family = "";
    for (const line of lines.slice(0, -2)) {
      const help = /^# HELP (\w+) .+\.$/.exec(line);
      if (help !== null) family = help[1] ?? "";
      if (line.startsWith("#")) {
        if (help === null) expect(line).toBe(`# TYPE ${family} gauge`);
        continue;
      }
      const label = '[a-z_]+="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
      const sample = new RegExp(`^${family}\\{(${label}(?:,${label})*)\\} (-?[\\d.]+)$`).exec(line);
      if (sample === null) throw new Error(`no sample of ${family}: ${line}`);
      const key = `${family}{${sample[1]}}`;
      expect(found.has(key), key).toBe(false);
      found.set(key, Number(sample[2]));
    }
    return found;
  }

  test("of the checker: verdicts, the gap, and when it ran", () => {
    const found = read(openMetrics(reportModelOf(sampleSync())!, now));
    expect(found.get('landfall_run_timestamp_seconds{command="sync"}')).toBe(now / 1000);
    expect(found.get('landfall_run_exit_status{command="sync"}')).toBe(0);
    expect(found.get('landfall_run_info{command="sync",verdict="mixed"}')).toBe(1);
    expect(found.get('landfall_sync_images{command="sync",verdict="mixed"}')).toBe(1);
    expect(found.get('landfall_sync_images{command="sync",verdict="missing"}')).toBe(0);
    expect(found.get('landfall_sync_gap_commits{command="sync"}')).toBe(212);
  });

  test("of an audit: each fate, and the lags", () => {
    const audit = sampleAudit(243);
    const found = read(openMetrics(reportModelOf(audit)!, now));
    for (const [fate, count] of Object.entries(audit.counts)) {
      expect(found.get(`landfall_audit_commits{command="audit",fate="${fate}"}`)).toBe(count);
    }
    expect(found.get('landfall_audit_deploys_per_day{command="audit"}')).toBeGreaterThan(1);
    expect(found.get('landfall_audit_failure_ratio{command="audit"}')).toBeGreaterThan(0);
    expect(found.get('landfall_audit_recovery_seconds{command="audit"}')).toBeGreaterThan(0);
    const lag = 'landfall_audit_lag_seconds{command="audit",quantile="0.5"}';
    expect(found.get(lag)).toBeGreaterThan(100);
  });

  test("of every result can be read, whatever the words", () => {
    const words = fc.oneof(hostileText, fc.constantFrom("\\", 'a\\"b', "\\n\n", '",x="'));
    fc.assert(
      fc.property(words, (verdict) => {
        for (const result of hostileResults(verdict)) {
          const brief = reportModelOf(result)!;
          read(openMetrics({ ...brief, verdict: verdict }, now));
        }
      }),
      { numRuns: 40 },
    );
  });
});
