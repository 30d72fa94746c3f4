/** A deploy: the images of a commit are published, their tags land, and what follows is done. */

import { giveExtraTags, publishImages } from "./images.js";
import { type Result, resultOf } from "./result.js";
import { on, type Source } from "./source.js";
import { type Ran, run } from "./tool.js";

/** What a deploy is asked for. */
interface Deploy {
  readonly revision?: string;
  readonly rebuild: boolean;
  readonly ref?: string;
  readonly verify: boolean;
}

/** Runs a deploy. What follows on a landing undoes nothing when it fails, and is told. */
export async function runDeploy(source: Source, asked: Deploy): Promise<Result> {
  const revision = await source.head(asked.revision);
  const about = ["--revision", revision];
  const where = source.flags.filter((word) => /^--(?:repository|branch|path|source)=/.test(word));
  const repositories = where.filter((word) => /^--(?:repository|source)=/.test(word));
  const format = source.flags.filter((word) => word.startsWith("--tag-format="));
  const words = [...on("--rebuild", asked.rebuild), ...where, ...format];
  const images = await source.plan({ revision, ref: asked.ref, words });
  const { isRelease, verify } = images.plan;
  await publishImages(images);
  const promote = source.command(["promote", ...about, ...source.flags]);
  const how = { words: repositories, anyOutcome: promote.anyOutcome };
  // A release's tag is this revision's for good; `latest` only follows what has landed.
  const released = isRelease ? await giveExtraTags(images, how) : undefined;
  let told = join(await run(promote), "retag", released);
  if (!/^(?:landed|unchanged)$/.test(resultOf(told).outcome)) return resultOf(told);
  if (!isRelease) told = await goOn(told, "retag", () => giveExtraTags(images, how));
  if (asked.verify && verify) {
    told = await goOn(told, "verify", () => run(source.command(["verify", ...about, ...where])));
  }
  return resultOf(told);
}

/** Does what follows on a landing. Whatever it comes to, what is told by then is not lost. */
async function goOn(told: Ran, name: string, step: () => Promise<Ran | undefined>): Promise<Ran> {
  try {
    return join(told, name, await step());
  } catch (error) {
    // The engine's error stays what it is, for the exit status is in it.
    if (error instanceof Error)
      error.message = `${told.text}What followed failed: ${error.message}`;
    throw error;
  }
}

/** Puts what a further command came to behind what is told, and its object into the one told. */
function join(told: Ran, name: string, further: Ran | undefined): Ran {
  if (further === undefined) return told;
  const { text, json, exit } = further;
  // As texts, for what they escape must stay so.
  const into = told.json.trimEnd().slice(0, -1);
  const joined = json === "" ? told.json : `${into},"${name}":${json.trimEnd()}}\n`;
  return { ...told, text: told.text + text, json: joined, exit: told.exit || exit };
}
