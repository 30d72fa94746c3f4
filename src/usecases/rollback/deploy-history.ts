/** What a branch has had deployed, read again whenever the branch has gone on. */

import { deploySteps } from "../../core/history/deploys.ts";
import { deployedStates } from "../../core/history/timeline.ts";
import type { CommitId } from "../../core/ids.ts";
import type { DeployHistory, RecordedDeploy } from "../../core/landing/rollback.ts";
import type { DeployLog } from "../../ports.ts";
import { type AuditSubject, gatherFacts } from "../audit/facts.ts";

/** Which deploys are asked about: all that the branch has. */
export type DeployHistorySubject = Omit<AuditSubject, "asOfMs">;

/** Returns a reader of the past at a tip: it reads again only what it has not seen yet. */
export function deployHistoryReader(
  subject: DeployHistorySubject,
  log: DeployLog,
): (tip: CommitId | undefined) => Promise<DeployHistory> {
  let read: WholeHistory | undefined;
  return async (tip) => {
    if (read === undefined || (tip !== undefined && !read.commits.has(tip))) {
      read = await readWhole(subject, log);
    }
    return read.past;
  };
}

interface WholeHistory {
  readonly past: DeployHistory;
  readonly commits: ReadonlySet<string>;
}

async function readWhole(subject: DeployHistorySubject, log: DeployLog): Promise<WholeHistory> {
  const asOfMs = Number.POSITIVE_INFINITY;
  const { graph, branch, revisions, warnings } = await gatherFacts({ ...subject, asOfMs }, log);
  const states = deployedStates(deploySteps(branch, revisions));
  const records = branch.commits.flatMap((commit): (readonly [string, RecordedDeploy])[] => {
    const record = branch.toolOf(commit)?.record;
    return record === undefined
      ? []
      : [[record.deploy, { ...record, commit: commit.id as CommitId }]];
  });
  const past = {
    tip: branch.commits[0]?.id as CommitId | undefined,
    ...{ graph, states, records: new Map(records), warnings },
  };
  return { past, commits: new Set(branch.commits.map(({ id }) => id)) };
}
