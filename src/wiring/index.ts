/** Settings → real ports. Only wiring constructs adapters: here, and in the files beside it. */

import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import type { GitCredentials } from "../adapters/git/auth.ts";
import { openHistory } from "../adapters/git/history.ts";
import { type OpenedRemote, openRemote } from "../adapters/git/remote.ts";
import { type LocalSource, localSource, originOf } from "../adapters/git/source.ts";
import { keySeal, openSeal, type Seal } from "../adapters/git/waiting.ts";
import { clockUnder, systemRandom } from "../adapters/system.ts";
import { defaults } from "../core/defaults.ts";
import { Failure } from "../core/failure.ts";
import { isLocalPath, sameRepository, withoutLogin } from "../core/repository-url.ts";
import type { ImageDigests, Progress, Registry, SourceHistory } from "../ports.ts";
import type { GitPlaces, Settings } from "../settings/options.ts";
import type { Process } from "../settings/process.ts";
import { checkRegistryPassword, signingSecret, togetherKey } from "../settings/secrets.ts";
import type { PromotePorts } from "../usecases/promote/promote.ts";
import { gitCredentials } from "./credentials.ts";
import { proposalsFor } from "./forge.ts";
import { checkedAtMirrors, registryOptions } from "./registry.ts";

/** What is to be opened, and for whom. */
export interface OpenOptions {
  readonly io: Process;
  readonly progress: Progress;
  /** Whether the registries are to be asked. */
  readonly registry: boolean;
  /** Whether a change is to reach the branch. Absent: it is only looked at. */
  readonly lands?: boolean;
}

/** Ports that hold temporary directories until they are closed. */
export type Opened<Ports> = Ports & { readonly repository: string; close(): Promise<void> };

/** Wall time of one git command, in milliseconds. */
const gitTimeoutMs = 120_000;

/** Returns a new id for a deploy: one per promotion. */
export function newDeployId(): string {
  return randomUUID();
}

/** Opens everything that a landing needs. */
export async function openPorts(
  settings: Settings,
  opening: OpenOptions,
): Promise<Opened<PromotePorts & { readonly history: SourceHistory; readonly isOwn: boolean }>> {
  const { io } = opening;
  // Before anything is opened that would have to be closed again.
  if (opening.registry) checkPassword(settings, io);
  const doors = await repositoriesOf(settings, io);
  const propose = opening.lands ? proposalsFor(settings, doors, io) : undefined;
  const remote = await doors.branch();
  const history = await doors.source();
  return {
    repository: doors.repository,
    isOwn: doors.isOwn,
    remote,
    history,
    ...(propose && { proposals: await propose(remote) }),
    registry: opening.registry ? await openRegistry(settings, io) : undefined,
    clock: clockUnder(io.signal),
    random: systemRandom,
    progress: opening.progress,
    async close() {
      await Promise.all([remote.close(), history.close()]);
    },
  };
}

/** Opens the branch of another environment, unless it is the same one. */
export async function openBeside(
  place: { readonly repository: string | undefined; readonly branch: string } | undefined,
  settings: GitPlaces,
  io: Process,
): Promise<OpenedRemote | undefined> {
  if (place === undefined) return undefined;
  const { repository = settings.repository, branch } = place;
  if (repository === settings.repository && branch === settings.branch) return undefined;
  const { remote } = await openManifests({ ...settings, repository, branch }, io);
  return remote;
}

/** Everything of git behind a deploy, each opened when it is needed. */
export interface Repositories {
  /** Where the manifests are. */
  readonly repository: string;
  /** Where the source is, as far as its clone knows. */
  readonly sourceUrl: string;
  /** Whether that is the source's own repository. */
  readonly isOwn: boolean;
  branch(): Promise<OpenedRemote>;
  source(): Promise<SourceHistory & { close(): Promise<void> }>;
  /** The history of the repository that holds the manifests. */
  manifests(): Promise<SourceHistory & { close(): Promise<void> }>;
}

/** Finds out where everything of git is. Throws `usage` when it cannot be told. */
export async function repositoriesOf(settings: GitPlaces, io: Process): Promise<Repositories> {
  const source = await openSource(settings, io);
  const repository = settings.repository ?? (await originUrl(source, io));
  const { env, signal } = io;
  const own = { env, ca: settings.config?.ca };
  const surroundings = { ...own, temporary: tmpdir(), timeoutMs: gitTimeoutMs, signal };
  const itself = async () => ({ url: repository, credentials: gitCredentials(repository, io) });
  // A repository without an origin is its own: a path to it names it.
  const url = (await upstreamOf(source, repository, io))?.url ?? resolve(io.cwd, settings.source);
  return {
    repository,
    sourceUrl: url,
    isOwn: sameRepository(url, repository),
    branch: () => openRemote(remoteOptions(settings, repository, io)),
    source: () => {
      const upstream = () => upstreamOf(source, repository, io);
      return openHistory({ ...surroundings, local: source.local, upstream });
    },
    manifests: () => openHistory({ ...surroundings, upstream: itself }),
  };
}

