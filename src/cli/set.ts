/** `landfall set`: assignments → files edited in place → what moved. */

import { localFiles } from "../adapters/files.ts";
import { setText } from "../report/text/set.ts";
import { parseAskedImage } from "../settings/options.ts";
import type { OutputFlags } from "../settings/output-flags.ts";
import type { Process } from "../settings/process.ts";
import { setImages } from "../usecases/set.ts";
import { printResult, styleFor } from "./output.ts";

/** Runs the command and returns its exit status. */
export async function runSet(
  assignments: readonly string[],
  flags: OutputFlags & { readonly path: readonly string[] },
  io: Process,
): Promise<number> {
  const images = assignments.map(parseAskedImage);
  const result = await setImages({ images, paths: flags.path }, localFiles);
  printResult(result, () => setText(result, styleFor(flags, io)), { ...flags, io });
  return result.exit;
}
