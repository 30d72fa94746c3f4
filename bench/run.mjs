/** `npm run bench [-- --quick]`: measures side by side, prints tables, writes bench/results.md. */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { contend, strategies } from "./contention.mjs";
import { longHistory, manyManifests, startUp } from "./large.mjs";
import { table } from "./server.mjs";
import { bytesBeside, single } from "./single.mjs";

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string" } },
});
const { quick } = values;
const counts = quick ? [1, 2] : [1, 2, 5, 16, 64];
/** The peers' loops lose most of what they are given at 16 already; 64 would only take longer. */
const peersMax = 16;

const parts = {
  "Start-up (bar: at most 150 ms more)": () => startUp({ runs: quick ? 3 : 15 }),
  "One promote, nobody else (bar: 9 requests, twice the bare pair)": () =>
    single({ delays: quick ? [0] : [0, 50, 100, 200], runs: quick ? 2 : 7 }),
  "What is fetched does not grow with what stands beside": bytesBeside,
  "Many manifests (bar: twice a git grep)": () =>
    manyManifests({ manifests: quick ? 300 : 10_000, runs: quick ? 2 : 7 }),
  "A long history": () => longHistory({ commits: quick ? 1_000 : 100_000 }),
  "N deployers at once, 100 ms a request": contention,
};

async function contention() {
  const shapes = ["same", "fleet", "overlay"];
  const races = counts.flatMap((n) =>
    shapes.flatMap((shape) => strategies.map((strategy) => ({ strategy, shape, n, delayMs: 100 }))),
  );
  const rows = [];
  for (const race of races) {
    if (race.strategy === "landfall" || race.n <= peersMax) rows.push(await contend(race));
  }
  return rows;
}

const git = execFileSync("git", ["--version"]).toString().trim();
const cores = cpus();
const sections = [
  "# Figures",
  "Written by `npm run bench`. Everything in one run on one machine; medians where there are several.",
  `Machine: ${cores.length} × ${cores[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ` +
    `Linux ${release()}, Node ${process.version}, ${git}. ${new Date().toISOString().slice(0, 10)}.`,
];
for (const [title, measure] of Object.entries(parts)) {
  if (values.only !== undefined && !title.includes(values.only)) continue;
  const text = `## ${title}\n\n${table(await measure())}`;
  process.stdout.write(`${text}\n\n`);
  sections.push(text);
}
if (!quick && values.only === undefined) {
  sections.push(
    "## Where the time goes",
    "One promote is eight requests: three for the tip and its trees, two for the manifests, two for the\n" +
      "push, one to read the branch again. Beside them stand the start of Node and its modules (about\n" +
      "0.2 s of processor time, most of it while the first fetch is under way) and nine short git\n" +
      "processes. When many race, a round is three requests for the new tip, two for the push and one to\n" +
      "read again; the branch takes one commit per round trip of those, and two cores are shared by all\n" +
      "deployers and the server here, so from 16 on the processor limits and not the loop.",
  );
  writeFileSync(new URL("results.md", import.meta.url), `${sections.join("\n\n")}\n`);
}