/** Opens the manifests branch alone. */
export async function openManifests(
  settings: GitPlaces,
  io: Process,
): Promise<Opened<{ readonly remote: OpenedRemote }>> {
  const repository = settings.repository ?? (await originUrl(await openSource(settings, io), io));
  const remote = await openRemote(remoteOptions(settings, repository, io));
  return { repository, remote, close: () => remote.close() };
}

/** The source repository: a clone on this machine, or a URL. */
type SourceLocation =
  | { readonly local: LocalSource }
  | { readonly local?: undefined; readonly url: string };

/** Opens the source: a clone on this machine, or a URL. */
export async function openSource(
  { source }: Pick<GitPlaces, "source">,
  io: Process,
): Promise<SourceLocation> {
  if (!isLocalPath(source)) return { url: source };
  return { local: await localSource(resolve(io.cwd, source)) };
}

/** The manifests are where the source came from, unless somebody says otherwise. */
export async function originUrl(source: SourceLocation, io: Process): Promise<string> {
  const origin = await urlOf(source, io);
  if (origin !== undefined) return origin;
  throw new Failure(
    "usage",
    "Cannot tell where the manifests are: no repository is given and the source has no origin",
    "Name the repository with --repository, or manifests.repository in landfall.yaml.",
  );
}

/** Where commits are asked for that a local clone lacks, and who we are there. */
export async function upstreamOf(source: SourceLocation, repository: string, io: Process) {
  const origin = await urlOf(source, io);
  if (origin === undefined) return undefined;
  // A checkout may know by https, without a login, what we reach by a key.
  const isIt = source.local !== undefined && sameRepository(origin, repository);
  const url = isIt ? repository : origin;
  return { url, credentials: credentialsFor(url, repository, io) };
}

/** The token that some CI systems write into a clone's origin is neither used nor shown. */
async function urlOf(source: SourceLocation, io: Process): Promise<string | undefined> {
  if (source.local === undefined) return source.url;
  const origin = await originOf(source.local, io.env);
  return origin && withoutLogin(origin);
}

function remoteOptions(settings: GitPlaces, repository: string, io: Process) {
  return {
    url: repository,
    branch: settings.branch,
    credentials: gitCredentials(repository, io),
    identity: settings.config?.identity ?? defaults.identity,
    signing: () => signingSecret(settings.config?.signing, io),
    rules: settings.manifestRules,
    seal: sealFor(settings, io),
    ...{ env: io.env, ca: settings.config?.ca },
    temporary: tmpdir(),
    timeoutMs: Math.min(gitTimeoutMs, settings.timeoutMs ?? gitTimeoutMs),
    signal: io.signal,
  };
}

/** Returns how changes that wait are sealed. Undefined: none may wait. */
function sealFor({ config }: GitPlaces, io: Process): Seal | undefined {
  const { together = defaults.together } = config ?? {};
  if (together === "off") return undefined;
  const key = togetherKey(io);
  if (key !== undefined) return keySeal(key);
  return together === "open" ? openSeal : undefined;
}

/** The source may be asked as the manifests are, but only on the same server. */
function credentialsFor(url: string, repository: string, io: Process): GitCredentials {
  const hostOf = (text: string) => (/^https:/i.test(text) ? new URL(text).host : text);
  return hostOf(url) === hostOf(repository) ? gitCredentials(url, io, "read") : {};
}

/**
 * Opens the registries for reading.
 *
 * @param onLogin Called with each registry that is shown a login.
 */
export async function openRegistry(
  settings: Settings,
  io: Process,
  onLogin: (registry: string) => void = () => {},
): Promise<Registry & ImageDigests> {
  checkPassword(settings, io);
  const { createRegistry } = await import("../adapters/registry/registry.ts");
  const options = await registryOptions(settings.config, io);
  const credentials = (registry: string) => {
    const login = options.credentials(registry);
    if (login !== undefined) onLogin(registry);
    return login;
  };
  return checkedAtMirrors(createRegistry({ ...options, credentials }), settings.config);
}

function checkPassword({ images }: Settings, io: Process): void {
  checkRegistryPassword(
    images.map(({ image }) => image.registry),
    io,
  );
}
