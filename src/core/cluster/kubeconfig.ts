/**
 * What kubeconfig files say of one cluster: its address, and who we are there. Shape: client-go,
 * tools/clientcmd/api/v1 `Config`.
 */

import { Failure } from "../failure.ts";
import { parseYaml } from "../yaml/parse.ts";
import { at, listAt, textAt, textsAt } from "./json.ts";

/** A certificate or key: its PEM text, or the file that holds it, relative to the kubeconfig's. */
export type Pem = { readonly text: string } | { readonly file: string };

/** Who we are to the API server. */
export type KubeUser =
  | { readonly kind: "token"; readonly token: string }
  /** Read again for every request: such tokens are replaced while we wait. */
  | { readonly kind: "token-file"; readonly file: string }
  | { readonly kind: "program"; readonly program: CredentialProgram }
  | { readonly kind: "nobody" };

/** A program that prints a credential: kubernetes.io, "client-go credential plugins". */
export interface CredentialProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** What it finds in its environment beside ours. */
  readonly env: Readonly<Record<string, string>>;
  readonly apiVersion: string;
  /** Whether it is given the cluster. */
  readonly isToldCluster: boolean;
  readonly installHint: string;
}

/** A kubeconfig file. */
export interface KubeconfigFile {
  readonly file: string;
  readonly text: string;
}

/** A cluster, and how to enter it. */
export interface KubeAccess {
  readonly server: URL;
  /** The authority to trust instead of the system's. */
  readonly authority: Pem | undefined;
  /** The name in the server's certificate, where that is not its host. */
  readonly serverName: string | undefined;
  readonly certificates: "checked" | "unchecked";
  /** The proxy that leads to this cluster. */
  readonly proxy: URL | undefined;
  readonly user: KubeUser;
  /** A certificate of ours and its key: instead of a token, or beside one. */
  readonly pair: { readonly certificate: Pem; readonly key: Pem } | undefined;
  /** The files that say so, from which paths in them are seen. */
  readonly files: { readonly cluster: string; readonly user: string };
}

/**
 * Reads kubeconfig files as one: the first that says something of a name has the word.
 *
 * @param context The context to use; undefined means the current one of the files.
 * @throws Failure `config` when they say nothing usable, or ask for what is not done here: to act
 *   as somebody else, to run a program that asks people.
 */
export function readKubeconfig(files: readonly KubeconfigFile[], context?: string): KubeAccess {
  const configs = files.map(({ file, text }) => ({ file, config: parse(text, file) }));
  const all = files.map(({ file }) => file).join('", "');
  const currents = configs.map(({ config }) => textAt(config, "current-context"));
  const current = context ?? currents.find((name) => name !== "") ?? "";
  const chosen = named(configs, { list: "contexts", name: current, field: "context" });
  if (chosen === undefined) {
    const known = configs.flatMap(({ config }) =>
      listAt(config, "contexts").map((entry) => `"${textAt(entry, "name")}"`),
    );
    const hint = `Its contexts: ${known.join(", ") || "none"}.`;
    throw refused(all, `it has no context "${current}"`, hint);
  }
  const place = textAt(chosen.said, "cluster");
  const cluster = named(configs, { list: "clusters", name: place, field: "cluster" });
  if (cluster === undefined) throw refused(chosen.file, `it has no cluster "${place}"`, repair);
  const name = textAt(chosen.said, "user");
  const user = named(configs, { list: "users", name, field: "user" });
  const { file } = user ?? chosen;
  return {
    ...clusterOf(cluster),
    user: userOf(user?.said, name, file),
    pair: pairOf(user?.said),
    files: { cluster: cluster.file, user: file },
  };
}

function clusterOf({ file, said }: Said) {
  return {
    server: serverOf(said, file),
    authority: pemOf(said, "certificate-authority"),
    serverName: textAt(said, "tls-server-name") || undefined,
    certificates: at(said, "insecure-skip-tls-verify") === true ? "unchecked" : "checked",
    proxy: proxyOf(said, file),
  } as const;
}

function proxyOf(cluster: unknown, file: string): URL | undefined {
  const text = textAt(cluster, "proxy-url");
  if (text === "") return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  const hint = "Name an http or https proxy, or open a tunnel and name that.";
  throw refused(file, "the proxy of its cluster (proxy-url) is not an http or https address", hint);
}

