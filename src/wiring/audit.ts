/** Settings → the ports of an audit. */

import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { openDeployLog } from "../adapters/git/deploy-log.ts";
import { localLine } from "../adapters/git/refs.ts";
import { systemClock } from "../adapters/system.ts";
import { isLocalPath, sameRepository } from "../core/repository-url.ts";
import type { Clock, Progress } from "../ports.ts";
import type { Settings } from "../settings/options.ts";
import type { Process } from "../settings/process.ts";
import type { AuditPorts } from "../usecases/audit/audit.ts";
import { gitCredentials } from "./credentials.ts";
import { type Opened, openSource, originUrl, upstreamOf } from "./index.ts";

/** Wall time of one git command, in milliseconds: a whole history may be a long fetch. */
const gitTimeoutMs = 10 * 60_000;

/** Opens what an audit needs. */
export async function openAudit(
  settings: Settings,
  { io, progress }: { readonly io: Process; readonly progress: Progress },
): Promise<Opened<AuditPorts & { readonly clock: Clock }>> {
  const source = await openSource(settings, io);
  const repository = settings.repository ?? (await originUrl(source, io));
  const { local } = source;
  const path = resolve(io.cwd, settings.source);
  const isWhole = local !== undefined && local.shallow === "";
  const itself = { url: path, credentials: {} };
  // A mirror that is named as both is asked itself, and not what it was cloned from.
  const isBoth = isLocalPath(settings.source) && sameRepository(repository, path);
  const upstream = isBoth ? itself : await upstreamOf(source, repository, io);
  const asked = { branch: settings.sourceBranch, usual: ["main", "master", settings.branch] };
  const log = await openDeployLog({
    manifests: {
      url: repository,
      credentials: gitCredentials(repository, io, "read"),
      branch: settings.branch,
    },
    source: {
      clone: isWhole ? { local, line: await localLine(local, asked) } : undefined,
      branch: settings.sourceBranch,
      trees: settings.images.some(({ paths }) => paths !== undefined),
      // A repository without an origin is its own: a path to it names it.
      upstream: upstream ?? (isLocalPath(settings.source) ? itself : undefined),
    },
    rules: settings.manifestRules,
    ...{ env: io.env, ca: settings.config?.ca },
    temporary: tmpdir(),
    timeoutMs: settings.timeoutMs ?? gitTimeoutMs,
    signal: io.signal,
  });
  return { repository, log, progress, clock: systemClock, close: () => log.close() };
}
