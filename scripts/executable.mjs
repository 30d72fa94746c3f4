/**
 * dist/bin/landfall.cjs → dist/executable/landfall: the same program with Node inside, for the
 * platform that this runs on. Takes Node 25.5 or newer, which writes such files by itself; the
 * executable is that very Node.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = join(root, "dist/executable");
const output = join(folder, process.platform === "win32" ? "landfall.exe" : "landfall");
const config = join(folder, "sea.json");

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 25 || (major === 25 && minor < 5)) {
  process.stderr.write(
    `Node ${process.versions.node} cannot write executables\nRun this with Node 25.5 or newer.\n`,
  );
  process.exit(1);
}

mkdirSync(folder, { recursive: true });
writeFileSync(
  config,
  JSON.stringify({
    ...{ main: join(root, "dist/bin/landfall.cjs"), output },
    disableExperimentalSEAWarning: true,
    // It starts in half the time: this Node and no other will ever run it.
    useCodeCache: true,
  }),
);
const run = (program, ...args) => execFileSync(program, args, { stdio: ["ignore", 2, 2] });
run(process.execPath, "--build-sea", config);
// A Mac runs nothing whose signature does not fit.
if (process.platform === "darwin") run("codesign", "--force", "--sign", "-", output);
rmSync(config);
