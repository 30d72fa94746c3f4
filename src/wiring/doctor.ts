/** Settings → what doctor looks at: each thing opened when its check asks for it. */

import { tmpdir } from "node:os";
import { gitVersion } from "../adapters/doctor/git.ts";
import { githubRights, serverTimes } from "../adapters/doctor/http.ts";
import { withToken } from "../adapters/git/auth.ts";
import { registryUrl } from "../adapters/http/hosts.ts";
import { systemClock } from "../adapters/system.ts";
import { deployedBy } from "../core/cluster/coverage.ts";
import type { CommitId } from "../core/ids.ts";
import { startsForTags, workflowFolders } from "../core/tag-workflows.ts";
import type { ManifestFile, Remote } from "../ports.ts";
import { type Settings, skipsCi } from "../settings/options.ts";
import type { Process } from "../settings/process.ts";
import { isSigningAsked } from "../settings/secrets.ts";
import type { DoctorPorts } from "../usecases/doctor/doctor.ts";
import { snapshotAt } from "../usecases/landing/snapshot.ts";
import { ancestryOf } from "../usecases/verify/ancestry.ts";
import { type ArgoFactsPorts, claimAt } from "../usecases/verify/argo-facts.ts";
import {
  type FindQuestion,
  findApplications,
  unseen,
} from "../usecases/verify/find-applications.ts";
import {
  type Asker,
  argocdFor,
  type ClusterFlags,
  clusterFor,
  entrancesFor,
  fluxFor,
} from "./cluster.ts";
import { gitCredentials } from "./credentials.ts";
import { openManifests, openRegistry, repositoriesOf } from "./index.ts";
import { networkOf } from "./network.ts";
import { loginAt } from "./registry.ts";

/** Wall time of one request, in milliseconds. */
const requestTimeoutMs = 15_000;

/** What can be looked at without any settings. */
export function bareDoctorPorts(io: Process): Pick<DoctorPorts, "clock" | "gitVersion"> {
  return {
    clock: systemClock,
    gitVersion: () => gitVersion({ env: io.env, directory: tmpdir() }),
  };
}

/** Opens what the settings name, each when it is asked for. */
export function doctorPorts(
  settings: Settings,
  flags: ClusterFlags,
  io: Process,
): Omit<DoctorPorts, "readConfig"> & { close(): Promise<void> } {
  const { flux, rollout } = settings.config?.verify ?? {};
  const shown = new Set<string>();
  const timeoutMs = Math.min(requestTimeoutMs, settings.timeoutMs ?? requestTimeoutMs);
  const asker = { io, timeoutMs, ca: settings.config?.ca };
  const entrances = entrancesFor(flags, io);
  const manifests = once(() => openManifests(settings, io));
  // Fetched once: two git commands in one repository at once would meet each other's locks.
  const tip = once(async () => (await manifests()).remote.fetchTip());
  const repository = async () => (await manifests()).repository;
  return {
    ...bareDoctorPorts(io),
    fetchTip: tip,
    async probeWrite() {
      const commit = await tip();
      return (await manifests()).remote.wouldTake(commit);
    },
    ...(isSigningAsked(settings.config?.signing, io) && {
      async trySigning() {
        const draft = { parent: await tip(), changes: [], message: "doctor\n" };
        const atSeconds = Math.floor(systemClock.nowMs() / 1000);
        await (await manifests()).remote.commit({ ...draft, atSeconds });
      },
    }),
    ...(skipsCi(settings) && {
      tagWorkflows: async () => tagWorkflowsAt(await tip(), (await manifests()).remote),
    }),
    tokenRights: async () => rightsAt(await repository(), settings, io),
    openRegistry: () => openRegistry(settings, io, (registry) => shown.add(registry)),
    loginAt(registry) {
      if (loginAt(registry, io).credentials === undefined) return "none";
      return shown.has(registry) ? "taken" : "not asked for";
    },
    ...pinPorts(settings, asker, { manifests, tip }),
    ...(flux && { openFlux: async () => fluxFor(entrances, asker) }),
    ...(rollout && { openCluster: async () => clusterFor(entrances, asker) }),
    async serverTimes() {
      const urls = await urlsOf(settings, repository);
      const options = { clock: systemClock, timeoutMs, ...networkOf(io, settings.config) };
      return serverTimes(urls, options);
    },
    close: async () => (await manifests.opened())?.close(),
  };
}

