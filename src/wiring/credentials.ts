/** Settings → who we are at a git server and its forge. */

import type { GitCredentials } from "../adapters/git/auth.ts";
import type { GitHubApp } from "../adapters/github/app.ts";
import { systemClock } from "../adapters/system.ts";
import { githubApp } from "../settings/github-app.ts";
import type { Process } from "../settings/process.ts";
import { gitSecrets } from "../settings/secrets.ts";

/** Wall time of one question to GitHub's API, in milliseconds. */
const apiTimeoutMs = 20_000;

/** Returns who we are at a repository's server: by its own secrets, or as a GitHub App. */
export function gitCredentials(
  repository: string,
  io: Process,
  access: GitHubApp["access"] = "write",
): GitCredentials {
  const app = githubApp(repository, io);
  const secrets = gitSecrets(repository, io);
  if (app === undefined) return secrets;
  const { token: _instead, ...others } = secrets;
  const options = { clock: systemClock, timeoutMs: apiTimeoutMs, signal: io.signal };
  const load = async () =>
    (await import("../adapters/github/app.ts")).appMint({ ...app, access }, options);
  let mint: ReturnType<typeof load> | undefined;
  return {
    ...others,
    mint: async () => {
      mint ??= load();
      return (await mint)();
    },
  };
}
