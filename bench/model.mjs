/**
 * N deployers at once on the simulation's clock, where nobody's processor counts: alone and
 * together, with the requests that each step takes on a real server.
 */

import { runRace } from "../dist/simulation/race.js";
import { median } from "./server.mjs";

const seeds = 5;

/** What a step of the trace is in requests over smart HTTP: see bench/results.md. */
const requestsOf = [
  [/ fetch(?: all)?$/, 3],
  [/ push [0-9a-f]{7}$/, 1],
  [/ post [0-9a-f]{7}$/, 1],
  [/ (?:leave|remove)$/, 2],
  [/ read again$/, 1],
];

/** Each deployer's own files, which its first round brings. */
const requestsForFiles = 2;

/** Returns a row for each shape and N: the last one's time, moves of the branch, requests each. */
export async function onTheModel({ counts }) {
  const rows = [];
  for (const shape of ["same", "fleet", "overlay"]) {
    for (const n of counts) {
      for (const together of [false, true]) rows.push(await row({ shape, n, together }));
    }
  }
  return rows;
}

async function row({ shape, n, together }) {
  const races = [];
  for (let seed = 1; seed <= seeds; seed += 1) {
    const options = { deployers: n, seed, shape, faults: {}, together, timeoutMs: 300_000 };
    races.push(await runRace(options));
  }
  const of = (measure) => median(races.map(measure));
  return {
    shape,
    N: n,
    landing: together ? "together" : "alone",
    "last one s": (of(lastMs) / 1000).toFixed(1),
    moves: of(({ result }) => result.rounds.length),
    "requests each": (requestsForFiles + of(({ trace }) => requestsIn(trace)) / n).toFixed(1),
    "laws broken": of(({ result }) => result.violations.length),
  };
}

/** The deployer that is run again when all is quiet is not one of the race. */
function lastMs({ evidence }) {
  const ends = evidence.operations.filter(({ isRepeat }) => !isRepeat).map(({ end }) => end.atMs);
  return Math.max(...ends);
}

function requestsIn(trace) {
  const requests = trace
    .filter((line) => !line.includes("-repeat "))
    .map((line) => requestsOf.find(([step]) => step.test(line))?.[1] ?? 0);
  return requests.reduce((sum, count) => sum + count, 0);
}
