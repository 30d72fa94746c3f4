/** `landfall set`: assignments → files edited in place → what moved. */

import { localFiles } from "../adapters/files.ts";
import { setText } from "../report/set-text.ts";
import { setImages } from "../usecases/set.ts";
import { type Io, printResult, styleFor, type Voice } from "./io.ts";
import { parseAskedImage } from "./settings.ts";

/** Runs the command and returns its exit status. */
export async function runSet(
  assignments: readonly string[],
  flags: Voice & { readonly path: readonly string[] },
  io: Io,
): Promise<number> {
  const images = assignments.map(parseAskedImage);
  const result = await setImages({ images, paths: flags.path }, localFiles);
  printResult(result, () => setText(result, styleFor(flags, io)), { ...flags, io });
  return result.exit;
}
