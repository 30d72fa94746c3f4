/** Audits as reports show them: every fate, every kind of deploy, and a size of one's choice. */

import type { CommitId, Revision } from "../../src/core/ids.ts";
import {
  type AuditResult,
  type DeployFate,
  fates,
  type LedgerDeploy,
} from "../../src/core/results/audit.ts";

type Commit = AuditResult["commits"][number];

const minute = 60_000;
const end = Date.UTC(2026, 2, 29, 14, 0, 0);

const subjects = [
  "feat(cockpit): show open positions with their stop levels",
  "fix(backend): close the exchange session when the socket drops",
  "refactor(frontend): one hook for balances instead of three",
  "chore(deps): bump django from 5.1.4 to 5.1.5",
  "fix(pattern-scan): do not count the candle that is still open",
  "docs: how to rotate the exchange keys",
  "feat(risk): refuse an order that would exceed the daily loss",
  "test(backend): the margin call path",
];
const people = ["Ada Ferreira", "Jo Lindqvist", "Sam Okafor", "dependabot[bot]"];
const images = ["acme/web", "acme/api", "acme/api-nginx"];

/** An id of 40 digits: `kind`, then a number scattered over the hex digits. */
function idOf<T extends string>(kind: number, at: number): T {
  const head = ((at + 1) * 2_654_435_761 + kind) % 2 ** 32;
  const tail = at.toString(16).padStart(8, "0");
  return (head.toString(16).padStart(8, "0") + "0".repeat(23) + kind + tail) as T;
}

function fateAt(at: number, count: number): DeployFate {
  if (at < 3) return "gap";
  if (at < 5 && count > 20) return "pending";
  if (at % 61 === 7) return "superseded";
  if (at % 97 === 11) return "recovered";
  if (at % 113 === 40) return "rolled-back";
  return at % 5 < 3 ? "deployed" : "covered";
}

function lagAt(at: number, fate: DeployFate): number | undefined {
  if (fate === "gap" || fate === "pending" || fate === "superseded") return undefined;
  if (fate === "recovered") return (5 * 60 + (at % 200)) * minute;
  const spread = ((at * 7_919) % 1_000) / 1_000;
  return Math.round(150_000 + spread ** 3 * 540_000 + (at % 71 === 0 ? 26 * 60 * minute : 0));
}

/** An audit of `count` code commits, newest first, whose last three never landed. */
export function sampleAudit(count: number, change: Partial<AuditResult> = {}): AuditResult {
  const gapMs = (95 * 24 * 60 * minute) / count;
  const commits: Commit[] = [];
  const deploys: LedgerDeploy[] = [];
  for (let at = 0; at < count; at += 1) {
    const fate = fateAt(at, count);
    const lagMs = lagAt(at, fate);
    const workday = ((at * 48_271) % 977) / 977;
    const atMs = Math.round(end - (at + workday) * gapMs - 5 * 60 * minute);
    const revision = idOf<Revision>(1, at);
    const deploy = deployOf(fate, { at, revision, atMs: atMs + (lagMs ?? 0) });
    if (deploy !== undefined) deploys.push(deploy);
    const [subject = "", author = ""] = [subjects[at % 8], people[at % 4]];
    const by = fate === "covered" ? deploys.at(-1)?.commit : deploy?.commit;
    commits.push({ revision, subject, author, atMs, fate, by, lagMs });
  }
  const byHand = deploys.filter(({ kind }) => kind === "by-hand");
  const counted = fates.map((fate) => [fate, commits.filter((one) => one.fate === fate).length]);
  return {
    version: 1,
    command: "audit",
    exit: 3,
    repository: "https://git.example.org/acme/trading.git",
    branch: "main",
    source: "https://git.example.org/acme/trading.git",
    sinceMs: end - 96 * 24 * 60 * minute,
    asOfMs: end,
    counts: Object.fromEntries(counted) as AuditResult["counts"],
    commits,
    deploys,
    inversions: byHand.slice(0, 1).map(({ commit, atMs }) => ({
      ...{ commit, atMs, image: "acme/api" },
      ...{ from: "sha-9e38496", to: "sha-57d9b60" },
    })),
    leftBehind: [leftBehind],
    warnings: ["The history before 2025-12-24 is not there: the clone is shallow"],
    ...change,
  };
}

const leftBehind: AuditResult["leftBehind"][number] = {
  file: "infra/k8s/prod/pattern-scan-cronjob.yml",
  line: 27,
  image: "acme/api",
  tag: "sha-0a1b2c3",
  deploys: 115,
  sinceMs: Date.UTC(2025, 11, 31, 18, 22, 9),
  fromTheStart: true,
};

function deployOf(
  fate: DeployFate,
  { at, revision, atMs }: { at: number; revision: Revision; atMs: number },
): LedgerDeploy | undefined {
  if (fate === "covered" || fate === "gap" || fate === "pending") return undefined;
  const kind = kindOf(fate, at);
  const tag = `sha-${revision.slice(0, 7)}`;
  const moves = images.slice(0, 1 + (at % 3)).map((image) => ({
    ...{ file: `infra/k8s/prod/${image.slice(5)}-deploy.yml`, image },
    ...{ from: `sha-${idOf(1, at + 1).slice(0, 7)}`, to: tag },
  }));
  return {
    commit: idOf<CommitId>(2, at),
    subject:
      kind === "by-hand" ? "hotfix: pin the api" : `chore(gitops): update image tags to ${tag}`,
    author: kind === "by-hand" ? "Sam Okafor" : "landfall",
    atMs,
    kind,
    revision,
    moves: kind === "superseded" ? [] : moves,
  };
}

function kindOf(fate: DeployFate, at: number): LedgerDeploy["kind"] {
  if (fate === "recovered") return "recovery";
  if (fate === "rolled-back") return "rollback";
  if (fate === "superseded") return "superseded";
  return at % 83 === 5 ? "by-hand" : "deploy";
}
