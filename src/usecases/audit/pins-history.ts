/** Lists what was deployed when, so that what to go back to can be named. */

import {
  historyRows,
  type PinsHistoryResult,
  previousRevision,
} from "../../core/history/pins-history.ts";
import { printImageName } from "../../core/image-ref.ts";
import type { DeployLog } from "../../ports.ts";
import { type DeployHistorySubject, deployHistoryReader } from "../rollback/deploy-history.ts";

/** What is asked. */
export interface PinsHistoryRequest extends DeployHistorySubject {
  readonly repository: string;
  readonly branch: string;
  /** How many deploys to list at most. */
  readonly limit: number;
}

/** Reads the past of the branch and lists it. Throws what the log throws. */
export async function pinsHistory(
  request: PinsHistoryRequest,
  log: DeployLog,
): Promise<PinsHistoryResult> {
  const { tip, states, graph, warnings } = await deployHistoryReader(request, log)(undefined);
  const names = request.images.map(printImageName);
  const rows = historyRows(states, names, graph);
  const previous = previousRevision(states, names, graph);
  return {
    ...{ version: 1, command: "pins", exit: 0 },
    ...{ repository: request.repository, branch: request.branch, tip },
    deploys: rows.slice(0, request.limit),
    leftOut: Math.max(0, rows.length - request.limit),
    ...(previous === undefined ? {} : { previous }),
    warnings,
  };
}
