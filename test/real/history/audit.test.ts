/** The real history behind this tool, audited: ancestry finds what counting and lists did not. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AuditResult, type DeployFate, fates } from "../../../src/core/results/audit.ts";
import { runCli } from "../../support/run-cli.ts";

const bundle = fileURLToPath(
  new URL("../../../../shared/data/robson-era1.bundle", import.meta.url),
);
const present = existsSync(bundle) || process.env.REQUIRE_ALL === "1";

const images = ["rbs-frontend-prod", "rbs-backend-monolith-prod", "rbs-backend-nginx-prod"];
const last = "2026-03-29T06:00:00Z";

describe.skipIf(!present)(
  `${present ? "" : "skipped without ../shared/data: "}the real history, audited`,
  () => {
    let home = "";
    let result: AuditResult;

    const landfall = (...flags: string[]) => {
      const at = join(home, "era1.git");
      const where = ["--repository", at, "--source", at, "--path", "infra/k8s/prod"];
      const what = images.flatMap((name) => ["--image", `ldamasio/${name}`]);
      return runCli(["audit", ...where, ...what, "--quiet", ...flags], { cwd: home });
    };
    const audited = async (...flags: string[]): Promise<AuditResult> => {
      const { out } = await landfall("--json", ...flags);
      return JSON.parse(out);
    };
    const named = (prefix: string) =>
      result.commits.find(({ revision }) => revision.startsWith(prefix));

    beforeAll(async () => {
      home = mkdtempSync(join(tmpdir(), "landfall-audit-"));
      const repository = join(home, "era1.git");
      execFileSync("git", ["clone", "--quiet", "--bare", "--branch", "main", bundle, repository]);
      result = await audited("--since", "2025-01-01", "--as-of", last);
    });
    afterAll(() => rmSync(home, { recursive: true, force: true }));

    test("243 code commits: 147 deployed, 93 covered, 3 after the last deploy; no inversion", () => {
      expect(result.failure).toBeUndefined();
      expect(result.commits).toHaveLength(243);
      const none = Object.fromEntries(fates.map((fate) => [fate, 0]));
      // The last one was made 33 minutes before.
      expect(result.counts).toEqual({ ...none, deployed: 147, covered: 93, gap: 3 });
      expect(result.exit).toBe(3);
      expect(result.inversions).toEqual([]);
      const after = result.commits.slice(0, 3).map(({ revision }) => revision.slice(0, 7));
      expect(after).toEqual(["00a2eb7", "113d89b", "2392c28"]);
      expect(result.commits.filter(({ fate }) => fate === "gap")).toEqual(
        result.commits.slice(0, 3),
      );
    });

    test("the last one was pending while it was young, and then a gap", async () => {
      const countsAt = async (...flags: string[]) => {
        const { counts } = await audited("--since", "2025-01-01", ...flags);
        return [counts.pending, counts.gap];
      };
      expect(await countsAt("--as-of", "2026-03-29T05:50:00Z")).toEqual([1, 2]);
      expect(await countsAt("--as-of", last, "--grace", "52w")).toEqual([3, 0]);
    });

    test("147 deploys by the old script; merges that brought more, and an edit, are by hand", () => {
      const kinds = result.deploys.map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === "deploy")).toHaveLength(147);
      const hand = result.deploys.filter(({ kind }) => kind === "by-hand");
      const others = hand.filter(({ subject }) => !subject.startsWith("Merge "));
      expect(hand).toHaveLength(8);
      expect(others).toMatchObject([
        { commit: expect.stringMatching(/^583c838/), moves: [{ from: "sha-3fb6363" }] },
      ]);
    });

    test("the five that were taken for gaps: four covered, one deployed after 3 min 44 s", () => {
      expect(named("13d396e")).toMatchObject({ fate: "deployed", lagMs: 224_000 });
      const tipOf = { "57d9b60": "ecefb15", fe48665: "ecefb15", "9e38496": "d0cf99e" };
      for (const [commit, tip] of Object.entries({ ...tipOf, "64c6f5c": "d0cf99e" })) {
        const by = result.deploys.find(({ revision }) => revision?.startsWith(tip));
        expect(named(commit), commit).toMatchObject({ fate: "covered", by: by?.commit });
      }
    });

    test("from commit to deploy commit: 216 s in the middle, 693 s at most", () => {
      const own = result.commits.filter(({ fate }) => fate === "deployed");
      const lags = own.map(({ lagMs }) => lagMs!).sort((a, b) => a - b);
      expect(lags[Math.floor(lags.length / 2)]).toBe(216_000);
      expect(lags.at(-1)).toBe(693_000);
    });

    test("the CronJob that the script's list left out, from its first day until it was removed", () => {
      const file = "infra/k8s/prod/rbs-pattern-scan-cronjob.yml";
      expect(result.leftBehind).toMatchObject([
        {
          ...{ file, line: 28, image: "ldamasio/rbs-backend-monolith-prod", tag: "sha-4a5f1fe" },
          ...{ deploys: 115, fromTheStart: true },
          sinceMs: Date.parse("2025-12-31T18:48:55Z"),
          goneMs: Date.parse("2026-03-23T06:18:34Z"),
        },
      ]);
    });

    test("it is found while it is there, and without a look at its past", async () => {
      const { leftBehind, counts } = await audited("--as-of", "2026-02-20");
      expect(leftBehind).toMatchObject([{ deploys: 115, fromTheStart: true }]);
      expect(leftBehind[0]).not.toHaveProperty("goneMs");
      expect(counts.gap).toBe(0);
    });

    test("a green January is none: exit 3, and the heading names the CronJob", async () => {
      const { out, status } = await landfall("--since", "30d", "--as-of", "2026-01-30");
      expect(status).toBe(3);
      const file = "infra/k8s/prod/rbs-pattern-scan-cronjob.yml";
      expect(out.split("\n")[0]).toBe(`1 pin left behind: ${file}`);
    });

    test("the page says the same figures, and names the CronJob and when it went away", async () => {
      const file = join(home, "audit.html");
      await landfall("--since", "2025-01-01", "--as-of", last, "--html", file);
      const page = readFileSync(file, "utf8");
      const said = (name: string, value: string) =>
        new RegExp(`data-(?:figure|fate)="${name}">([^<]*)<`).exec(page)?.[1] === value;
      const figures = { commits: "243", deployed: "147", covered: "93", gap: "3", deploys: "155" };
      const wrong = Object.entries(figures).filter(([name, value]) => !said(name, value));
      expect(wrong).toEqual([]);
      const row = /rbs-pattern-scan-cronjob\.yml:28(.*?)<\/tr>/s.exec(page)?.[1] ?? "";
      expect(row).toContain("never moved by a deploy");
      expect(row).toContain('datetime="2026-03-23 06:18:34Z"');
      expect(row).toContain(">115<");
      const five = named("13d396e")!.revision;
      const deployed = new RegExp(`id="c-${five}".*?</tr>`, "s").exec(page)?.[0] ?? "";
      expect(deployed).toContain("3 min 44 s");
    });

    test("text says the same figures as JSON", async () => {
      const { out, status } = await landfall("--since", "2025-01-01", "--as-of", last);
      const figures: readonly (readonly [DeployFate, number])[] = [
        ["deployed", 147],
        ["covered", 93],
        ["gap", 3],
      ];
      const judged = figures.map(([fate, count]) => `${count} ${fate}`).join(", ");
      expect(out).toContain(`243 code commits: ${judged}\n`);
      expect(out).toContain("155 deploy commits: 8 by hand, 0 inversions, 1 pin left behind\n");
      expect(out).toContain("rbs-pattern-scan-cronjob.yml:28");
      expect(status).toBe(3);
    });
  },
);