/** What verify would look for. Where the branch cannot be read, another check says so. */
function pinPorts(
  settings: Settings,
  asker: Asker,
  { manifests, tip }: Opening,
): Pick<DoctorPorts, "readPins" | "belongingOf" | "openArgoCd" | "findApps"> {
  const { paths, branch, tagFormat, config } = settings;
  const { io } = asker;
  const selectors = config?.verify?.argocd;
  const images = settings.images.map(({ image }) => image);
  const snapshot = once(async () =>
    snapshotAt(await tip(), { images, paths }, (await manifests()).remote),
  );
  const read = () => snapshot().catch(() => undefined);
  const withPins = async <T>(ask: (seen: SeenPins) => Promise<T>): Promise<T | undefined> => {
    const pinned = await read();
    if (pinned === undefined) return undefined;
    const { repository, remote } = await manifests();
    const ancestry = ancestryOf(await repositoriesOf(settings, io), tagFormat);
    try {
      return await ask({ question: { repository, branch, pinned }, remote, ancestry });
    } finally {
      await ancestry.close();
    }
  };
  if (selectors === undefined) return { readPins: snapshot };
  const argocd = once(() => argocdFor(selectors, asker));
  return {
    readPins: snapshot,
    openArgoCd: argocd,
    async findApps() {
      const ports = { argocd: await argocd(), clock: systemClock };
      const found = await withPins(({ question, ...seen }) =>
        findApplications(selectors, question, { ...ports, ...seen }),
      );
      return found ?? selectors.map(unseen);
    },
    belongingOf: (application) =>
      withPins(async ({ question: { pinned, ...where }, ...ports }) => {
        const followed = { ...where, pinned: pinned.pins };
        const claim = await claimAt(pinned.tip, { application, followed }, ports);
        return { claim, deploys: deployedBy(application, followed, pinned.pins) };
      }),
  };
}

interface SeenPins extends ArgoFactsPorts {
  readonly question: FindQuestion;
}

async function tagWorkflowsAt(tip: CommitId, remote: Pick<Remote, "findManifests">) {
  const found: string[] = [];
  for (const folder of workflowFolders) {
    // A branch need not have any.
    const files = await remote.findManifests(tip, [folder], ["tags"]).catch(() => []);
    const isMeant = ({ bytes }: ManifestFile) => startsForTags(new TextDecoder().decode(bytes));
    found.push(...files.filter(isMeant).map(({ path }) => path));
  }
  return found;
}

interface Opening {
  readonly manifests: () => ReturnType<typeof openManifests>;
  readonly tip: () => Promise<CommitId>;
}

/** Checks share what they open; what was never asked for is never opened. */
function once<Thing>(open: () => Promise<Thing>) {
  let opening: Promise<Thing> | undefined;
  const ask = () => {
    opening ??= open();
    return opening;
  };
  return Object.assign(ask, { opened: async () => opening?.catch(() => undefined) });
}

/** Every server of a deploy, each once; what cannot be told is another check's matter. */
async function urlsOf({ config, images }: Settings, repository: () => Promise<string>) {
  const insecure = config?.insecureRegistries ?? [];
  const registries = images.map(({ image }) => registryUrl(image.registry, insecure).href);
  const argocd = config?.verify?.argocd?.map(({ server }) => server) ?? [];
  const url = await repository().catch(() => undefined);
  const all = [url, ...argocd, ...registries].filter((text) => text !== undefined);
  return [...new Set(all.filter((text) => /^https?:/i.test(text)))];
}

/** Only GitHub says what a token may do, and the token goes to its own server's API alone. */
async function rightsAt(repository: string, { config }: Settings, io: Process) {
  const { token } = await withToken(gitCredentials(repository, io));
  const { GITHUB_SERVER_URL: ownServer, GITHUB_API_URL: ownApi } = io.env;
  const server = ownServer ?? "https://github.com";
  const api = ownServer === undefined ? "https://api.github.com" : ownApi;
  const path = repository.slice(server.length + 1).replace(/(?:\.git)?\/?$/, "");
  const isThere = repository.startsWith(`${server}/`) && /^[\w.-]+\/[\w.-]+$/.test(path);
  if (token === undefined || api === undefined || !isThere) return undefined;
  const options = { timeoutMs: requestTimeoutMs, ...networkOf(io, config), api };
  return githubRights({ repository: path, token }, options);
}
