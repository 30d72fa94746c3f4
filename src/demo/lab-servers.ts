/** What a race of processes is run against: a git server, a start line, a registry. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createPusher } from "../adapters/registry/push.ts";
import { systemClock, systemRandom } from "../adapters/system.ts";
import { parseTagFormat, tagOf } from "../core/tag-format.ts";
import { startGitServer } from "./git-server.ts";
import { forwardPort } from "./lab-door.ts";
import { inFolder, type LabProcess, labPlace } from "./lab-place.ts";
import { createLabRepository, type LabRepository, labImages, labNames } from "./lab-repository.ts";
import { packImage } from "./pack-image.ts";
import { startRegistry } from "./registry-server.ts";
import { startLine } from "./start-line.ts";

/** Which race it is. All its parts must be given the same. */
export interface LabRace {
  readonly deployers: number;
  /** `host:port` of the registry, as the deployers know it. */
  readonly registry: string;
}

/** Serves the repository and the start line until the process is told to stop. */
export async function serveLabGit(
  race: LabRace,
  ports: { readonly git: number; readonly start: number },
  by: LabProcess,
): Promise<void> {
  await inFolder(async (folder) => {
    await makeRepository(folder, race, by);
    const server = await startGitServer({ root: folder, path: by.env.PATH });
    const start = await startLine(race.deployers);
    // The doors come last: behind one that is open the server is ready.
    const doors = [
      await forwardPort(ports.start, start.url),
      await forwardPort(ports.git, server.url),
    ];
    await stopped(by.signal);
    await Promise.all([...doors.map((close) => close()), server.close(), start.close()]);
  });
}

/** Serves the registry with every revision's images until the process is told to stop. */
export async function serveLabRegistry(race: LabRace, port: number, by: LabProcess): Promise<void> {
  const { revisions } = await inFolder((folder) => makeRepository(folder, race, by));
  const registry = await startRegistry();
  await publishLabImages(registry.host, revisions);
  const close = await forwardPort(port, `http://${registry.host}`);
  await stopped(by.signal);
  await Promise.all([close(), registry.close()]);
}

/** Makes the repository of a race. Its commits are the same wherever that is done. */
export function makeRepository(
  folder: string,
  { deployers, registry }: LabRace,
  by: LabProcess,
): Promise<LabRepository> {
  const directory = join(folder, labNames.repository);
  mkdirSync(directory);
  return createLabRepository(labPlace(directory, by), { registry, count: deployers });
}

/** Publishes the images of all revisions on a registry at this address. */
export async function publishLabImages(
  host: string,
  revisions: LabRepository["revisions"],
): Promise<void> {
  const shared = { credentials: () => undefined, clock: systemClock, random: systemRandom };
  const pusher = createPusher({ ...shared, timeoutMs: 30_000 });
  const format = parseTagFormat(labNames.tagFormat);
  for (const revision of revisions) {
    const labels = { "org.opencontainers.image.revision": revision };
    const image = packImage({ files: [], labels, createdSeconds: 0 });
    const tag = tagOf(format, revision);
    await Promise.all(labImages(host).map((name) => pusher.pushImage(name, tag, image)));
  }
}

/** Waits until the process is told to stop. Open servers keep it alive meanwhile. */
function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
