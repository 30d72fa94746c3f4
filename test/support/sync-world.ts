/** Code and manifests on one branch of a real git server, with a real registry, for the checker. */

import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import { openDeployLog } from "../../src/adapters/git/deploy-log.ts";
import { openHistory } from "../../src/adapters/git/history.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import type { Revision, Tag } from "../../src/core/ids.ts";
import { parseImageName } from "../../src/core/image-ref.ts";
import { holdsPath, writeHolds } from "../../src/core/landing/holds-file.ts";
import type { SyncResult } from "../../src/core/results/sync.ts";
import { parseTagFormat } from "../../src/core/tag-format.ts";
import type { GitServerOptions } from "../../src/demo/git-server.ts";
import { packImage } from "../../src/demo/pack-image.ts";
import {
  type RegistryFault,
  type RegistryRequestSeen,
  startRegistry,
} from "../../src/demo/registry-server.ts";
import { createStore } from "../../src/demo/registry-store.ts";
import { landPolicy } from "../../src/usecases/landing/land.ts";
import type { SyncRequest } from "../../src/usecases/sync/request.ts";
import { sync } from "../../src/usecases/sync/sync.ts";
import { leapingClock } from "./fault-world.ts";
import { openSandbox, type SandboxFile } from "./git-sandbox.ts";
import { runCli } from "./run-cli.ts";
import { stock } from "./stock-registry.ts";

/** Text by path; undefined for a file that goes away. */
export type Files = Readonly<Record<string, string | undefined>>;

/** What a world is made with. */
export interface SyncWorldOptions {
  /**
   * How the server is reached: over HTTP where that is the point, and by its path where it is not,
   * which takes half as many processes.
   */
  readonly git?: "http" | Pick<GitServerOptions, "fault">;
  /** Source paths of the images, by their last names. */
  readonly paths?: Readonly<Record<string, string>>;
}

/** How a commit is made. By default on `main`, a minute after the one before. */
interface Made {
  readonly message?: string;
  readonly branch?: string;
  readonly from?: string;
  /** Branches that are merged into what it is made from. */
  readonly merge?: readonly string[];
  readonly atSeconds?: number;
}

export type SyncWorld = Awaited<ReturnType<typeof openSyncWorld>>;

const names = ["web", "api"] as const;
/** Long before any grace time ends. */
const longAgoSeconds = 1_767_225_600;

const format = parseTagFormat("sha-{revision:7}");

/** Returns the tag of a revision. */
export const tagOf = (revision: string) => `sha-${revision.slice(0, 7)}` as Tag;

