/** Deliberate breaks of what keeps environments apart, and of gates and freezes. */

import type { CommitId } from "../../src/core/ids.ts";
import { holdsPath } from "../../src/core/landing/holds-file.ts";
import { alone, manifestsPath } from "../../src/simulation/scenario.ts";
import { promote } from "../../src/usecases/promote/promote.ts";
import { release } from "../../src/usecases/rollback/release.ts";
import { rollback } from "../../src/usecases/rollback/rollback.ts";
import { sync } from "../../src/usecases/sync/sync.ts";
import { withLies } from "../support/lying-remote.ts";
import type { Mutant } from "./mutants.ts";

const rollbacks = { ...alone, rollbacks: 1 };

/** All of the branch, whatever environment is meant. */
const everywhere = { environment: undefined, paths: ["."] };

const lame: Readonly<Record<string, Omit<Mutant, "shape" | "faults">>> = {
  "lets the holds of one environment count in the other": {
    law: "truth",
    company: rollbacks,
    crew: {
      promote: (request, ports, { policy }) => {
        const remote = withLies(ports.remote, {
          readFile: async (tip, path) => {
            const bytes = await ports.remote.readFile(tip, path);
            return path === holdsPath ? nameless(bytes) : bytes;
          },
          // Nor is it found out by the commit that set one.
          changedPaths: async () => undefined,
        });
        return promote(request, { ...ports, remote }, policy);
      },
    },
  },
  "holds for the whole branch when it rolls one environment back": {
    law: "apart",
    company: rollbacks,
    crew: {
      rollback: (request, ports, { policy }) => {
        const commit = (draft: Parameters<typeof ports.remote.commit>[0]) =>
          ports.remote.commit({
            ...draft,
            changes: draft.changes.map(({ path, bytes }) => {
              return { path, bytes: path === holdsPath ? renamed(bytes) : bytes };
            }),
          });
        return rollback(request, { ...ports, remote: withLies(ports.remote, { commit }) }, policy);
      },
    },
  },
  "releases what another environment holds": {
    law: "apart",
    company: rollbacks,
    crew: {
      release: (request, ports, { policy }) =>
        release({ ...request, ...everywhere }, ports, policy),
    },
  },
  "promotes to both environments at once": {
    law: "apart",
    crew: {
      promote: (request, ports, { policy }) =>
        promote({ ...request, paths: [manifestsPath] }, ports, policy),
    },
  },
  "asks the gate once, before the loop": {
    law: "gated",
    company: rollbacks,
    crew: {
      async promote(request, ports, { policy }) {
        const asked = await promote({ ...request, mode: "dry-run" }, ports, policy);
        if (asked.failure?.code === "gated") return asked;
        return promote({ ...request, gate: undefined }, ports, policy);
      },
    },
  },
  "lets the checker land what no gate lets through": {
    law: "gated",
    company: { ...alone, syncs: 1 },
    crew: {
      sync: (request, ports, { policy }) => sync({ ...request, guarded: undefined }, ports, policy),
    },
  },
  "reads the freezes on the first round alone": {
    law: "frozen",
    crew: {
      promote: (request, ports, { policy }) => {
        let first: CommitId | undefined;
        const remote = withLies(ports.remote, {
          readFile: (tip, path) => {
            first ??= tip;
            return ports.remote.readFile(path === holdsPath ? first : tip, path);
          },
        });
        return promote(request, { ...ports, remote }, policy);
      },
    },
  },
};

/** Every mutant of them, by what it does wrong. */
export const mutantsOfEnvironments: Readonly<Record<string, Mutant>> = Object.fromEntries(
  Object.entries(lame).map(([name, mutant]) => {
    return [name, { shape: "same", faults: [], environments: true, ...mutant }];
  }),
);

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The holds as Landfall 0.1 would have written them. */
function nameless(file: Uint8Array | undefined): Uint8Array | undefined {
  if (file === undefined) return undefined;
  const lines = decoder.decode(file).split("\n");
  return encoder.encode(lines.filter((line) => !/^ {4}(environment|paths):/.test(line)).join("\n"));
}

/** The holds of one environment as those of the other. */
function renamed(file: Uint8Array | undefined): Uint8Array | undefined {
  if (file === undefined) return undefined;
  const text = decoder.decode(file);
  return encoder.encode(
    text.replaceAll(/"(?:staging|prod)"/g, (name) => {
      return name === '"prod"' ? '"staging"' : '"prod"';
    }),
  );
}
