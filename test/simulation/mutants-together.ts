/** Deliberate breaks of landing together, each made by lying about what waits beside the branch. */

import type { CommitId } from "../../src/core/ids.ts";
import { isWithin } from "../../src/core/landing/hold.ts";
import { holdsFolder } from "../../src/core/landing/holds-file.ts";
import type { Remote } from "../../src/ports.ts";
import type { WaitingRoom } from "../../src/ports-waiting.ts";
import type { DeployerActor } from "../../src/simulation/actors/commands.ts";
import { promote } from "../../src/usecases/promote/promote.ts";
import { withLies } from "../support/lying-remote.ts";
import type { Mutant } from "./mutants.ts";

type Lies = (room: WaitingRoom, remote: Remote) => Partial<WaitingRoom>;

/** The real use case, lied to about what waits, and about the push where that is told as well. */
function misled(
  lies: Lies,
  beside: (remote: Remote) => Partial<Remote> = () => ({}),
): DeployerActor {
  return (request, ports, { policy }) => {
    const { remote } = ports;
    const room = remote.waiting!;
    const truth: WaitingRoom = {
      ...{ branch: room.branch, author: room.author },
      fetchAll: () => room.fetchAll(),
      leave: (...what) => room.leave(...what),
      remove: (note) => room.remove(note),
      read: (...what) => room.read(...what),
      chain: (...what) => room.chain(...what),
      since: (...what) => room.since(...what),
      sealOf: (text) => room.sealOf(text),
      isSealOf: (...what) => room.isSealOf(...what),
    };
    const waiting = { ...truth, ...lies(room, remote) };
    return promote(
      request,
      { ...ports, remote: withLies(remote, { waiting, ...beside(remote) }) },
      policy,
    );
  };
}

/** Says that no deploy has landed since. */
const blind: Lies = (room) => ({
  async since(base, tip) {
    const since = await room.since(base, tip);
    return since && { ...since, commits: [] };
  },
});

/** Every mutant of them, by what it does wrong. */
export const mutantsTogether: Readonly<Record<string, Mutant>> = {
  "takes along what was taken along already": {
    law: "I3",
    shape: "same",
    faults: [],
    together: true,
    crew: {
      promote: misled(blind, (remote) => ({
        push: (commit, along) => remote.push(commit, along && { ...along, ended: [] }),
      })),
    },
  },
  "takes along what a hold keeps out by now": {
    law: "held",
    shape: "fleet",
    faults: ["hold", "stall"],
    together: true,
    crew: {
      promote: misled((room) => ({
        async since(base, tip) {
          const since = await room.since(base, tip);
          const changed = since?.changed.filter((path) => !isWithin(path, holdsFolder)) ?? [];
          return since && { ...since, changed };
        },
      })),
    },
  },
  "gives up, and leaves its change to be taken along": {
    law: "I2",
    shape: "fleet",
    faults: [],
    together: true,
    timeoutMs: 500,
    crew: { promote: misled(() => ({ remove: async () => ({ kind: "accepted", words: "" }) })) },
  },
  "takes along what does not stand on the bytes that it was decided on": {
    law: "I4",
    shape: "same",
    faults: [],
    together: true,
    crew: {
      promote: misled((room) => {
        let first: CommitId | undefined;
        return {
          read(tip, paths) {
            first ??= tip;
            return room.read(first, paths);
          },
        };
      }),
    },
  },
  "takes along what somebody without the key has left": {
    law: "I4",
    shape: "fleet",
    faults: ["forge"],
    together: true,
    crew: { promote: misled(() => ({ isSealOf: () => true })) },
  },
};
