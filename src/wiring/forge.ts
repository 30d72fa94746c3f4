/** Settings → the forge, and the way to land by a request on it. */

import { withToken } from "../adapters/git/auth.ts";
import type { OpenedRemote } from "../adapters/git/remote.ts";
import { systemClock } from "../adapters/system.ts";
import { type Forge, forgeNames, forgeOf } from "../core/forge/forge.ts";
import { compareLink } from "../core/forge/links.ts";
import { revisionPrefixIn, type TagFormat } from "../core/tag-format.ts";
import type { Proposals } from "../ports-forge.ts";
import { forgeServers } from "../settings/forge-servers.ts";
import type { GitPlaces, ScopeSettings } from "../settings/options.ts";
import { type Process, usageError } from "../settings/process.ts";
import { secret } from "../settings/secrets.ts";
import { gitCredentials } from "./credentials.ts";
import { networkOf } from "./network.ts";

/** Wall time of one question to a forge's API, in milliseconds. */
const apiTimeoutMs = 20_000;

/** Returns the forge that a repository is on, where that is known. */
function forgeAt(
  repository: string,
  { config }: Pick<GitPlaces, "config">,
  io: Process,
): Forge | undefined {
  return forgeOf(repository, config?.forge, forgeServers(io));
}

/** Opens the branch's proposals once the branch itself is open. */
export type OpenProposals = (remote: OpenedRemote) => Promise<Proposals>;

/**
 * Returns how proposals are opened. Undefined: changes are pushed straight to the branch.
 *
 * @throws Failure `usage` when nothing tells which forge it is, or there is no token for its API.
 */
export function proposalsFor(
  settings: ScopeSettings & { readonly tagFormat?: TagFormat },
  at: { readonly repository: string; readonly sourceUrl?: string },
  io: Process,
): OpenProposals | undefined {
  const { land, branch, environment, paths } = settings;
  if (land.by === "push") return undefined;
  const forge = forgeAt(at.repository, settings, io);
  if (forge === undefined) {
    throw usageError(
      `Cannot land by pull request: nothing tells which forge "${at.repository}" is on`,
      "Set `forge` in landfall.yaml to github, gitlab, forgejo or gitea.",
    );
  }
  const token = tokenFor(forge, at.repository, io);
  return async (remote) => {
    const { openProposals } = await import("../adapters/forge/proposals.ts");
    const head = land.branch ?? `landfall/${environment ?? "deploy"}`;
    return openProposals({
      ...{
        forge,
        token,
        clock: systemClock,
        timeoutMs: apiTimeoutMs,
        ...networkOf(io, settings.config),
      },
      side: remote.beside(head),
      branches: { head, base: branch, method: land.method },
      about: {
        scope: environment ?? paths.join(", "),
        isAuto: land.isAuto,
        isAwaited: land.isAwaited,
        compare: comparer(at.sourceUrl ?? at.repository, settings, io),
      },
    });
  };
}

/** An API takes a token and no SSH key. One of its own goes before git's. */
function tokenFor(forge: Forge, repository: string, io: Process) {
  const own = secret("LANDFALL_FORGE_TOKEN", io);
  if (own !== undefined) return async () => own;
  const credentials = gitCredentials(repository, io, "propose");
  if (credentials.token !== undefined || credentials.mint !== undefined) {
    return async () => (await withToken(credentials)).token;
  }
  const { name, request } = forgeNames[forge.kind];
  throw usageError(
    `Cannot open a ${request} on ${name}: there is no token for its API`,
    "Pass one by LANDFALL_FORGE_TOKEN or LANDFALL_GIT_TOKEN. An SSH key opens no requests.",
  );
}

/** What is new is in the source, between the commits that two tags are made from. */
function comparer(
  source: string,
  settings: GitPlaces & { readonly tagFormat?: TagFormat },
  io: Process,
): Proposals["compare"] {
  const forge = forgeAt(source, settings, io);
  const { tagFormat } = settings;
  if (forge === undefined || tagFormat === undefined) return () => undefined;
  const digitsOf = (tag: string) => revisionPrefixIn(tagFormat, tag);
  return (from, to) => {
    const [old, now] = [digitsOf(from), digitsOf(to)];
    return old === undefined || now === undefined ? undefined : compareLink(forge, old, now);
  };
}
