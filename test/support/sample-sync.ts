/** A run of the sync checker as reports show it: some verdicts of each tone. */

import type { CommitId, Revision, Tag } from "../../src/core/ids.ts";
import type { SyncImage, SyncResult } from "../../src/core/results/sync.ts";

const tag = "sha-5b09d68" as Tag;
const revision = "5b09d68aa47e1a4b6c1f1b7c6f0e9a3d2c1b0a99" as Revision;
const atMs = Date.UTC(2026, 2, 29, 12, 0, 7);

const images: readonly SyncImage[] = [
  {
    image: "acme/web",
    verdict: "in-sync",
    detail: "The pins hold the newest revision that is published.",
    wanted: { tag, revision },
    pins: [{ file: "infra/k8s/prod/web-deploy.yml", line: 31, tag }],
    fixed: false,
  },
  {
    image: "acme/api",
    verdict: "mixed",
    detail: "One image, two tags: sha-5b09d68 and sha-0a1b2c3.",
    hint: "This run moved the place that stayed behind.",
    wanted: { tag, revision },
    pins: [
      { file: "infra/k8s/prod/api-deploy.yml", line: 24, tag },
      { file: "infra/k8s/prod/pattern-scan-cronjob.yml", line: 27, tag: "sha-0a1b2c3" },
    ],
    gap: { sinceMs: Date.UTC(2025, 11, 31, 18, 22, 9), commits: 212 },
    fixed: true,
  },
  {
    image: "acme/api-nginx",
    verdict: "behind",
    detail: "Images of sha-5b09d68 are published, and production holds sha-9e38496.",
    wanted: { tag, revision },
    pins: [{ file: "infra/k8s/prod/nginx-deploy.yml", line: 19, tag: "sha-9e38496" }],
    gap: { sinceMs: atMs - 3 * 3_600_000, commits: 4 },
    fixed: true,
  },
];

/** A run that found one image behind and one mixed, and repaired both. */
export function sampleSync(change: Partial<SyncResult> = {}): SyncResult {
  return {
    version: 1,
    command: "sync",
    verdict: "mixed",
    outcome: "landed",
    exit: 0,
    deploy: "sync-20260329-120007",
    repository: "https://git.example.org/acme/trading.git",
    branch: "main",
    source: "https://git.example.org/acme/trading.git",
    atMs,
    tookMs: 2_340,
    attempts: 1,
    tip: "c0ffee0aa47e1a4b6c1f1b7c6f0e9a3d2c1b0a99" as CommitId,
    commit: "feedbee0a47e1a4b6c1f1b7c6f0e9a3d2c1b0a99" as CommitId,
    images,
    warnings: [],
    ...change,
  };
}
