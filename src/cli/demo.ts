/** `landfall demo`: the whole loop on loopback, shown. */

import { tmpdir } from "node:os";
import { systemClock, systemRandom } from "../adapters/system.ts";
import { runDemo as play } from "../demo/run.ts";
import { demoText } from "../report/text/demo.ts";
import type { OutputFlags } from "../settings/output-flags.ts";
import type { Process } from "../settings/process.ts";
import { printResult, progressFor, styleFor } from "./output.ts";

/** Runs the command and returns its exit status: 0 when the remote proves both deploys right. */
export async function runDemo(
  flags: OutputFlags & { readonly keep?: boolean },
  io: Process,
): Promise<number> {
  const result = await play({
    env: io.env,
    temporary: tmpdir(),
    folder: flags.keep ? "keep" : "remove",
    clock: systemClock,
    random: systemRandom,
    progress: progressFor(flags, io),
    signal: io.signal,
  });
  printResult(result, () => demoText(result, styleFor(flags, io)), { ...flags, io });
  return result.exit;
}
