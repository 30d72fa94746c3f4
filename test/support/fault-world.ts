/**
 * Deploys on real git and a real registry that fail as they are told. What is held against them is
 * read from the server's own repository, never from what they say of themselves.
 */

import { setImmediate as turn } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { openHistory } from "../../src/adapters/git/history.ts";
import type { RemoteOptions } from "../../src/adapters/git/remote.ts";
import { localSource } from "../../src/adapters/git/source.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import type { CommitId, Revision } from "../../src/core/ids.ts";
import { type ImageName, parseImageName } from "../../src/core/image-ref.ts";
import { readMessage } from "../../src/core/landing/commit-message.ts";
import type { PromoteResult } from "../../src/core/results/promote.ts";
import { parseTagFormat, tagOf } from "../../src/core/tag-format.ts";
import type { GitFault, GitRequestSeen } from "../../src/demo/git-server.ts";
import { packImage } from "../../src/demo/pack-image.ts";
import {
  type RegistryFault,
  type RegistryRequestSeen,
  type RegistryServer,
  startRegistry,
} from "../../src/demo/registry-server.ts";
import type { Clock } from "../../src/ports.ts";
import { check } from "../../src/simulation/checker.ts";
import type { Operation } from "../../src/simulation/invariants/history.ts";
import { type LandPolicy, landPolicy } from "../../src/usecases/landing/land.ts";
import { promote } from "../../src/usecases/promote/promote.ts";
import type { PromoteRequest } from "../../src/usecases/promote/promotion.ts";
import { readLog, readTips } from "./branch-log.ts";
import { manifest, openSandbox, type Sandbox, type SandboxFile } from "./git-sandbox.ts";
import { sourceBranch } from "./source-branch.ts";
import { stocked } from "./stock-registry.ts";

/** What git asks a server while a promotion lands. */
export const asks = {
  /** The list of refs for readers. */
  list: "git-upload-pack:GET",
  fetch: "git-upload-pack:POST",
  /** The list of refs for writers: the beginning of a push, and of a look at the branch. */
  writerList: "git-receive-pack:GET",
  push: "git-receive-pack:POST",
} as const;

/** What happens at some requests: those of one kind, from one on, so many of them. */
export interface Strike {
  readonly on: string;
  /** Done by somebody else before the server looks at the request. */
  readonly act?: (box: Sandbox) => unknown;
  readonly fault?: GitFault;
  /** How many requests of the kind pass before. None, unless told. */
  readonly after?: number;
  /** All that follow, unless told. */
  readonly times?: number;
}

/** A world in which things go wrong. */
export interface FaultWorldOptions {
  readonly strikes?: readonly Strike[];
  /** A fault for whatever the strikes let pass. */
  readonly gitFault?: (request: GitRequestSeen) => GitFault | Promise<GitFault>;
  readonly answered?: (request: GitRequestSeen) => void;
  readonly registryFault?: (request: RegistryRequestSeen) => RegistryFault;
  readonly registryAnswered?: (request: RegistryRequestSeen) => void;
  /** How many revisions the source has beside the one that the manifests begin at. */
  readonly revisions?: number;
  readonly settings?: Readonly<Record<string, string>>;
  /** Environments that share the branch: all manifests stand in each, below `deploy/NAME`. */
  readonly environments?: readonly string[];
  /** Files that the branch begins with, beside its manifests. */
  readonly beside?: (images: readonly ImageName[]) => readonly SandboxFile[];
  /** A world that this one begins as: with its branch as it is now, and with its registry. */
  readonly like?: Beginning;
}

/** What of a world another one can begin with. */
interface Beginning {
  readonly box: Sandbox;
  readonly registry: RegistryServer;
  readonly revisions: readonly Revision[];
  readonly operations: readonly Operation[];
}

