/** Spellings of a git URL: which mean one repository, and which hold what is nobody's business. */

const scpForm = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)(.+)$/;
const urlForm = /^(https?|ssh|git):\/\/(?:[^@/\s]*@)?([^/\s]+)\/(.+)$/i;
const ownPorts = {
  http: /:80$/,
  https: /:443$/,
  git: /:9418$/,
  // A server's SSH port says nothing about which of its repositories is meant.
  ssh: /:\d+$/,
} as const;

/** Returns whether a repository is a path on this machine rather than a URL. */
export function isLocalPath(repository: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:\/\//i.test(repository) && !/^[\w.-]+@[\w.-]+:/.test(repository);
}

/**
 * Returns a URL without who one is there: GitLab CI, Azure, Bitbucket and their Clone buttons write
 * a user, and some a token, into the URL that they hand out. Over SSH the user is part of the
 * address.
 */
export function withoutLogin(url: string): string {
  return url
    .replace(/^(https?:\/\/)[^/]*@(?=[^/@]*(?:\/|$))/i, "$1")
    .replace(/^(ssh:\/\/[^/:@]+):[^/]*@(?=[^/@]*(?:\/|$))/i, "$1@");
}

/**
 * Returns whether two URLs name the same repository: over HTTPS or SSH, with or without a user,
 * `.git`, a slash at the end or the scheme's own port. Letter case does not count, as in Argo CD's
 * own comparison (argo-cd, util/git `SameURL`): no host that people use tells names apart by it.
 */
export function sameRepository(a: string, b: string): boolean {
  return repositoryKey(a) === repositoryKey(b);
}

function repositoryKey(url: string): string {
  const text = url.trim().toLowerCase();
  const [, scheme = "", authority = "", path = ""] = urlForm.exec(text) ?? [];
  if (scheme !== "") {
    const port = ownPorts[scheme as keyof typeof ownPorts];
    return `${authority.replace(port, "")}/${tidyPath(path)}`;
  }
  const [, host = "", scpPath = ""] = scpForm.exec(text) ?? [];
  return host === "" ? tidyPath(text) : `${host}/${tidyPath(scpPath)}`;
}

function tidyPath(path: string): string {
  return path
    .replace(/\/+$/, "")
    .replace(/\.git$/, "")
    .replace(/^(?!\/$)\/+/, "");
}

/** Where a repository's server is, as a browser would reach it, and the repository's path there. */
export interface RepositoryAddress {
  /** The host without a port. */
  readonly host: string;
  /** Scheme, host and port of its pages. */
  readonly web: string;
  /** Without a slash at either end, and without `.git`. */
  readonly path: string;
}

/** Returns the address in a URL of a git server. Undefined for paths on this machine. */
export function repositoryAddress(repository: string): RepositoryAddress | undefined {
  const text = repository.trim();
  const [, scheme, authority = "", path = ""] = urlForm.exec(text) ?? [];
  if (scheme !== undefined) {
    const host = authority.replace(/:\d+$/, "").toLowerCase();
    const isWeb = /^https?$/i.test(scheme);
    const web = isWeb ? `${scheme}://${authority}`.toLowerCase() : `https://${host}`;
    return { host, web: web.replace(/^(https):\/\/(.+):443$/, "$1://$2"), path: tidyPath(path) };
  }
  if (isLocalPath(text)) return undefined;
  const [, host = "", scpPath = ""] = scpForm.exec(text) ?? [];
  if (host === "") return undefined;
  return {
    host: host.toLowerCase(),
    web: `https://${host.toLowerCase()}`,
    path: tidyPath(scpPath),
  };
}
