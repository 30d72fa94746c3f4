/** The way into a cluster, from files: a kubeconfig, or what every pod finds mounted. */

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type KubeAccess, type Pem, readKubeconfig } from "../../core/cluster/kubeconfig.ts";
import { Failure } from "../../core/failure.ts";
import { type Credential, credentialProgram, type ProgramOptions } from "./credential-program.ts";
import type { ClusterAccess } from "./kubernetes.ts";

/** Where a pod finds its own token: kubernetes.io, "Accessing the Kubernetes API from a Pod". */
const mounted = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Where programs that a kubeconfig names are run. */
export type Surroundings = Pick<ProgramOptions, "env" | "clock" | "signal">;

/**
 * Reads the way into the current cluster of kubeconfig files, or of the context named. Of several
 * files, those that do not exist are passed over, as kubectl does.
 *
 * @throws Failure `config` when a file cannot be read or asks for what is not done here.
 */
export async function kubeconfigAccess(
  files: readonly string[],
  surroundings: Surroundings,
  context?: string,
): Promise<ClusterAccess> {
  const there = files.length > 1 ? files.filter((file) => existsSync(file)) : files;
  const read = async (file: string) => ({ file, text: await readText(file) });
  const access = readKubeconfig(await Promise.all(there.map(read)), context);
  const { server, serverName, certificates, proxy, pair } = access;
  const authority = await readPem(access.authority, access.files.cluster);
  const credential = credentialOf(access, { ...surroundings, authority });
  const program = access.user.kind === "program" ? await credential() : undefined;
  return {
    server,
    tls: {
      authority,
      certificate:
        program?.pair?.certificate ?? (await readPem(pair?.certificate, access.files.user)),
      key: program?.pair?.key ?? (await readPem(pair?.key, access.files.user)),
      ...{ serverName, certificates },
    },
    proxy: proxy && { url: proxy, except: [] },
    token: async () => (await credential()).token,
  };
}

/** Returns what says who we are, asked before every request. */
function credentialOf(
  { user, files, server, certificates }: KubeAccess,
  { authority, ...surroundings }: Surroundings & { readonly authority: string | undefined },
): () => Promise<Pick<Credential, "token" | "pair">> {
  switch (user.kind) {
    case "program": {
      const data = authority && Buffer.from(authority).toString("base64");
      const cluster = {
        server: server.href.replace(/\/$/, ""),
        ...(data && { "certificate-authority-data": data }),
        ...(certificates === "unchecked" && { "insecure-skip-tls-verify": true }),
      };
      return credentialProgram(user.program, { ...surroundings, file: files.user, cluster });
    }
    case "token-file": {
      const file = resolve(dirname(files.user), user.file);
      return async () => ({ token: (await readText(file)).trim(), pair: undefined });
    }
    case "token":
      return async () => ({ token: user.token, pair: undefined });
    default:
      return async () => ({ token: undefined, pair: undefined });
  }
}

/** Reads an authority's certificates. Throws `config` when the file is not PEM. */
export async function readAuthority(file: string): Promise<string> {
  return (await readPem({ file }, file)) ?? "";
}

/** Where a pod's own API server is. */
export interface InCluster {
  /** KUBERNETES_SERVICE_HOST. */
  readonly host: string;
  /** KUBERNETES_SERVICE_PORT. */
  readonly port: string;
  /** The directory with `token` and `ca.crt`, if it is not the usual one. */
  readonly directory?: string;
}

/** Reads the way into the cluster that this process runs in. Throws as `kubeconfigEntrance`. */
export async function inClusterAccess(where: InCluster): Promise<ClusterAccess> {
  const { host, port, directory = mounted } = where;
  const authority = await readPem({ file: "ca.crt" }, join(directory, "token"));
  return {
    server: new URL(`https://${host.includes(":") ? `[${host}]` : host}:${port}`),
    tls: { authority },
    token: async () => (await readText(join(directory, "token"))).trim(),
  };
}

async function readPem(pem: Pem | undefined, beside: string): Promise<string | undefined> {
  if (pem === undefined) return undefined;
  const file = "text" in pem ? beside : resolve(dirname(beside), pem.file);
  const text = "text" in pem ? pem.text : await readText(file);
  // Without any authority in it, Node would silently trust the system's instead.
  if (/-----BEGIN [A-Z ]+-----/.test(text)) return text;
  throw new Failure(
    "config",
    `Cannot use "${file}": a certificate or a key in it is not PEM`,
    "Write it again, as `-----BEGIN …`; inside a kubeconfig, as base64 of that.",
    { place: { file } },
  );
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new Failure(
      "config",
      `Cannot read "${file}", which the access to the cluster needs`,
      "Check that it exists and can be read.",
      { place: { file }, cause: error },
    );
  }
}
