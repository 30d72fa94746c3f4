/** The checker on the real history: it finds the gap that the seed's own checker never saw. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDeployLog } from "../../../src/adapters/git/deploy-log.ts";
import { openHistory } from "../../../src/adapters/git/history.ts";
import { openRemote } from "../../../src/adapters/git/remote.ts";
import { defaults } from "../../../src/core/defaults.ts";
import type { Digest } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import type { SyncResult } from "../../../src/core/results/sync.ts";
import { parseTagFormat } from "../../../src/core/tag-format.ts";
import type { Registry } from "../../../src/ports.ts";
import { landPolicy } from "../../../src/usecases/landing/land.ts";
import type { SyncRequest } from "../../../src/usecases/sync/request.ts";
import { sync } from "../../../src/usecases/sync/sync.ts";
import { leapingClock } from "../../support/fault-world.ts";

const bundle = fileURLToPath(
  new URL("../../../../shared/data/robson-era1.bundle", import.meta.url),
);
const present = existsSync(bundle) || process.env.REQUIRE_ALL === "1";

const names = ["rbs-frontend-prod", "rbs-backend-monolith-prod", "rbs-backend-nginx-prod"];
const folder = "infra/k8s/prod";
/** The last deploy commit before the manifests left for another repository. */
const lastDeploy = "9bc958b";

describe.skipIf(!present)(
  `${present ? "" : "skipped without ../shared/data: "}the real history, checked`,
  () => {
    let home = "";
    let at = "";
    const asked: string[] = [];
    const git = (...args: string[]) =>
      execFileSync("git", args, { cwd: at, encoding: "utf8" }).trim();

    beforeAll(() => {
      home = mkdtempSync(join(tmpdir(), "landfall-sync-"));
      at = join(home, "era1.git");
      execFileSync("git", ["clone", "--quiet", "--bare", "--branch", "main", bundle, at]);
    });
    afterAll(() => rmSync(home, { recursive: true, force: true }));

    /** Runs the checker on the branch as it stood at a commit, with all that was ever built. */
    async function checkAt(commit: string, more: Partial<SyncRequest> = {}): Promise<SyncResult> {
      git("update-ref", "refs/heads/main", git("rev-parse", commit));
      const own = { env: process.env, temporary: home, timeoutMs: 30_000 };
      const here = { url: at, credentials: {} };
      const identity = { name: "Landfall", email: "landfall@localhost" };
      const remote = await openRemote({ ...own, ...here, branch: "main", identity });
      const history = await openHistory({ ...own, upstream: async () => here });
      const source = { upstream: here };
      const log = await openDeployLog({ ...own, manifests: { ...here, branch: "main" }, source });
      const random = { unit: () => 0 };
      const clock = leapingClock();
      const ports = { remote, history, log, clock, random, registry: registry() };
      const request: SyncRequest = {
        images: names.map((name) => ({ image: parseImageName(`ldamasio/${name}`)! })),
        ...{ tagFormat: parseTagFormat("sha-{revision:7}"), paths: [folder] },
        ...{ repository: at, branch: "main", source: at, deploy: "check" },
        ...{ pattern: new RegExp(defaults.audit.pattern), lookback: 100, graceMs: 1_800_000 },
        ...{ movedAway: "leave", mode: "push", skipCi: true },
        ...more,
      };
      const progress = { step: () => {}, warn: () => {} };
      try {
        return await sync(request, { ...ports, progress }, landPolicy);
      } finally {
        await Promise.all([remote.close(), history.close(), log.close()]);
      }
    }

    /** Whatever the seed's own commits deployed had been published. */
    function registry(): Registry {
      const subjects = git("log", "--format=%s", lastDeploy);
      const built = new Set(subjects.match(/(?<=update image tags to )sha-\w{7}/g));
      const digest = `sha256:${"0".repeat(64)}` as Digest;
      return {
        async find(_, reference) {
          asked.push(reference);
          const found = { kind: "found", digest, mediaType: "" } as const;
          return built.has(reference) ? found : { kind: "missing" };
        },
        revisionOf: async () => undefined,
      };
    }

    test("all in sync, said the seed: one of six places had stayed behind all along", async () => {
      const result = await checkAt(lastDeploy, { mode: "dry-run" });
      expect(result).toMatchObject({ verdict: "mixed", outcome: "would-land", exit: 3 });
      expect(result.images.map(({ verdict }) => verdict)).toEqual(["in-sync", "mixed", "in-sync"]);
      const [, monolith] = result.images;
      const behind = monolith!.pins.filter(({ tag }) => tag !== monolith!.wanted!.tag);
      expect(behind.map(({ file }) => file)).toEqual([`${folder}/rbs-pattern-scan-cronjob.yml`]);
      expect(result.diff?.match(/^\+\+\+ .*/gm)).toEqual([
        expect.stringContaining("rbs-pattern-scan-cronjob.yml"),
      ]);
    });

    test("images published, push lost: one run makes the commit that the seed would have made", async () => {
      const lost = git("rev-parse", `${lastDeploy}^`);
      asked.length = 0;
      const result = await checkAt(lost);
      expect(result).toMatchObject({ verdict: "mixed", outcome: "landed", exit: 0 });
      expect(result.images.every(({ fixed }) => fixed)).toBe(true);
      const subject = "chore(gitops): recover missing manifest update to sha-e176831";
      expect(git("log", "-1", "--format=%s", "main")).toBe(subject);
      const others = git("diff", "--name-only", lastDeploy, "main").split("\n");
      expect(others).toEqual([`${folder}/rbs-pattern-scan-cronjob.yml`]);
      // Three images of one revision, and what is pinned: nothing older was asked about.
      expect(new Set(asked).size).toBe(3);
      expect(await checkAt("main")).toMatchObject({ verdict: "in-sync", exit: 0, attempts: 1 });
    });
  },
);
