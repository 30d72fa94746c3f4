/** Deliberate breaks of what races beside the promotions: the checker, and going back. */

import { holdsPath } from "../../src/core/hold.ts";
import type { Checker } from "../../src/lab/commands.ts";
import { alone } from "../../src/lab/scene.ts";
import { sync } from "../../src/usecases/sync.ts";
import { withLies } from "../support/lying-remote.ts";
import type { Mutant } from "./mutants.ts";

const syncs = { ...alone, syncs: 2 };

/** Asks the real checker to land again what people took out, as `--force` does. */
const landsAgain: Checker = (request, ports, { policy }) =>
  sync({ ...request, movedAway: "land again" }, ports, policy);

/** Every mutant of them, by what it does wrong. */
export const mutantsBeside: Readonly<Record<string, Mutant>> = {
  "looks for lost deploys, and lands again what people took out": {
    law: "reverted",
    shape: "same",
    faults: ["revert"],
    company: syncs,
    crew: { sync: landsAgain },
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
};
