/** The way into a cluster, from files: a kubeconfig, or what every pod finds mounted. */

import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type KubeUser, type Pem, readKubeconfig } from "../../core/cluster/kubeconfig.ts";
import { Failure } from "../../core/failure.ts";
import type { ClusterAccess } from "./kubernetes.ts";

/** Where a pod finds its own token: kubernetes.io, "Accessing the Kubernetes API from a Pod". */
const mounted = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Reads the way into the current cluster of a kubeconfig, or of the context named.
 *
 * @throws Failure `config` when a file cannot be read or asks for what is not done here.
 */
export async function kubeconfigAccess(file: string, context?: string): Promise<ClusterAccess> {
  const access = readKubeconfig(await readText(file), file, context);
  const pem = (from: Pem | undefined) => readPem(from, file);
  const { server, serverName, certificates } = access;
  return {
    server,
    tls: {
      authority: await pem(access.authority),
      certificate: await pem(access.pair?.certificate),
      key: await pem(access.pair?.key),
      ...{ serverName, certificates },
    },
    token: () => tokenOf(access.user, file),
  };
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

async function tokenOf(user: KubeUser, kubeconfig: string): Promise<string | undefined> {
  if (user.kind === "token") return user.token;
  if (user.kind !== "token-file") return undefined;
  return (await readText(resolve(dirname(kubeconfig), user.file))).trim();
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
