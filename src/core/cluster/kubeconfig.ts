/**
 * What a kubeconfig file says of one cluster: its address, and how to be somebody there. Shape:
 * client-go, tools/clientcmd/api/v1 `Config`.
 */

import { parseDocument } from "yaml";
import { Failure } from "../failure.ts";
import { at, listAt, textAt } from "./json.ts";

/** A certificate or key: its PEM text, or the file that holds it, relative to the kubeconfig's. */
export type Pem = { readonly text: string } | { readonly file: string };

/** Who we are to the API server. */
export type KubeUser =
  | { readonly kind: "token"; readonly token: string }
  /** Read again for every request: such tokens are replaced while we wait. */
  | { readonly kind: "token-file"; readonly file: string }
  | { readonly kind: "nobody" };

/** A cluster, and how to enter it. */
export interface KubeAccess {
  readonly server: URL;
  /** The authority to trust instead of the system's. */
  readonly authority: Pem | undefined;
  /** The name in the server's certificate, where that is not its host. */
  readonly serverName: string | undefined;
  readonly certificates: "checked" | "unchecked";
  readonly user: KubeUser;
  /** A certificate of ours and its key: instead of a token, or beside one. */
  readonly pair: { readonly certificate: Pem; readonly key: Pem } | undefined;
}

/**
 * Reads a kubeconfig.
 *
 * @param file For messages.
 * @param context The context to use; undefined means the file's own current one.
 * @throws Failure `config` when it says nothing usable, or asks for what is not done here: to run a
 *   program, to go through a proxy, to act as somebody else.
 */
export function readKubeconfig(text: string, file: string, context?: string): KubeAccess {
  const config = parse(text, file);
  const current = context ?? textAt(config, "current-context");
  const chosen = named(config, { list: "contexts", name: current, field: "context" });
  if (chosen === undefined) {
    const known = listAt(config, "contexts").map((entry) => `"${textAt(entry, "name")}"`);
    const hint = `Its contexts: ${known.join(", ") || "none"}.`;
    throw refused(file, `it has no context "${current}"`, hint);
  }
  const place = textAt(chosen, "cluster");
  const cluster = named(config, { list: "clusters", name: place, field: "cluster" });
  if (cluster === undefined) throw refused(file, `it has no cluster "${place}"`, repair);
  if (textAt(cluster, "proxy-url") !== "") {
    throw refused(file, "its cluster is behind a proxy (proxy-url)", "Name it in HTTPS_PROXY.");
  }
  const name = textAt(chosen, "user");
  const user = named(config, { list: "users", name, field: "user" });
  return {
    server: serverOf(cluster, file),
    authority: pemOf(cluster, "certificate-authority"),
    serverName: textAt(cluster, "tls-server-name") || undefined,
    certificates: at(cluster, "insecure-skip-tls-verify") === true ? "unchecked" : "checked",
    user: userOf(user, name, file),
    pair: pairOf(user),
  };
}

const repair = "Write it again with `kubectl config`, or name another file.";

function parse(text: string, file: string): unknown {
  const document = parseDocument(text);
  const [error] = document.errors;
  // What follows the first line shows the file, which may hold secrets.
  if (error !== undefined) throw refused(file, error.message.replace(/\n.*/s, ""), repair);
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    throw refused(file, "it uses aliases", repair);
  }
}

function named(
  config: unknown,
  { list, name, field }: { list: string; name: string; field: string },
): unknown {
  const entry = listAt(config, list).find((item) => textAt(item, "name") === name);
  return at(entry, field);
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
  const hint = "Make a token with `kubectl create token`, and name a kubeconfig that holds it.";
  const program = ["exec", "auth-provider"].find((field) => at(user, field) !== undefined);
  if (program !== undefined) {
    const why = `gets its token from a program (${program}), which is not run here`;
    throw refused(file, `user "${name}" ${why}`, hint);
  }
  if (textAt(user, "username") === "") return { kind: "nobody" };
  throw refused(file, `user "${name}" has a password, which no server takes by now`, hint);
}

function refused(file: string, why: string, hint: string): Failure {
  return new Failure("config", `Cannot use the kubeconfig "${file}": ${why}`, hint, {
    place: { file },
  });
}