const repair = "Write it again with `kubectl config`, or name another file.";

function parse(text: string, file: string): unknown {
  const document = parseYaml(text);
  const [error] = document.errors;
  // What follows the first line shows the file, which may hold secrets.
  if (error !== undefined) throw refused(file, error.message.replace(/\n.*/s, ""), repair);
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    throw refused(file, "it uses aliases", repair);
  }
}

/** What a file says of a name. */
interface Said {
  readonly file: string;
  readonly said: unknown;
}

function named(
  configs: readonly { readonly file: string; readonly config: unknown }[],
  { list, name, field }: { list: string; name: string; field: string },
): Said | undefined {
  for (const { file, config } of configs) {
    const entry = listAt(config, list).find((item) => textAt(item, "name") === name);
    const said = at(entry, field);
    if (said !== undefined) return { file, said };
  }
  return undefined;
}

function serverOf(cluster: unknown, file: string): URL {
  const text = textAt(cluster, "server");
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  if (url === undefined || !isWeb || url.username !== "" || url.password !== "") {
    throw refused(file, "its cluster has no usable server", "Write it as https://HOST:PORT.");
  }
  return url;
}

/** Data beats a file, as in client-go. */
function pemOf(from: unknown, field: string): Pem | undefined {
  const data = textAt(from, `${field}-data`);
  if (data !== "") return { text: new TextDecoder().decode(bytesOf(data)) };
  const file = textAt(from, field);
  return file === "" ? undefined : { file };
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

function pairOf(user: unknown): KubeAccess["pair"] {
  const certificate = pemOf(user, "client-certificate");
  const key = pemOf(user, "client-key");
  return certificate && key && { certificate, key };
}

function userOf(user: unknown, name: string, file: string): KubeUser {
  const token = textAt(user, "token");
  const tokenFile = textAt(user, "tokenFile");
  if (["as", "as-uid", "as-groups"].some((field) => at(user, field) !== undefined)) {
    throw refused(file, `user "${name}" acts as another (as)`, "Name that user's own credentials.");
  }
  // In client-go's order: a file, which may be newer, before the text beside it.
  if (tokenFile !== "") return { kind: "token-file", file: tokenFile };
  if (token !== "") return { kind: "token", token };
  if (pairOf(user) !== undefined) return { kind: "nobody" };
  const program = at(user, "exec");
  if (program !== undefined) return { kind: "program", program: programOf(program, name, file) };
  const hint = "Make a token with `kubectl create token`, and name a kubeconfig that holds it.";
  if (at(user, "auth-provider") !== undefined) {
    const why = `user "${name}" uses an auth-provider, which Kubernetes has dropped`;
    throw refused(file, why, "Use the exec plugin of your provider instead.");
  }
  if (textAt(user, "username") === "") return { kind: "nobody" };
  throw refused(file, `user "${name}" has a password, which no server takes by now`, hint);
}

const execVersions = /^client\.authentication\.k8s\.io\/v1(?:beta1)?$/;

function programOf(exec: unknown, name: string, file: string): CredentialProgram {
  const [command, apiVersion] = [textAt(exec, "command"), textAt(exec, "apiVersion")];
  const who = `the program of user "${name}" (exec)`;
  if (command === "") throw refused(file, `${who} has no command`, repair);
  if (!execVersions.test(apiVersion)) {
    const hint = "Bring the plugin and the kubeconfig up to date: v1 and v1beta1 are spoken here.";
    throw refused(file, `${who} speaks "${apiVersion}"`, hint);
  }
  if (textAt(exec, "interactiveMode") === "Always") {
    const hint = "Use a service account's token: nobody answers here.";
    throw refused(file, `${who} asks people (interactiveMode: Always)`, hint);
  }
  const env = listAt(exec, "env").map((one) => [textAt(one, "name"), textAt(one, "value")]);
  return {
    ...{ command, apiVersion, args: textsAt(exec, "args") },
    env: Object.fromEntries(env),
    isToldCluster: at(exec, "provideClusterInfo") === true,
    installHint: textAt(exec, "installHint"),
  };
}

function refused(file: string, why: string, hint: string): Failure {
  return new Failure("config", `Cannot use the kubeconfig "${file}": ${why}`, hint, {
    place: { file },
  });
}
