/** One result of every command that CI is told of, with whatever words are put into it. */

import type { CommitId, Digest, Revision, Tag } from "../../src/core/ids.ts";
import type { AnyResult } from "../../src/core/results/any.ts";
import type { DoctorResult } from "../../src/core/results/doctor.ts";
import type { PromoteResult } from "../../src/core/results/promote.ts";
import type { StatusResult } from "../../src/core/results/status.ts";
import type { VerifyResult } from "../../src/core/results/verify.ts";
import { sampleAudit } from "./sample-audit.ts";
import { sampleSync } from "./sample-sync.ts";

const tag = "sha-5b09d68" as Tag;
const revision = "5b09d68aa47e1a4b6c1f1b7c6f0e9a3d2c1b0a99" as Revision;
const commit = "feedbee0a47e1a4b6c1f1b7c6f0e9a3d2c1b0a99" as CommitId;
const digest = `sha256:${"ab".repeat(32)}` as Digest;

/** A promotion that landed one image in two places. */
export function samplePromote(change: Partial<PromoteResult> = {}): PromoteResult {
  return {
    ...{ version: 1, command: "promote", outcome: "landed", exit: 0, deploy: "d-1", revision },
    ...{ repository: "https://git.example.org/acme/app.git", branch: "main", commit },
    ...{ attempts: 2, tookMs: 1_900, warnings: [] },
    images: [
      {
        ...{ image: "acme/web", tag, digest, outcome: "moved" },
        pins: [
          { file: "k8s/web.yaml", line: 19, column: 18, from: "sha-0a1b2c3", to: tag },
          { file: "k8s/job.yaml", line: 7, column: 12, from: "", to: tag },
        ],
      },
    ],
    ...change,
  };
}

function sampleVerify(words: string): VerifyResult {
  return {
    ...{ version: 1, command: "verify", outcome: "failed", exit: 1, revision, tag, commit },
    tookMs: 61_000,
    steps: [
      { name: "argocd", target: "prod", state: "done", detail: "synced", waitedMs: 100 },
      { name: "rollout", target: words, state: "failed", detail: words, hint: words, waitedMs: 9 },
    ],
  };
}

function sampleStatus(words: string): StatusResult {
  return {
    ...{ version: 1, command: "status", exit: 3, repository: words, branch: "main", tip: commit },
    images: [
      {
        ...{ image: "acme/web", git: { tag, revision } },
        registry: { state: "unreadable", text: "unreadable", detail: words },
        pins: { state: "differs", text: words },
      },
    ],
    workloads: [],
  };
}

function sampleDoctor(words: string): DoctorResult {
  return {
    ...{ version: 1, command: "doctor", exit: 1 },
    checks: [
      { name: "git", state: "ok", detail: "2.47" },
      { name: "remote", state: "fail", detail: words, remedy: words },
      { name: "clock", state: "warn", detail: words },
    ],
  };
}

/** All of them, with `words` wherever foreign text may stand. */
export function hostileResults(words: string): readonly AnyResult[] {
  const place = { file: words, line: 3 };
  const failure = { code: "refused", message: words, hint: words, place };
  const audit = sampleAudit(4);
  const sync = sampleSync();
  return [
    samplePromote({
      ...{ outcome: "refused", exit: 4, warnings: [words], failure, diff: words },
      ...{ repository: words, branch: words },
      holds: [
        { change: "set", images: [words], through: revision, reason: words, by: words, at: words },
      ],
      images: samplePromote().images.map((image) => ({
        ...image,
        pins: [{ ...place, from: words, to: words }],
      })),
    }),
    {
      ...sync,
      ...{ repository: words, warnings: [words], diff: words },
      images: sync.images.map((image) => ({
        ...{ ...image, detail: words, hint: words },
        pins: [{ ...place, tag: words }],
      })),
    },
    {
      ...audit,
      ...{ repository: words, branch: words, warnings: [words] },
      commits: audit.commits.map((one) => ({ ...one, subject: words, author: words })),
      leftBehind: audit.leftBehind.map((pin) => ({ ...pin, file: words, tag: words })),
    },
    sampleVerify(words),
    sampleStatus(words),
    sampleDoctor(words),
  ];
}
