/** Settings → the ports of a retag. */

import { createPusher } from "../adapters/registry/push.ts";
import { createRegistry } from "../adapters/registry/registry.ts";
import type { Registry, SourceHistory, Tagger } from "../ports.ts";
import type { Config } from "../settings/config.ts";
import type { GitPlaces } from "../settings/options.ts";
import type { Process } from "../settings/process.ts";
import { repositoriesOf } from "./index.ts";
import { registryOptions } from "./registry.ts";

/** Opens the registries for writing tags. */
export async function openTagger(config: Config | undefined, io: Process): Promise<Tagger> {
  return createPusher(await registryOptions(config, io));
}

/** Opens what tells of which revision an image is. */
export async function openRevisions(
  places: GitPlaces,
  io: Process,
): Promise<{
  readonly registry: Registry;
  readonly history: SourceHistory;
  close(): Promise<void>;
}> {
  const registry = createRegistry(await registryOptions(places.config, io));
  const history = await (await repositoriesOf(places, io)).source();
  return { registry, history, close: () => history.close() };
}
