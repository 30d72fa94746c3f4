/** The four DORA figures, and their course. */

import { expect, test } from "vitest";
import type { AuditResult, LedgerDeploy } from "../../../src/core/results/audit.ts";
import { courseOf, fourFigures } from "../../../src/core/results/dora.ts";
import { sampleAudit } from "../../support/sample-audit.ts";

const hour = 3_600_000;
const day = 24 * hour;
const end = Date.UTC(2026, 2, 11);
const move = { file: "a.yml", image: "acme/a", from: "sha-1", to: "sha-2" };

/** Deploys by kind and by how many hours before the end they came. Newest first. */
function auditOf(...deploys: readonly (readonly [LedgerDeploy["kind"], number])[]): AuditResult {
  const [sample] = sampleAudit(1, {}).commits;
  const [deploy] = sampleAudit(10).deploys;
  return sampleAudit(0, {
    ...{ sinceMs: end - 10 * day, asOfMs: end },
    commits: [
      { ...sample!, fate: "deployed", atMs: end - 10 * day, lagMs: 5_000 },
      { ...sample!, fate: "gap", atMs: end - 1 },
    ],
    deploys: deploys.map(([kind, hours]) => ({
      ...deploy!,
      ...{ kind, atMs: end - hours * hour, moves: kind === "superseded" ? [] : [move] },
    })),
  });
}

test("deploys a day count what moved pins forward, over the time that there was", () => {
  const audit = auditOf(["superseded", 1], ["rollback", 2], ["deploy", 3], ["by-hand", 30]);
  expect(fourFigures(audit)).toEqual({
    deploysPerDay: 0.2,
    leadTimeMs: 5_000,
    failureRate: 0.5,
    recoveryMs: hour,
  });
});

test("time to recover is from the deploy that went out, and not from an earlier rollback", () => {
  const audit = auditOf(
    ["rollback", 1],
    ["superseded", 2],
    ["deploy", 6],
    ["rollback", 20],
    ["deploy", 21],
  );
  expect(fourFigures(audit).recoveryMs).toBe(hour);
  expect(fourFigures(auditOf(["rollback", 1], ["rollback", 2])).recoveryMs).toBeUndefined();
});

test("of nothing nothing is said", () => {
  const none = sampleAudit(0, { deploys: [], commits: [], sinceMs: end, asOfMs: end });
  expect(fourFigures(none)).toEqual({
    ...{ deploysPerDay: undefined, leadTimeMs: undefined },
    ...{ failureRate: undefined, recoveryMs: undefined },
  });
  expect(courseOf(none)).toEqual([]);
});

test("the course is by days, and everything is in one of them", () => {
  const audit = auditOf(["deploy", 0.5], ["rollback", 25], ["deploy", 26], ["deploy", 239]);
  const course = courseOf(audit);
  expect(course).toHaveLength(10);
  expect(course[0]).toEqual({
    ...{ fromMs: end - day, days: 1, deploys: 1, leadTimeMs: undefined, gaps: 1, rollbacks: 0 },
  });
  expect(course[1]).toMatchObject({ deploys: 1, rollbacks: 1 });
  expect(course[9]).toMatchObject({ deploys: 1, leadTimeMs: 5_000 });
});

test("of a long time the course is by weeks, and adds up", () => {
  const audit = sampleAudit(243);
  const course = courseOf(audit);
  expect(course.every(({ days }) => days === 7)).toBe(true);
  const gaps = course.reduce((sum, period) => sum + period.gaps, 0);
  expect(gaps).toBe(audit.counts.gap);
  const kinds = ["deploy", "recovery", "by-hand"];
  const deploys = audit.deploys.filter(
    ({ kind, moves }) => kinds.includes(kind) && moves.length > 0,
  );
  expect(course.reduce((sum, period) => sum + period.deploys, 0)).toBe(deploys.length);
});

test("dates that are made up make no endless list", () => {
  const [commit] = sampleAudit(1).commits;
  const commits = [-8.64e15, 8.64e15, 0].map((atMs) => ({ ...commit!, atMs }));
  expect(courseOf(sampleAudit(0, { commits, sinceMs: -8.64e15, asOfMs: end })).length).toBeLessThan(
    200,
  );
});
