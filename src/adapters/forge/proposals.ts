/** The way through a protected branch: git for our own branch, the forge's API for its request. */

import type { Forge, ForgeKind } from "../../core/forge/forge.ts";
import type { Proposals } from "../../ports-forge.ts";
import type { SideBranch } from "../git/side-branch.ts";
import { type ForgeApiOptions, forgeApi } from "./api.ts";
import { giteaRequests } from "./gitea.ts";
import { githubRequests } from "./github.ts";
import { gitlabRequests } from "./gitlab.ts";
import type { Requests, RequestsOf } from "./requests.ts";

/** What is proposed, from where, and how it is merged. */
export interface ProposalOptions extends ForgeApiOptions {
  readonly forge: Forge;
  readonly side: SideBranch;
  readonly branches: Pick<RequestsOf, "head" | "base" | "method">;
  readonly about: Pick<Proposals, "scope" | "isAuto" | "isAwaited" | "compare">;
}

const makers: Readonly<Record<ForgeKind, (of: RequestsOf) => Requests>> = {
  github: githubRequests,
  gitlab: gitlabRequests,
  forgejo: giteaRequests,
  gitea: giteaRequests,
};

/** Returns the proposals of one environment. */
export function openProposals({ side, branches, about, ...options }: ProposalOptions): Proposals {
  const { forge } = options;
  return {
    ...about,
    ...side,
    ...makers[forge.kind]({ ask: forgeApi(options), forge, ...branches }),
  };
}
