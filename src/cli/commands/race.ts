/** `landfall race`: one seeded race in the lab, on a model of the remote. Touches no network. */

import { parseDuration } from "../../core/duration.ts";
import { raceText } from "../../report/text/race.ts";
import { usageError } from "../../settings/process.ts";
import { parseFaults } from "../../simulation/faults.ts";
import { race } from "../../simulation/race.ts";
import { command } from "../command.ts";
import { type FlagsOf, oneOf, output, text, toggle, withDefault } from "../flags.ts";
import { printResult, styleFor } from "../output.ts";

const few = { from: 0, to: 64 } as const;

const flags = {
  deployers: withDefault("--deployers <n>", "how many deployers race", "8"),
  syncs: withDefault("--syncs <n>", "how many syncs race along, with a deploy that was lost", "0"),
  rollbacks: withDefault("--rollbacks <n>", "how many rollbacks race along", "0"),
  foreign: withDefault("--foreign <n>", "how many people push commits of their own", "0"),
  environments: toggle("--environments", "let all of it happen in staging and in prod"),
  land: oneOf("--land <how>", "how changes reach the branch (default: push)", [
    "push",
    "pull-request",
  ]),
  seed: withDefault("--seed <n>", "the race to run: the same seed is the same race", "1"),
  shape: oneOf("--shape <shape>", "what the deployers share (default: same)", [
    "same",
    "fleet",
    "overlay",
  ]),
  faults: withDefault("--faults <names>", "all, none, or names with commas between", "none"),
  together: toggle(
    "--together",
    "deployers that lose a race leave their change for others to land",
  ),
  timeout: text("--timeout <duration>", "deadline of every deployer (default: the seed chooses)"),
  ...output,
};

type RaceFlags = FlagsOf<typeof flags>;

export default command({
  description: "Race deployers on a model of the remote, by a seed, and check every invariant.",
  examples: [
    ["landfall race --deployers 8 --seed 7", "eight deployers; the same seed is the same race"],
    ["landfall race --deployers 4 --faults all", "with replies that are lost, late or sent twice"],
    ["landfall race --deployers 64 --shape fleet --together", "64 apps that land together"],
    ["landfall race --land pull-request --faults all", "with people who merge, edit and close"],
  ],
  flags,
  async run(flags, io) {
    const result = await race({
      deployers: wholeNumber(flags.deployers, { flag: "--deployers", from: 1, to: 64 }),
      company: {
        syncs: wholeNumber(flags.syncs, { flag: "--syncs", ...few }),
        rollbacks: wholeNumber(flags.rollbacks, { flag: "--rollbacks", ...few }),
        foreign: wholeNumber(flags.foreign, { flag: "--foreign", ...few }),
      },
      seed: wholeNumber(flags.seed, { flag: "--seed", from: 0, to: 2 ** 31 - 1 }),
      shape: flags.shape ?? "same",
      faults: parseFaults(flags.faults),
      environments: flags.environments,
      together: flags.together ?? false,
      land: flags.land,
      ...timeoutOf(flags),
    });
    printResult(result, () => raceText(result, styleFor(flags, io)), { ...flags, io });
    return result.exit;
  },
});

/** The replay line writes it as `20000ms`. A number alone is in milliseconds, as it once was. */
function timeoutOf({ timeout }: RaceFlags): { readonly timeoutMs?: number } {
  if (timeout === undefined) return {};
  const isInMs = /^\d+(?:ms)?$/.test(timeout);
  const timeoutMs = isInMs ? Number.parseInt(timeout, 10) : parseDuration(timeout);
  if (timeoutMs >= 1 && timeoutMs <= 3_600_000) return { timeoutMs };
  throw usageError(`Cannot use --timeout "${timeout}"`, "Write a duration from 1ms to 1h.");
}

interface Bounds {
  readonly flag: string;
  readonly from: number;
  readonly to: number;
}

function wholeNumber(text: string, { flag, from, to }: Bounds): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= from && value <= to) return value;
  throw usageError(`Cannot read ${flag} "${text}"`, `Write a whole number from ${from} to ${to}.`);
}
