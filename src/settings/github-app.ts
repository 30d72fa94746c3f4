/** The GitHub App that the environment names, for the repositories that are on its server. */

import { type Process, usageError } from "./process.ts";
import { secret } from "./secrets.ts";

/** An App, where its API is, and a repository on its server. */
export interface AppSecret {
  readonly id: string;
  readonly privateKey: string;
  readonly api: string;
  readonly owner: string;
  readonly name: string;
}

/**
 * Reads LANDFALL_GITHUB_APP_ID and LANDFALL_GITHUB_APP_PRIVATE_KEY (or _FILE). A token that is
 * given by itself comes first; a repository that is not reached by http needs none.
 *
 * @throws Failure `usage` for half an App, and for a repository that is not on GitHub: what shows
 *   who the App is must not go to another server.
 */
export function githubApp(repository: string, io: Process): AppSecret | undefined {
  const id = io.env.LANDFALL_GITHUB_APP_ID ?? "";
  const privateKey = secret("LANDFALL_GITHUB_APP_PRIVATE_KEY", io) ?? "";
  if (id === "" && privateKey === "") return undefined;
  if (id === "" || privateKey === "") {
    const lacking = id === "" ? "ID" : "PRIVATE_KEY";
    throw usageError(
      `Cannot be a GitHub App: LANDFALL_GITHUB_APP_${lacking} is not set`,
      "Set both LANDFALL_GITHUB_APP_ID and LANDFALL_GITHUB_APP_PRIVATE_KEY (or _FILE).",
    );
  }
  if (secret("LANDFALL_GIT_TOKEN", io) !== undefined) return undefined;
  if (!/^https?:/i.test(repository) || !URL.canParse(repository)) return undefined;
  const url = new URL(repository);
  const [, owner, name] = /^\/([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(url.pathname) ?? [];
  const api = apiOf(url, io);
  if (api !== undefined && owner !== undefined && name !== undefined) {
    return { id, privateKey, api, owner, name };
  }
  throw usageError(
    `Cannot use the GitHub App for "${repository}": it is not known to be on GitHub`,
    "Write https://HOST/OWNER/NAME; name the API of a server of your own by LANDFALL_GITHUB_API.",
  );
}

/** Facts: docs.github.com, "Getting started with the REST API", for each kind of server. */
function apiOf({ protocol, host }: URL, { env }: Process): string | undefined {
  const named = env.LANDFALL_GITHUB_API ?? "";
  if (named !== "") return named.replace(/\/+$/, "");
  if (protocol !== "https:") return undefined;
  if (host === "github.com") return "https://api.github.com";
  if (host.endsWith(".ghe.com")) return `https://api.${host}`;
  return env.GITHUB_SERVER_URL === `https://${host}` ? `https://${host}/api/v3` : undefined;
}
