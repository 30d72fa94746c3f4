/** Deliberate breaks of what races beside the promotions: the checker, and going back. */

import type { FileChange, LoggedCommit } from "../../src/core/history/commits.ts";
import { holdsPath } from "../../src/core/landing/holds-file.ts";
import type { CommitDraft, DeployLog } from "../../src/ports.ts";
import type { Checker, Returner } from "../../src/simulation/actors/commands.ts";
import { alone } from "../../src/simulation/scenario.ts";
import type { World } from "../../src/simulation/world.ts";
import { rollback } from "../../src/usecases/rollback/rollback.ts";
import { sync } from "../../src/usecases/sync/sync.ts";
import { withLies } from "../support/lying-remote.ts";
import type { Mutant } from "./mutants.ts";

const rollbacks = { ...alone, rollbacks: 1 };
const syncs = { ...alone, syncs: 2 };

/** Asks the real checker to land again what people took out, as `--force` does. */
const landsAgain: Checker = (request, ports, { policy }) =>
  sync({ ...request, movedAway: "land again" }, ports, policy);

/** The real checker, lied to about the branch's commits. */
function misled(lie: (commit: LoggedCommit) => LoggedCommit): Checker {
  return (request, ports, { policy }) => {
    const histories = async () => {
      const { manifests, source } = await ports.log.histories();
      return { manifests: manifests.map(lie), source };
    };
    const log = { ...bound(ports.log), histories };
    return sync(request, { ...ports, log }, policy);
  };
}

function bound(log: DeployLog): DeployLog {
  return {
    histories: () => log.histories(),
    changes: (...what) => log.changes(...what),
    tags: () => log.tags(),
    filesAt: (commit) => log.filesAt(commit),
    read: (...what) => log.read(...what),
  };
}

/** Goes back by the real rollback, whose commit somebody spoils. */
function goingBack(spoil: (draft: CommitDraft, world: World) => CommitDraft): Returner {
  return (request, ports, { policy, world }) => {
    const commit = (draft: CommitDraft) => ports.remote.commit(spoil(draft, world));
    return rollback(request, { ...ports, remote: withLies(ports.remote, { commit }) }, policy);
  };
}

/** Every mutant of them, by what it does wrong. */
export const mutantsBeside: Readonly<Record<string, Mutant>> = {
  "looks for lost deploys, and lands again what people took out": {
    law: "reverted",
    shape: "same",
    faults: ["revert"],
    company: syncs,
    crew: { sync: landsAgain },
  },
  "looks for lost deploys, and takes whatever goes back for a tool's": {
    law: "reverted",
    shape: "same",
    faults: ["pick"],
    company: syncs,
    crew: {
      // What is said to be a rollback may go back without being people's.
      sync: misled((commit) => {
        return { ...commit, message: commit.message.replace(": landed", ": rolled-back") };
      }),
    },
  },
  "looks for lost deploys, and reads first parents alone": {
    // Where the branch stood may be on the other side of a merge by the time that it is looked for.
    law: "I9",
    shape: "same",
    faults: ["merge"],
    company: syncs,
    crew: {
      sync(request, ports, { policy }) {
        const histories = async () => {
          const { manifests, source } = await ports.log.histories();
          const byId = new Map(manifests.map((commit) => [commit.id, commit]));
          const line: LoggedCommit[] = [];
          for (let at = manifests[0]; at; at = byId.get(at.parents[0] ?? "")) line.push(at);
          return { manifests: line, source };
        };
        const log = { ...bound(ports.log), histories };
        return sync(request, { ...ports, log }, policy);
      },
    },
  },
  "looks for lost deploys, and forgets what was renamed": {
    law: "reverted",
    shape: "same",
    faults: ["revert", "move"],
    company: syncs,
    crew: {
      sync(request, ports, { policy }) {
        const log: DeployLog = {
          ...bound(ports.log),
          async changes(commits, paths) {
            const all = await ports.log.changes(commits, paths);
            const isDeath = ({ after }: FileChange) => after === undefined;
            const isMove = (files: readonly FileChange[]) => files.some(isDeath);
            const last = commits.find(({ id }) => isMove(all.get(id) ?? []));
            const from = last === undefined ? commits.length : commits.indexOf(last);
            const kept = new Set(commits.slice(0, from + 1).map(({ id }) => id));
            return new Map([...all].filter(([id]) => kept.has(id)));
          },
        };
        return sync(request, { ...ports, log }, policy);
      },
    },
  },
  "looks for lost deploys, and not for holds": {
    law: "held",
    shape: "same",
    faults: ["hold"],
    company: syncs,
    crew: {
      sync(request, ports, about) {
        const remote = withLies(ports.remote, {
          readFile: async (tip, path) =>
            path === holdsPath ? undefined : ports.remote.readFile(tip, path),
        });
        return landsAgain(request, { ...ports, remote }, about);
      },
    },
  },
  "looks for lost deploys, and records that there are none": {
    law: "I7",
    shape: "fleet",
    faults: [],
    company: syncs,
    crew: {
      async sync(request, ports, { policy }) {
        const { remote } = ports;
        const result = await sync(request, ports, policy);
        const { deploy } = request;
        const trailers = `Landfall-Deploy: ${deploy}\nLandfall-Revision: ${"0".repeat(40)}`;
        const message = `chore(gitops): all is well\n\n${trailers}\nLandfall-Outcome: recovered\n`;
        if (result.verdict !== "in-sync") return result;
        const parent = await remote.fetchTip();
        await remote.push(await remote.commit({ parent, changes: [], message, atSeconds: 0 }));
        return result;
      },
    },
  },
  "finds a lost deploy, and says that all is well": {
    law: "truth",
    shape: "overlay",
    faults: [],
    company: syncs,
    crew: {
      async sync(request, ports, { policy }) {
        const result = await sync({ ...request, mode: "dry-run" }, ports, policy);
        const images = result.images.map((image) => ({ ...image, verdict: "in-sync" as const }));
        return { ...result, verdict: "in-sync", outcome: undefined, exit: 0, images };
      },
    },
  },
  "goes back, and leaves no hold": {
    law: "held",
    shape: "same",
    faults: [],
    company: rollbacks,
    crew: {
      rollback: goingBack((draft) => {
        return { ...draft, changes: draft.changes.filter(({ path }) => path !== holdsPath) };
      }),
    },
  },
  "goes back, and says that it went forward": {
    law: "I4",
    shape: "same",
    faults: [],
    company: rollbacks,
    crew: {
      rollback: goingBack((draft) => {
        const message = draft.message.replace("Outcome: rolled-back", "Outcome: landed");
        return { ...draft, message };
      }),
    },
  },
  "goes back with whole files, as git revert does": {
    law: "I5",
    shape: "fleet",
    faults: [],
    company: { ...rollbacks, foreign: 3 },
    crew: {
      rollback: goingBack((draft, { objects, base }) => {
        const { tree } = objects.get(base);
        const changes = draft.changes.map(({ path, bytes }) => {
          return { path, bytes: tree.get(path) ?? bytes };
        });
        return { ...draft, changes };
      }),
    },
  },
};
