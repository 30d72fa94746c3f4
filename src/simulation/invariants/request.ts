/** Laws about requests: people's work stays, and none of an older revision is left open. */

import { printImageName } from "../../core/image-ref.ts";
import type { ReadCommit } from "../../core/landing/commit-message.ts";
import type { Operation, Violation } from "./history.ts";
import type { HistoryIndex } from "./ledger.ts";

/** Judges what became of the requests, where the race went through them. */
export function requestInvariants({ evidence }: HistoryIndex): readonly Violation[] {
  const { requests, operations, source } = evidence;
  if (requests === undefined) return [];
  // A push that arrives when everybody has gone home is left for the next run.
  const open = requests.isLate ? [] : requests.open;
  const overwritten = requests.overwritten.map((commit) =>
    broken(`${commit} was put there by hand, and overwritten`),
  );
  const left = open.flatMap(({ number, record }) => {
    const own = operations.find(({ deploy }) => deploy === record?.deploy);
    if (own === undefined || record?.revision === undefined) return [];
    if (own.end !== undefined && isSettled(own)) {
      return [broken(`#${number} was left open, and ${own.actor} said ${own.end.outcome}`)];
    }
    const newer = operations.find((one) => isNewer(one, own, record) && isTheSame(one, own));
    return newer === undefined ? [] : [broken(`#${number} was left open for ${newer.actor}`)];
  });
  return [...overwritten, ...left];

  function isNewer({ end, revision }: Operation, own: Operation, record: ReadCommit): boolean {
    const isDone = end?.outcome === "proposed" && own.command === "promote";
    return isDone && revision !== record.revision && source.precedes(record.revision!, revision);
  }
}

/** What was to be done is there, or must not be. */
function isSettled({ end }: Operation): boolean {
  return ["unchanged", "superseded", "held"].includes(end!.outcome);
}

function isTheSame(one: Operation, other: Operation): boolean {
  const key = ({ command, environment, images }: Operation) =>
    [command, environment, ...images.map(({ image }) => printImageName(image))].join();
  return key(one) === key(other);
}

function broken(message: string): Violation {
  return { law: "request", message };
}
