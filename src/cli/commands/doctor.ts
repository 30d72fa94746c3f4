/** `landfall doctor`: is everything there that a deploy needs? */

import { Failure } from "../../core/failure.ts";
import { doctorText } from "../../report/text/doctor.ts";
import { type FoundSettings, findSettings } from "../../settings/find-settings.ts";
import { type Settings, settingsFrom } from "../../settings/options.ts";
import type { Process } from "../../settings/process.ts";
import { type DoctorPorts, doctor } from "../../usecases/doctor/doctor.ts";
import { bareDoctorPorts, doctorPorts } from "../../wiring/doctor.ts";
import { command } from "../command.ts";
import { fluxRefs, rolloutPlaces } from "../deploy-question.ts";
import { cluster, type FlagsOf, list, manifests, output, reports } from "../flags.ts";
import { styleFor } from "../output.ts";
import { lookAtEach, named } from "../several.ts";

const flags = {
  image: list("--image <name[=tag]>", "image to check, instead of all in the file"),
  ...manifests,
  ...cluster,
  ...reports,
  ...output,
};

type DoctorFlags = FlagsOf<typeof flags>;

export default command({
  description: "Check settings, git, remote, registries, tokens, Argo CD and clock. Only reads.",
  examples: [
    ["landfall doctor", "find out what is missing before the first deploy"],
    ["landfall doctor --json", "the same, for a program"],
  ],
  flags,
  async run(flags, io) {
    const style = styleFor(flags, io);
    return lookAtEach(flags, io, {
      look: (own) => examined(own, io),
      text: (result) => doctorText(result, style),
    });
  },
});

async function examined(flags: DoctorFlags, io: Process) {
  const settings = await settingsFrom(flags, io).catch(asFinding);
  const { request, ports, close } = examination(settings, flags, io);
  try {
    const result = await doctor(request, ports);
    return settings instanceof Failure ? result : named(result, settings);
  } finally {
    await close();
  }
}

/** Wrong settings are what doctor is asked about: they are a finding, and the rest goes on. */
function asFinding(error: unknown): Failure {
  if (error instanceof Failure) return error;
  throw error;
}

function examination(settings: Settings | Failure, flags: DoctorFlags, io: Process) {
  if (settings instanceof Failure) {
    const readConfig = () => Promise.reject(settings);
    const ports: DoctorPorts = { ...bareDoctorPorts(io), readConfig };
    return { request: { images: [] }, ports, close: async () => {} };
  }
  const images = settings.images.map(({ image }) => image);
  const { close, ...rest } = doctorPorts(settings, flags, io);
  const ports: DoctorPorts = {
    ...rest,
    readConfig: async () => settingsText(settings, findSettings(flags, io)),
  };
  const request = { images, flux: fluxRefs(settings), rollout: rolloutPlaces(settings) };
  return { request, ports, close };
}

function settingsText(
  { images, paths, branch }: Settings,
  found: FoundSettings | undefined,
): string {
  const from = found === undefined ? "flags alone" : `"${found.file}"`;
  const count = images.length === 1 ? "1 image" : `${images.length} images`;
  return `${from}: ${count}, pinned under ${paths.join(", ")} of ${branch}`;
}
