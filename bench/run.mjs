/** `npm run bench [-- --quick]`: measures side by side, prints tables, writes bench/results.md. */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { auditLongHistory } from "./audit.mjs";
import { contend, strategies } from "./contention.mjs";
import { daggerDeploy } from "./dagger.mjs";
import { beside, growth } from "./edits.mjs";
import { longHistory, manyManifests, startUp } from "./large.mjs";
import { onTheModel } from "./model.mjs";
import { table } from "./server.mjs";
import { bytesBeside, single } from "./single.mjs";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    // Deployers on the simulation's clock alone, where the machine's speed does not count.
    model: { type: "boolean", default: false },
  },
});
const { quick } = values;
const only = values.model ? "On the model" : values.only;
const counts = quick ? [1, 2] : [1, 2, 5, 16, 64];

const parts = {
  "Start-up (bar: at most 150 ms more)": () => startUp({ runs: quick ? 3 : 15 }),
  "One promote, nobody else (bar: 9 requests, twice the bare pair)": () =>
    single({ delays: quick ? [0] : [0, 50, 100, 200], runs: quick ? 2 : 7 }),
  "What is fetched does not grow with what stands beside": bytesBeside,
  "Many manifests (bar: twice a git grep)": () =>
    manyManifests({ manifests: quick ? 300 : 10_000, runs: quick ? 2 : 7 }),
  "One edit beside sed, yq and kustomize (bar: not slower than the best of yq and kustomize)": () =>
    beside({ size: quick ? 300 : 10_000, runs: quick ? 2 : 5 }),
  "More and more pins (bar: the time of a pin does not grow)": () =>
    growth({ counts: quick ? [10, 100] : [100, 1_000, 10_000] }),
  "A long history": () => longHistory({ commits: quick ? 1_000 : 100_000 }),
  "The audit of a long history (bar: 100,000 commits in 10 s)": () =>
    auditLongHistory({ commits: quick ? 2_000 : 100_000 }),
  "N deployers at once, 100 ms a request": contention,
  "On the model: N deployers within a second, 20 to 120 ms each way": () =>
    onTheModel({ counts: quick ? [1, 2, 5] : [1, 2, 5, 16, 64] }),
  "dagger call deploy (bar: two runs of the tool, twice a module that says hello)": () =>
    daggerDeploy({ runs: quick ? 1 : 5 }),
};

async function contention() {
  const shapes = ["same", "fleet", "overlay"];
  const races = counts.flatMap((n) =>
    shapes.flatMap((shape) => strategies.map((strategy) => ({ strategy, shape, n, delayMs: 100 }))),
  );
  const rows = [];
  for (const race of races) rows.push(await contend(race));
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
  if (only !== undefined && !title.includes(only)) continue;
  const text = `## ${title}\n\n${table(await measure())}`;
  process.stdout.write(`${text}\n\n`);
  sections.push(text);
}
if (!quick && only === undefined) {
  sections.push(
    "## Where the time goes",
    "One promote is eight requests: three for the tip and its trees, two for the manifests, two for the\n" +
      "push, one to read the branch again. Beside them stand the start of Node and its modules (about\n" +
      "0.2 s of processor time, most of it while the first fetch is under way) and nine short git\n" +
      "processes.\n\n" +
      "When many race, a round that wins is six requests. One that loses is four: three for the new tip\n" +
      "and one in which git sees that it lost. Told `--atomic` it then sends nothing; without, it sends an\n" +
      "empty push, and with a promisor configured it would fetch the unknown tip first.\n\n" +
      "From the tip that it read to its own commit a winner takes about 0.45 s at 100 ms a request, and\n" +
      "only one in that time can win: 64 deployers need half a minute however they take turns. The rest\n" +
      "is the processor's: two cores run all the deployers and the server, and a round that takes 0.65 s\n" +
      "alone takes 1.0 s among 64. The wait after a lost round is anything up to two rounds. Bounds that\n" +
      "grow with each loss were tried and are slower: the last few then wait while nobody pushes (16\n" +
      "deployers: 2.2 s of 13.6 with the branch idle; with two rounds 0.6 to 1.1 s).",
  );
  writeFileSync(new URL("results.md", import.meta.url), `${sections.join("\n\n")}\n`);
}