/** One promotion. */
export interface Deploy {
  /** Which of the source's revisions, counted from 1, oldest first; 0 is where all begins. */
  readonly revision?: number;
  readonly deploy?: string;
  /** Where, if environments share the branch. */
  readonly environment?: string;
  readonly policy?: Partial<LandPolicy>;
  readonly clock?: Clock;
  readonly request?: Partial<PromoteRequest>;
  readonly remote?: Partial<RemoteOptions>;
  readonly registryTimeoutMs?: number;
}

export type FaultWorld = Awaited<ReturnType<typeof openFaultWorld>>;

const format = parseTagFormat("sha-{revision:7}");
const names = ["web", "api"];
/** Comments, line ends of two kinds and a missing last one: bytes that an edit must leave alone. */
const manifests = {
  "deploy/web.yaml": "kind: Deployment\r\nspec:\r\n  image: IMAGE/web:TAG # ours\r\n",
  "deploy/api.yaml": 'spec:\n  - image: "IMAGE/api:TAG"\n  - { image: IMAGE/web:TAG }\n# end',
};

/** A clock on which waiting takes no time: it is set forward instead. */
export function leapingClock(): Clock {
  let leaptMs = 0;
  return {
    nowMs: () => Date.now() + leaptMs,
    async sleepMs(duration) {
      leaptMs += duration;
      await turn();
    },
  };
}

/** A clock on which nothing but waiting takes time, however slow the machine is. */
export function stillClock(): Clock {
  let nowMs = Date.now();
  return {
    nowMs: () => nowMs,
    async sleepMs(duration) {
      nowMs += duration;
      await turn();
    },
  };
}

