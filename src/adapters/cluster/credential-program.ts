/**
 * Credentials that a kubeconfig gets from a program, as EKS, GKE and AKS have them. Shape:
 * client.authentication.k8s.io/v1 `ExecCredential`.
 */

import { execFile } from "node:child_process";
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";
import { at, textAt } from "../../core/cluster/json.ts";
import type { CredentialProgram } from "../../core/cluster/kubeconfig.ts";
import { Failure } from "../../core/failure.ts";
import type { Clock } from "../../ports.ts";

/** Who a program says that we are. */
export interface Credential {
  readonly token: string | undefined;
  /** A certificate and its key, PEM. */
  readonly pair: { readonly certificate: string; readonly key: string } | undefined;
}

/** How a program is run. */
export interface ProgramOptions {
  /** The kubeconfig that names it: a command with a slash is seen from there. */
  readonly file: string;
  /** The cluster it is given, if it asks for it. */
  readonly cluster: object;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

const timeoutMs = 30_000;
const outputBytesMax = 1024 * 1024;
/** How long a credential that names no end is kept, and how long before its end one is renewed. */
const keptMs = { unsaid: 60_000, margin: 30_000 } as const;

/**
 * Returns what gives a credential that is valid now. The program runs when the last one is about to
 * expire. What it prints is never shown.
 *
 * @throws Failure `config` when it cannot be run or prints no credential; `interrupted`.
 */
export function credentialProgram(program: CredentialProgram, options: ProgramOptions) {
  let known: { readonly credential: Credential; readonly endsAtMs: number } | undefined;
  return async (): Promise<Credential> => {
    if (known !== undefined && options.clock.nowMs() < known.endsAtMs) return known.credential;
    const status = at(await run(program, options), "status");
    const [token, certificate, key] = ["token", "clientCertificateData", "clientKeyData"].map(
      (field) => textAt(status, field),
    ) as [string, string, string];
    const pair = certificate !== "" && key !== "" ? { certificate, key } : undefined;
    if (token === "" && pair === undefined) throw failed(program, options, "prints no credential");
    const endsMs = Date.parse(textAt(status, "expirationTimestamp"));
    const isUnsaid = Number.isNaN(endsMs);
    const endsAtMs = isUnsaid ? options.clock.nowMs() + keptMs.unsaid : endsMs - keptMs.margin;
    known = { credential: { token: token || undefined, pair }, endsAtMs };
    return known.credential;
  };
}

async function run(program: CredentialProgram, options: ProgramOptions): Promise<unknown> {
  const { command, args, apiVersion, isToldCluster } = program;
  const { file, cluster, signal } = options;
  const spec = { interactive: false, ...(isToldCluster && { cluster }) };
  const info = { kind: "ExecCredential", apiVersion, spec };
  const path = command.includes("/") ? resolve(dirname(file), command) : command;
  try {
    const { stdout } = await promisify(execFile)(path, args, {
      env: { ...ours(options.env), ...program.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
      ...{ timeout: timeoutMs, maxBuffer: outputBytesMax, signal, windowsHide: true },
      killSignal: "SIGKILL",
    });
    return JSON.parse(stdout);
  } catch (error) {
    if (signal?.aborted) {
      throw new Failure("interrupted", "Cannot get a credential: interrupted", "Run it again.");
    }
    throw failed(program, options, whyNot(error));
  }
}

/** The program is somebody else's: what is only ours to know does not go along. */
function ours(env: ProgramOptions["env"]) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^LANDFALL_/.test(name)));
}

/** Nothing that it printed may be shown: it may hold the credential. */
function whyNot(error: unknown): string {
  const { code, killed } = error as { readonly code?: unknown; readonly killed?: unknown };
  if (code === "ENOENT") return "is not there";
  if (code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return "prints too much";
  if (killed === true) return `does not end within ${timeoutMs / 1000} s`;
  return typeof code === "number" ? `ended with status ${code}` : "prints no JSON";
}

function failed(
  { command, installHint }: CredentialProgram,
  { file }: ProgramOptions,
  why: string,
) {
  return new Failure(
    "config",
    `Cannot get a credential for the cluster: "${command}", which "${file}" names, ${why}`,
    installHint || "Run it by hand, or name a kubeconfig that holds a service account's token.",
    { place: { file } },
  );
}