/** Opens it: first `latest` is pinned, then the second commit of code, which is returned. */
export async function openSyncWorld(options: SyncWorldOptions = {}) {
  let fault: (request: RegistryRequestSeen) => RegistryFault = () => "pass";
  let isReady = false;
  const store = createStore();
  const registry = await startRegistry({ fault: (request) => fault(request), store });
  onTestFinished(() => registry.close());
  const image = (name: string) => `${registry.host}/acme/${name}`;

  const deployment = (name: string, held: string) =>
    `kind: Deployment\nspec:\n  image: ${image(name)}:${held} # ours\n`;
  /** All manifests with everything at one tag. */
  const pinned = (held: string): Files => ({
    "k8s/web.yaml": deployment("web", held),
    "k8s/api.yaml": deployment("api", held),
    "k8s/scan.yaml": `kind: CronJob\nspec:\n  - image: "${image("api")}:${held}"\n`,
  });

  const asFiles = (files: Files): SandboxFile[] =>
    Object.entries(files).map(([path, bytes]) => ({
      path,
      ...(bytes === undefined ? {} : { bytes }),
    }));
  const { fault: gitFault } = typeof options.git === "object" ? options.git : {};
  const box = await openSandbox({
    ...(gitFault ? { fault: (seen) => (isReady ? gitFault(seen) : "pass") } : {}),
    files: asFiles({ ...pinned("latest"), "app/main.ts": "0\n" }),
  });
  writeFileSync(join(box.bare, "HEAD"), "ref: refs/heads/main\n");
  const url = options.git === undefined ? pathToFileURL(box.bare).href : box.url;
  let count = 0;

  /** Makes a commit past the server, a minute after the one before. */
  async function commit(files: Files, more: Made = {}): Promise<Revision> {
    count += 1;
    const { message = "feat: change", branch = "main", from = branch } = more;
    const at = more.atSeconds ?? longAgoSeconds + count * 60;
    const parent = await box.tip(from);
    const parts = [
      `commit refs/heads/${branch}\ncommitter Ana <ana@localhost> ${at} +0000\n`,
      `data ${Buffer.byteLength(message)}\n${message}\nfrom ${parent}\n`,
    ];
    for (const other of more.merge ?? []) parts.push(`merge ${await box.tip(other)}\n`);
    for (const [path, text] of Object.entries(files)) {
      const name = JSON.stringify(path);
      parts.push(
        text === undefined
          ? `D ${name}\n`
          : `M 644 inline ${name}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
      );
    }
    await box.run(box.bare, ["fast-import", "--quiet", "--done"], `${parts.join("")}\ndone\n`);
    return (await box.tip(branch)) as string as Revision;
  }

  /** Makes a commit of code. */
  const code = (path = "app/main.ts", more: Made = {}) => commit({ [path]: `${count}\n` }, more);

  async function publish(
    revision: string,
    which: readonly string[] = names,
    mark = "",
    tag: Tag = tagOf(revision),
  ): Promise<void> {
    const labels = { "org.opencontainers.image.revision": revision, mark };
    const packed = packImage({ files: [], labels, createdSeconds: 0 });
    stock(
      store,
      which.map((name) => ({ repository: `acme/${name}`, tag, image: packed })),
    );
  }

  const home = join(box.root, "home");
  mkdirSync(home);
  const entries = names.map((name) => {
    const path = options.paths?.[name];
    return `  - { name: ${image(name)}${path === undefined ? "" : `, paths: [${path}]`} }\n`;
  });
  const settings = [
    `images:\n${entries.join("")}manifests: { repository: ${url}, branch: main, paths: [k8s] }\n`,
    `source: ${options.paths === undefined ? url : box.bare}\n`,
  ];
  writeFileSync(join(home, "landfall.yaml"), settings.join(""));

  const run = (argv: readonly string[]) => runCli(argv, { cwd: home });
  const first = await code();
  await publish(first);
  await commit(pinned(tagOf(first)), {
    message: `chore(gitops): update image tags to ${tagOf(first)}`,
  });
  isReady = true;

  return {
    ...{ box, url, registry, home, first, image, pinned, deployment, commit, code, publish, run },
    /** Runs the checker and returns its result. */
    async sync(...flags: readonly string[]): Promise<SyncResult> {
      const { out, err, status } = await run(["sync", "--json", "--quiet", ...flags]);
      if (out === "") throw new Error(`said nothing but ${err}`);
      const result = JSON.parse(out) as SyncResult;
      if (result.exit !== status) throw new Error(`said ${result.exit}, exited with ${status}`);
      return result;
    },
    promote: (revision: string, ...flags: readonly string[]) =>
      run(["promote", "--json", "--quiet", "--revision", revision, ...flags]),
    /** Runs the use case on a clock on which waiting takes no time. */
    async check(more: Partial<SyncRequest> = {}, timeoutMs = 30_000): Promise<SyncResult> {
      const own = { env: process.env, temporary: box.temporary, timeoutMs: 30_000 };
      const clock = leapingClock();
      const random = { unit: () => 0.5 };
      const remote = await box.open({ ...own, url });
      const at = { url, credentials: {} };
      const history = await openHistory({ ...own, upstream: async () => at });
      const log = await openDeployLog({
        ...{ ...own, manifests: { ...at, branch: "main" }, source: { upstream: at } },
      });
      const reading = { credentials: () => undefined, timeoutMs, clock, random };
      const request: SyncRequest = {
        images: names.map((name) => ({ image: parseImageName(image(name))! })),
        ...{ tagFormat: format, paths: ["k8s"], repository: url, branch: "main" },
        ...{ source: url, deploy: randomUUID(), pattern: /^chore\(gitops\)/ },
        ...{ lookback: 100, graceMs: 60_000, movedAway: "leave", mode: "push", skipCi: true },
        ...more,
      };
      const registryPort = createRegistry(reading);
      const progress = { step: () => {}, warn: () => {} };
      const ports = { remote, clock, random, progress, history, log, registry: registryPort };
      try {
        return await sync(request, ports, landPolicy);
      } finally {
        await Promise.all([history.close(), log.close()]);
      }
    },
    /** Puts a hold on the branch, through a revision. */
    hold(through: Revision, more: Files = {}) {
      const images = names.map((name) => parseImageName(image(name))!);
      const hold = { images, through, reason: "slow", by: "ana", at: "2026-01-01T00:00:00Z" };
      const text = new TextDecoder().decode(writeHolds([hold]));
      return commit({ ...more, [holdsPath]: text }, { message: "ops: go back" });
    },
    /** What the manifests on the server hold, file by file. */
    async held(): Promise<Readonly<Record<string, string>>> {
      const held: Record<string, string> = {};
      for (const path of ["k8s/web.yaml", "k8s/api.yaml", "k8s/scan.yaml"]) {
        const text = (await box.fileAt(path)).toString();
        held[path] = /acme\/\w+:([\w.-]+)/.exec(text)?.[1] ?? "";
      }
      return held;
    },
    /** Subjects of the branch, newest first. */
    subjects: async () => (await box.git(box.bare, "log", "--format=%s", "main")).split("\n"),
    setRegistryFault(next: typeof fault): void {
      fault = next;
    },
  };
}
