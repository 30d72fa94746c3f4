/** The badge says the worst, in words and in a colour that they can be read on. */

import { expect, test } from "vitest";
import { type AuditResult, fates } from "../../src/core/results/audit.ts";
import { auditBadge } from "../../src/report/badge.ts";
import { sampleAudit } from "../support/sample-audit.ts";

const counts = Object.fromEntries(fates.map((fate) => [fate, 0])) as AuditResult["counts"];
const well = { counts, leftBehind: [], inversions: [], deploys: [] };
const failure = { code: "remote-denied", message: "No", hint: "Log in." };

test.each<[string, Partial<AuditResult>]>([
  ["main: all deployed", well],
  ["main: 2 on the way", { ...well, counts: { ...counts, pending: 2 } }],
  ["main: 3 lost", sampleAudit(243)],
  ["prod: 1 left behind", { ...well, environment: "prod", leftBehind: sampleAudit(1).leftBehind }],
  ["main: unknown", { ...well, failure }],
])("%s", (said, change) => {
  const badge = auditBadge(sampleAudit(0, change));
  expect(badge).toContain(`role="img" aria-label="${said}"`);
  expect(badge).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="\d+" height="20"/);
});

test("foreign words stay words", () => {
  const badge = auditBadge(sampleAudit(0, { ...well, branch: '"><script>alert(1)</script>' }));
  expect(badge).not.toContain("<script");
});
