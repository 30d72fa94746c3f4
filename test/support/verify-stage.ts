/** Verifications against real HTTP on loopback, in a time that passes only by waiting. */

import { openArgoCd } from "../../src/adapters/cluster/argocd.ts";
import { openFlux } from "../../src/adapters/cluster/flux.ts";
import { openKubernetes } from "../../src/adapters/cluster/kubernetes.ts";
import { openProbe } from "../../src/adapters/cluster/probe.ts";
import type { ExpectedImage } from "../../src/core/cluster/rollout-images.ts";
import { asCommitId, asDigest, asRevision, asTag } from "../../src/core/ids.ts";
import { parseImageName } from "../../src/core/image-ref.ts";
import type { Pin } from "../../src/core/pins/index.ts";
import type { ManifestFile } from "../../src/ports.ts";
import type { Ancestry } from "../../src/usecases/verify/ancestry.ts";
import {
  type VerifyPorts,
  type VerifyRequest,
  verify,
  verifyPolicy,
} from "../../src/usecases/verify/verify.ts";
import type { WantedWorkload } from "../../src/usecases/verify/wanted-workloads.ts";
import { sleeplessClock } from "./registry-client-options.ts";

const commit = (digit: string) => asCommitId(digit.repeat(40))!;
/** Commits of the manifests branch: before ours, ours, and after it. */
export const old = commit("0");
export const ours = commit("a");
export const newer = commit("b");

export const repository = "https://git.example.org/acme/robson";
export const imageName = "ldamasio/rbs-frontend-prod";
export const digest = asDigest(`sha256:${"1".repeat(64)}`)!;
const image = parseImageName(imageName)!;
export const expected: ExpectedImage = { image, tag: asTag("sha-1a2b3c4")!, digests: [digest] };
/** Where the image is pinned. */
export const pin: Pin = {
  ...{ file: "infra/k8s/prod/web.yaml", line: 20, column: 9, form: "reference", image },
  ...{ owner: "Deployment/web", keyPath: "spec.template.spec.containers[0].image" },
  ...{ tag: expected.tag, digest: undefined, slots: { tag: undefined, digest: undefined } },
};
/** A Deployment that is to run our image. */
export const web: WantedWorkload = {
  ...{ kind: "Deployment", name: "web", namespace: "robson" },
  images: [expected],
};

/** Both histories have three commits in a row: digits 0, a, b, and tags sha-0…, ours, sha-9…. */
const ancestry: Ancestry = {
  isManifestAncestor: async (a, b) =>
    [old, ours, newer].indexOf(a) <= [old, ours, newer].indexOf(b),
  isNewerTag: async (tag, than) => tag === "sha-9999999" && than === expected.tag,
};

/** The Application of the test server. */
export function robsonProdAt(server: string) {
  return { target: "robson-prod", found: { server, app: "robson-prod" } };
}

/** The same, where no server is asked. */
export const robsonProd = robsonProdAt("https://argocd.example.org");

/** Where the servers are. */
export interface Servers {
  readonly argocd?: string;
  readonly kubernetes?: string;
  readonly token?: string;
  /** The wall-clock limit of one request, in milliseconds. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Manifests that the branch has outside of our paths. */
  readonly files?: readonly ManifestFile[];
}

/** Returns the ports, with real adapters for the servers that there are. */
export function portsFor(servers: Servers) {
  const { argocd, kubernetes, token, timeoutMs = 5_000, signal } = servers;
  const clock = sleeplessClock();
  const said: string[] = [];
  const say = (text: string) => {
    said.push(text);
  };
  const entranceAt = (url: string) => ({
    ...{ server: new URL(url), tls: {}, token: async () => token },
  });
  const common = { clock, timeoutMs, signal };
  const ports: VerifyPorts = {
    ...{
      clock,
      ancestry,
      remote: {
        findManifests: async () => servers.files ?? [],
        readFile: async () => undefined,
        messagesBefore: async () => [],
      },
    },
    ...{ random: { unit: () => 0 }, progress: { step: say, warn: say } },
    argocd: argocd
      ? openArgoCd({ token, tokenVariable: "LANDFALL_ARGOCD_TOKEN", ...common })
      : undefined,
    cluster: kubernetes
      ? openKubernetes({ entrance: entranceAt(kubernetes), ...common })
      : undefined,
    flux: kubernetes ? openFlux({ entrance: entranceAt(kubernetes), ...common }) : undefined,
    probe: openProbe({ timeoutMs, signal }),
  };
  return { ports, clock, said };
}

/** How long tests wait: looks a second apart, a failure stands three, a minute for all of it. */
const policy = { timeoutMs: 60_000, leastMs: 1_000, mostMs: 1_000, standMs: 3_000 };

/** Verifies the deploy at `ours`. */
export async function verifyAt(servers: Servers, request: Partial<VerifyRequest>) {
  const { ports, clock, said } = portsFor(servers);
  const result = await verify(requestAt(servers, request), ports, policy);
  return { result, steps: result.steps.map(({ name, state }) => `${name} ${state}`), clock, said };
}

/** Verifies it as long as is usual, by servers that are told how late it is, in milliseconds. */
export async function verifyPatiently(serve: (late: () => number) => Promise<Servers>) {
  let clock: ReturnType<typeof sleeplessClock> | undefined;
  let startedMs = 0;
  const servers = await serve(() => (clock?.nowMs() ?? startedMs) - startedMs);
  const { ports, ...stage } = portsFor(servers);
  clock = stage.clock;
  startedMs = clock.nowMs();
  return verify(requestAt(servers, {}), ports, { ...verifyPolicy, leastMs: verifyPolicy.mostMs });
}

function requestAt(servers: Servers, request: Partial<VerifyRequest>): VerifyRequest {
  return {
    ...{ revision: asRevision("1a2b3c4".padEnd(40, "0"))!, tag: expected.tag, commit: ours },
    ...{ pinned: { tip: ours, pins: [pin] } },
    ...{ repository, branch: "main", pins: { state: "done", detail: "1 pin holds sha-1a2b3c4" } },
    apps: servers.argocd === undefined ? undefined : [robsonProdAt(servers.argocd)],
    ...request,
  };
}
