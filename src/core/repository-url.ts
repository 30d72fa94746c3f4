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
