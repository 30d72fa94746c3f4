/** `landfall lab judge`: what a race of processes came to, by the history checker. */

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { PromoteResult } from "../core/results/promote.ts";
import type { LabVerdict } from "../core/results/race-test.ts";
import { parseTagFormat, tagOf } from "../core/tag-format.ts";
import { readLabBranch } from "../demo/lab-branch.ts";
import { inFolder, labPlace } from "../demo/lab-place.ts";
import { type LabRepository, labImages, labNames } from "../demo/lab-repository.ts";
import { type LabRace, makeRepository } from "../demo/lab-servers.ts";
import type { Process } from "../settings/process.ts";
import { check } from "../simulation/checker.ts";
import type { Operation, RaceHistory, StatedOutcome } from "../simulation/invariants/history.ts";
import { lineupOf, type Starter } from "../simulation/scenarios.ts";
import { landPolicy } from "../usecases/landing/land.ts";

/** Which race it was, and where it left what it left. */
interface LabQuestion {
  readonly race: LabRace;
  readonly seed: number;
  readonly git: string;
  readonly results: string;
}

/** Beside its deadline a promotion may read the remote a few times more, and load slowly. */
const graceMs = 120_000;

/** Returns the verdict: exit 0 when everybody is accounted for and no invariant is broken. */
export async function judgeLab(question: LabQuestion, io: Process): Promise<LabVerdict> {
  const { race, seed, git } = question;
  const starters = lineupOf(race.deployers, seed);
  const evidence = await inFolder(async (folder) => {
    const url = `${git}/${labNames.repository}`;
    const branch = await readLabBranch(labPlace(join(folder, "branch"), io, url), url);
    const { revisions } = await makeRepository(folder, race, io);
    return evidenceOf({ ...branch, revisions, starters }, question, io);
  });
  const violations = check(evidence);
  const newest = Math.max(...starters.map(({ revision }) => revision));
  const accounted = evidence.operations.filter(({ end }) => end !== undefined).length;
  return {
    ...{ version: 1, command: "lab judge", seed, deployers: starters.length, accounted },
    ...{ newest, violations, exit: violations.length + starters.length - accounted > 0 ? 1 : 0 },
  };
}

type Left = Pick<RaceHistory, "log" | "tips"> &
  LabRepository & { readonly starters: readonly Starter[] };

function evidenceOf(left: Left, { race, results }: LabQuestion, io: Process): RaceHistory {
  const { log, tips, revisions, starters } = left;
  const images = labImages(race.registry);
  const format = parseTagFormat(labNames.tagFormat);
  const operations = starters.map(({ name, deploy, revision: at }, index): Operation => {
    const revision = revisions[at]!;
    const tag = tagOf(format, revision);
    const end = saidIn(resolve(io.cwd, results, `${index + 1}.json`));
    const what = { revision, images: images.map((image) => ({ image, tag })) };
    const who = { actor: name, command: "promote" as const, deploy };
    return { ...who, ...what, startedMs: 0, end, isRepeat: false };
  });
  return {
    ...{ log, tips, operations, images, cutOff: new Set() },
    source: {
      find: (digits) => revisions.find((revision) => revision.startsWith(digits)),
      precedes: (one, other) => revisions.indexOf(one) <= revisions.indexOf(other),
    },
    ...{ isUndisturbed: true, mustSucceed: true, boundMs: landPolicy.timeoutMs + graceMs },
  };
}

/** Reads what a deployer printed. One that printed no result is not accounted for. */
function saidIn(file: string): StatedOutcome | undefined {
  try {
    const { status, out } = JSON.parse(readFileSync(file, "utf8")) as {
      status: number;
      out: string;
    };
    const { outcome, commit, tip, tookMs, failure } = JSON.parse(out) as PromoteResult;
    return { atMs: tookMs, outcome, exit: status, commit, tip, code: failure?.code };
  } catch {
    return undefined;
  }
}
