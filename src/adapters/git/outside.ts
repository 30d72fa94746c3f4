/** The environments in which a server is spoken to, kept good as tokens come and go. */

import { type GitCredentials, redactor, tokenSettings, withToken } from "./auth.ts";
import { type GitSurroundings, gitEnvironment } from "./env.ts";

/**
 * Returns the environments for commands that read from a server and for those that push. Both
 * change in place when `renew` finds that the token has to.
 */
export function outsideOf(
  given: GitCredentials,
  { env, home, url }: GitSurroundings & { readonly url: string },
) {
  const read: Record<string, string> = {};
  const write: Record<string, string> = {};
  let redact = redactor(given);
  let token: string | undefined;
  function dress(credentials: GitCredentials): void {
    const at = { env, home, url, credentials };
    const settings = [...tokenSettings(url, credentials), ["remote.origin.url", url]] as const;
    Object.assign(
      read,
      gitEnvironment(at, [
        ...settings,
        // Says that objects may be missing here; also keeps fetch from writing this into a file.
        ["remote.origin.promisor", "true"],
        ["remote.origin.partialclonefilter", "blob:none"],
      ]),
    );
    Object.assign(write, gitEnvironment(at, settings));
    redact = redactor(credentials);
    token = credentials.token;
  }
  dress(given);
  const renew = async () => {
    const fresh = await withToken(given);
    if (fresh.token !== token) dress(fresh);
  };
  return { read, write, redact: (text: string) => redact(text), renew };
}