/** Makes the world: a source, its images, and a branch with manifests at the first revision. */
export async function openFaultWorld(options: FaultWorldOptions = {}) {
  const { strikes = [], answered = () => {}, like } = options;
  const struck = new Map<string, number>();
  const source = sourceBranch(1 + (options.revisions ?? 2));
  const revisions = like?.revisions ?? source.revisions;
  const registry = like?.registry ?? (await openRegistry(revisions, options));
  const images = names.map((name) => parseImageName(`${registry.host}/acme/${name}`)!);
  const places = options.environments?.map((environment) => {
    return { environment, path: `deploy/${environment}` };
  });
  const manifestsAt = (revision: number): readonly SandboxFile[] =>
    (places ?? [{ path: "deploy" }]).flatMap(({ path: folder }) =>
      Object.entries(manifests).map(([path, text]) => ({
        path: path.replace("deploy", folder),
        bytes: text
          .replaceAll("IMAGE", `${registry.host}/acme`)
          .replaceAll("TAG", tagOf(format, revisions[revision]!)),
      })),
    );

  async function faultOf(request: GitRequestSeen): Promise<GitFault> {
    for (const { on, after = 0, times = Number.POSITIVE_INFINITY, ...does } of strikes) {
      if (request.kind !== on || request.before < after || request.before >= after + times)
        continue;
      struck.set(on, (struck.get(on) ?? 0) + 1);
      await does.act?.(box);
      return does.fault ?? "pass";
    }
    return options.gitFault?.(request) ?? "pass";
  }

  const box: Sandbox = await openSandbox({
    ...{ fault: faultOf, answered, copyOf: like?.box.bare, branches: source.stream },
    settings: { "core.logAllRefUpdates": "always", ...options.settings },
    files: [manifest, ...manifestsAt(0), ...(options.beside?.(images) ?? [])],
  });
  const local = await localSource(box.bare);
  const operations: Operation[] = [...(like?.operations ?? [])];
  let lastRead: { readonly tip: CommitId; readonly log: ReturnType<typeof readLog> } | undefined;

  /** The branch as it is on the server. What a tip stands on never changes, so it is read once. */
  async function readBranch() {
    const tip = await box.tip();
    if (lastRead?.tip !== tip) lastRead = { tip, log: readLog(box, tip) };
    return lastRead.log;
  }

  /** Promotes, as the command does, and keeps what it said. */
  async function deploy(what: Deploy = {}): Promise<PromoteResult> {
    const { revision: at = 1, clock = leapingClock() } = what;
    const revision = revisions[at]!;
    const id = what.deploy ?? `deploy-${operations.length + 1}`;
    const own = { env: process.env, temporary: box.temporary, timeoutMs: 30_000 };
    const remote = await box.open({ ...own, ...what.remote });
    const history = await openHistory({ local, upstream: async () => undefined, ...own });
    const random = { unit: () => Math.random() };
    const limits = { timeoutMs: what.registryTimeoutMs ?? 30_000, clock, random };
    const reader = createRegistry({ credentials: () => undefined, ...limits });
    const progress = { step: () => {}, warn: () => {} };
    const request: PromoteRequest = {
      ...{ revision, images: images.map((image) => ({ image })), tagFormat: format },
      ...{ repository: box.url, branch: "main", deploy: id },
      ...placeOf(what),
      ...{ superseded: "record", divergence: "refuse", mode: "push", skipCi: true },
      ...what.request,
    };
    const ports = { remote, history, registry: reader, clock, random, progress };
    try {
      const result = await promote(request, ports, { ...landPolicy, ...what.policy });
      operations.push({ ...operationOf(result, revision), environment: what.environment });
      return result;
    } finally {
      await Promise.all([remote.close(), history.close()]);
    }
  }

  function operationOf(result: PromoteResult, revision: Revision): Operation {
    const { outcome, exit, commit, tip, tookMs, failure, deploy: id } = result;
    const tag = tagOf(format, revision);
    return {
      ...{ actor: id, command: "promote", deploy: id, revision, startedMs: 0, isRepeat: false },
      images: images.map((image) => ({ image, tag })),
      end: { atMs: tookMs, outcome, exit, commit, tip, code: failure?.code },
    };
  }

  return {
    ...{ box, registry, revisions, images, deploy, manifestsAt, struck, operations },
    /**
     * Holds the laws against the branch on the server. `pins by hand`: somebody moved pins without
     * a deploy, so that how it all ends cannot be foretold.
     */
    async violations(people: "no pins by hand" | "pins by hand" = "no pins by hand") {
      const found = check({
        log: await readBranch(),
        tips: readTips(box),
        ...{ operations, images, places, cutOff: new Set<CommitId>() },
        source: {
          find: (digits) => revisions.find((one) => one.startsWith(digits)),
          precedes: (one, other) => revisions.indexOf(one) <= revisions.indexOf(other),
        },
        isUndisturbed: people === "no pins by hand",
        mustSucceed: false,
        boundMs: Number.POSITIVE_INFINITY,
      });
      return found.map(({ law, message }) => `${law}: ${message}`);
    },
    /** The deploy ids in the branch, oldest first: one for each deploy commit. */
    async deploysInBranch(): Promise<readonly string[]> {
      return (await readBranch()).flatMap(({ message }) => readMessage(message)?.deploy ?? []);
    },
    /** Whether the manifests on the server hold a revision, and every other byte is as it was. */
    async holds(revision: number): Promise<boolean> {
      const files = (await readBranch()).at(-1)!.files;
      return manifestsAt(revision).every(
        ({ path, bytes }) => files.get(path)?.toString() === bytes,
      );
    },
  };
}

function placeOf({ environment }: Deploy) {
  return { environment, paths: [environment === undefined ? "deploy" : `deploy/${environment}`] };
}

/** Starts a registry that has the images of every revision. */
async function openRegistry(revisions: readonly Revision[], options: FaultWorldOptions) {
  const images = revisions.flatMap((revision) => {
    const labels = { "org.opencontainers.image.revision": revision };
    const image = packImage({ files: [], labels, createdSeconds: 0 });
    const tag = tagOf(format, revision);
    return names.map((name) => ({ repository: `acme/${name}`, tag, image }));
  });
  const registry = await startRegistry({
    ...{ fault: (request) => options.registryFault?.(request) ?? "pass", store: stocked(images) },
    answered: (request) => options.registryAnswered?.(request),
  });
  onTestFinished(() => registry.close());
  return registry;
}
