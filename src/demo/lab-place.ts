/** Where the parts of a race of processes work: a directory of their own, and git in it. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gitEnvironment } from "../adapters/git/env.ts";
import type { GitPlace } from "../adapters/git/run.ts";

/** The process that a part of a race runs in. */
export interface LabProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Fires when the process is told to stop. */
  readonly signal: AbortSignal;
}

/** Returns git in a directory, which may reach one server if its URL is given. */
export function labPlace(directory: string, by: LabProcess, url?: string): GitPlace {
  const credentials = url === undefined ? {} : { plainHttpHosts: [new URL(url).hostname] };
  const reach = url === undefined ? {} : { url, credentials };
  const env = gitEnvironment({ env: by.env, home: directory, ...reach });
  return { directory, env, timeoutMs: 120_000, signal: by.signal };
}

/** Does something in a temporary directory, which is gone afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "landfall-lab-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
