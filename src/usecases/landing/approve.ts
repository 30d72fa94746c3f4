/** Approve: a person lets a revision through the gate of an environment. Moves no pin. */

import type { Revision } from "../../core/ids.ts";
import { holdText } from "../../core/landing/hold.ts";
import type { SourceHistory } from "../../ports.ts";
import { leaveMark, type MarkPorts } from "./gate.ts";
import { namedRevision } from "./named-revision.ts";

/** What a person says. */
export interface Approval {
  readonly environment: string;
  /** A full commit id of the source repository, or a unique prefix of one. */
  readonly revision: string;
  readonly reason: string;
  readonly by: string;
}

/**
 * Records an approval, signed where deploy commits are. Returns the revision that it is for.
 *
 * @throws Failure `unknown-revision`; `usage` for words that cannot be kept; what a push throws.
 */
export async function approve(
  { environment, revision: asked, ...words }: Approval,
  ports: MarkPorts & { readonly history: SourceHistory },
): Promise<Revision> {
  const reason = `${holdText("reason", words.reason)} (${holdText("by", words.by)})`;
  const revision = await namedRevision(asked, "approve", ports.history);
  const tip = await ports.remote.fetchTip();
  await leaveMark({ kind: "approved", environment, revision, reason }, tip, ports);
  return revision;
}
