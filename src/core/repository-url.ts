/** Spellings of a git URL: which mean one repository, and which hold what is nobody's business. */

const scpForm = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)(.+)$/;
const urlForm = /^(https?|ssh|git):\/\/(?:[^@/\s]*@)?([^/\s]+)\/(.+)$/i;
const ownPorts: Readonly<Record<string, RegExp>> = { http: /:80$/, https: /:443$/, git: /:9418$/ };

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
  const [one, other] = [keyOf(a), keyOf(b)];
  if (!one.isSsh && !other.isSsh) {
    return one.path === other.path && one.authority === other.authority;
  }
  // A server's SSH port says nothing about which of its repositories is meant.
  return bySsh(one) === bySsh(other);
}

/** The names that servers go by for SSH alone, also where its own port is closed. */
const sshHosts: Readonly<Record<string, string>> = {
  "ssh.dev.azure.com": "dev.azure.com",
  "ssh.github.com": "github.com",
  "altssh.gitlab.com": "gitlab.com",
  "altssh.bitbucket.org": "bitbucket.org",
};

/** Spells a repository as it is named over SSH: Azure and Bitbucket have other paths there. */
function bySsh({ authority, path, isSsh }: RepositoryKey): string {
  const named = bare(authority);
  const host = sshHosts[named] ?? named;
  const plain = isSsh ? path : path.replace(/^scm\//, "");
  return `${host}/${host === "dev.azure.com" ? plain.replace(/^v3\/|_git\/(?=[^/]+$)/, "") : plain}`;
}

interface RepositoryKey {
  /** Empty for a path on this machine. */
  readonly authority: string;
  readonly path: string;
  readonly isSsh: boolean;
}

function keyOf(url: string): RepositoryKey {
  const text = url.trim().toLowerCase();
  const [, scheme = "", authority = "", path = ""] = urlForm.exec(text) ?? [];
  if (scheme !== "") {
    const port = ownPorts[scheme] ?? /$^/;
    const isSsh = scheme === "ssh";
    return { authority: authority.replace(port, ""), path: tidyPath(path), isSsh };
  }
  const [, host = "", scpPath = ""] = scpForm.exec(text) ?? [];
  if (host === "") return { authority: "", path: tidyPath(text), isSsh: false };
  return { authority: host, path: tidyPath(scpPath), isSsh: true };
}

function bare(authority: string): string {
  return authority.replace(/:\d+$/, "");
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
