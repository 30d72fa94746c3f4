/** The forges that the environment names: those that a CI job runs on. */

import type { KnownServer } from "../core/forge/forge.ts";
import type { Process } from "./process.ts";

/**
 * Returns them. Facts: docs.github.com, "Default environment variables"; docs.gitlab.com,
 * "Predefined CI/CD variables"; Gitea's and Forgejo's runners set GITHUB_SERVER_URL as well, and
 * say who they are by GITEA_ACTIONS and FORGEJO_ACTIONS.
 */
export function forgeServers({ env }: Pick<Process, "env">): readonly KnownServer[] {
  const { GITHUB_SERVER_URL: web, GITHUB_API_URL: api, CI_SERVER_URL: gitlab } = env;
  const kind = env.FORGEJO_ACTIONS ? "forgejo" : env.GITEA_ACTIONS ? "gitea" : "github";
  return [
    ...(web ? [{ kind, web, api: api || undefined } as const] : []),
    ...(gitlab
      ? [{ kind: "gitlab", web: gitlab, api: env.CI_API_V4_URL || undefined } as const]
      : []),
  ];
}
