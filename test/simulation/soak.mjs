/**
 * Many seeds, one after the other: `npm run soak -- --seeds 20000 [--from N] [--faults …]` races,
 * with `--environments` in two environments, with `--land pull-request` by requests, and
 * `npm run soak -- --edits 20000 [--from N] [--folder FOLDER]…` edits mixtures of manifests.
 */

import { parseArgs } from "node:util";
import { uncoloured } from "../../dist/report/style.js";
import { raceText } from "../../dist/report/text/race.js";
import { parseFaults } from "../../dist/simulation/faults.js";
import { soak } from "../../dist/simulation/soak.js";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "2000" },
    from: { type: "string", default: "0" },
    faults: { type: "string", default: "all" },
    environments: { type: "boolean", default: false },
    land: { type: "string", default: "push" },
    edits: { type: "string" },
    folder: { type: "string", multiple: true, default: [] },
  },
});

/** A soak of no seeds would pass for nothing. */
function wholeNumber(flag, from) {
  const number = Number(values[flag]);
  if (/^\d+$/.test(values[flag]) && number >= from) return number;
  process.stderr.write(`soak: --${flag} must be a whole number from ${from}\n`);
  process.exit(2);
}

if (values.edits !== undefined) {
  const { soakEdits } = await import("../corpus/edits.mjs");
  const isWell = await soakEdits({
    ...{ edits: wholeNumber("edits", 1), from: wholeNumber("from", 0), folders: values.folder },
    print: (text) => process.stdout.write(text),
  });
  process.exit(isWell ? 0 : 1);
}

const [seeds, from] = [wholeNumber("seeds", 1), wholeNumber("from", 0)];
const began = performance.now();
const result = await soak({
  ...{ from, seeds, faults: parseFaults(values.faults), environments: values.environments },
  land: values.land,
  onFailure: (smallest) => process.stdout.write(`\n${raceText(smallest, uncoloured)}\n`),
});
const seconds = (performance.now() - began) / 1000;
const table = (counts) =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `  ${name.padEnd(14)} ${String(count).padStart(8)}`)
    .join("\n");
const perSecond = Math.round(seeds / seconds);
process.stdout.write(
  [
    `${result.races} races, ${result.runs} runs, ${seconds.toFixed(1)} s, ${perSecond} races a second`,
    `injected:\n${table(result.injected)}`,
    `outcomes:\n${table(result.outcomes)}`,
    `races that broke a law: ${result.failures}`,
    "",
  ].join("\n"),
);
process.exitCode = result.failures === 0 ? 0 : 1;
