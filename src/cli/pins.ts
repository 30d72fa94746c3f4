/** `landfall pins`: flags → use case → list. */

import { pinsText } from "../report/pins-text.ts";
import { listPins } from "../usecases/pins.ts";
import { openManifests } from "../wiring.ts";
import { type Io, printResult, styleFor } from "./io.ts";
import { type ManifestFlags, settingsFrom } from "./settings.ts";

/** Runs the command and returns its exit status. */
export async function runPins(flags: ManifestFlags, io: Io): Promise<number> {
  const settings = await settingsFrom(flags, io);
  const { remote, close } = await openManifests(settings, io);
  try {
    const images = settings.images.map(({ image }) => image);
    const result = await listPins(images, settings.paths, remote);
    printResult(result, () => pinsText(result, styleFor(flags, io)), { ...flags, io });
    return 0;
  } finally {
    await close();
  }
}
