/** Which forge a repository is on, and where it shows things to people. */

import { repositoryAddress } from "../repository-url.ts";

/** The forges whose pages and APIs we know. */
export const forgeKinds = ["github", "gitlab", "forgejo", "gitea"] as const;

/** The name of a forge. */
export type ForgeKind = (typeof forgeKinds)[number];

/** A repository on a forge. */
export interface Forge {
  readonly kind: ForgeKind;
  /** The repository's page, without a slash at the end. */
  readonly web: string;
  /** The API of its server, without a slash at the end. */
  readonly api: string;
  /** Owner and name; on GitLab also the groups between. */
  readonly path: string;
}

/** What the settings say about the forge, if its host's name does not tell. */
export interface ForgeHint {
  readonly kind?: ForgeKind | undefined;
  readonly api?: string | undefined;
}

/** A server that the surroundings name, such as the one that a CI job runs on. */
export interface KnownServer {
  readonly kind: ForgeKind;
  /** Its page, for example `https://git.example.org`. */
  readonly web: string;
  readonly api?: string | undefined;
}

/**
 * Returns the forge of a repository. Undefined: its URL is a path, or nothing tells what its server
 * is.
 */
export function forgeOf(
  repository: string,
  hint: ForgeHint = {},
  servers: readonly KnownServer[] = [],
): Forge | undefined {
  const address = repositoryAddress(repository);
  if (address === undefined) return undefined;
  const known = servers.find(({ web }) => URL.canParse(web) && isAt(new URL(web), address));
  const kind = hint.kind ?? known?.kind ?? kindOfHost(address.host);
  if (kind === undefined) return undefined;
  const server = known?.web.replace(/\/+$/, "") ?? address.web;
  const api = (hint.api ?? known?.api ?? apiOf(kind, server)).replace(/\/+$/, "");
  return { kind, web: `${server}/${address.path}`, api, path: address.path };
}

function isAt(web: URL, address: { readonly host: string; readonly web: string }): boolean {
  // An SSH address tells the host alone: its port is not that of the pages.
  return web.origin === address.web || web.hostname === address.host;
}

/** Hosts that are one forge, and what people call their own servers. */
const hosts: readonly (readonly [RegExp, ForgeKind])[] = [
  [/^(?:github\.com|[\w-]+\.ghe\.com|github\..+)$/, "github"],
  [/^gitlab\..+$/, "gitlab"],
  [/^(?:codeberg\.org|forgejo\..+)$/, "forgejo"],
  [/^gitea\..+$/, "gitea"],
];

function kindOfHost(host: string): ForgeKind | undefined {
  return hosts.find(([pattern]) => pattern.test(host))?.[1];
}

/** Facts: each forge's own documentation of its REST API, "root endpoint". */
function apiOf(kind: ForgeKind, server: string): string {
  if (kind === "gitlab") return `${server}/api/v4`;
  if (kind !== "github") return `${server}/api/v1`;
  if (server === "https://github.com") return "https://api.github.com";
  const own = /^https:\/\/([\w-]+\.ghe\.com)$/.exec(server)?.[1];
  return own === undefined ? `${server}/api/v3` : `https://api.${own}`;
}

/** Returns what people call a forge and its requests. */
export const forgeNames: Readonly<
  Record<ForgeKind, { readonly name: string; readonly request: string }>
> = {
  github: { name: "GitHub", request: "pull request" },
  gitlab: { name: "GitLab", request: "merge request" },
  forgejo: { name: "Forgejo", request: "pull request" },
  gitea: { name: "Gitea", request: "pull request" },
};
