/**
 * Argo CD by its REST interface. Shapes: argo-cd, server/application/application.proto
 * (`ApplicationQuery`, `ApplicationSyncRequest`), behind grpc-gateway.
 */

import { isExplainedByTree, readApplication } from "../../core/cluster/argo-application.ts";
import type { ArgoRef, ArgoSelector } from "../../core/cluster/argo-ref.ts";
import { readSyncWindows } from "../../core/cluster/argo-windows.ts";
import { at, listAt, textAt } from "../../core/cluster/json.ts";
import { asFailure, Failure } from "../../core/failure.ts";
import type { ArgoCd, Clock } from "../../ports.ts";
import { httpClient } from "../http/client.ts";
import type { HttpsProxy } from "../http/proxy-env.ts";
import { askJson, nonsense, type Question } from "./json.ts";

/** How a server of Argo CD is asked. */
export interface ArgoCdOptions {
  /** Of an account or of a project role. */
  readonly token: string | undefined;
  /** The variable that it comes from, for messages. */
  readonly tokenVariable: string;
  /** The authority behind its certificate, PEM; undefined: the system's. */
  readonly authority?: string | undefined;
  readonly clock: Clock;
  /** The wall-clock limit of one request, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly proxy?: HttpsProxy | undefined;
  /** Whom to trust where no authority of its own is named, PEM. */
  readonly trusted?: string | undefined;
}

/** How long a comparison with git is waited for, in milliseconds: what is down never answers. */
const refreshMsMax = 10_000;

/** Opens the server that all refs name. Nothing is sent yet. */
export function openArgoCd(options: ArgoCdOptions): ArgoCd {
  const { token, tokenVariable, authority, clock, ...network } = options;
  const http = httpClient({ tls: { authority }, ...network });
  const ask = (question: Asked) => {
    const hints = hintsFor(question.method, token, tokenVariable);
    return askJson({ ...question, token, hints }, { http, clock });
  };
  const read = (ref: ArgoRef, path: string, doing: string) =>
    ask(questionAbout(ref, { path, doing }));

  return {
    async application(ref, how) {
      const asked = questionAbout(ref, { path: "", doing: "read" });
      if (how === "refresh") asked.url.searchParams.set("refresh", "normal");
      const limitMs = how === "refresh" ? refreshMsMax : undefined;
      const json = await ask({ ...asked, limitMs });
      // It only explains what the Application says, so without it only that is reported.
      const tree = isExplainedByTree(json)
        ? await read(ref, "/resource-tree", "read the resources of").catch(ignored)
        : undefined;
      const application = readApplication(json, tree);
      if (application === undefined) throw nonsense(asked, "something else than an Application");
      return application;
    },
    async applications(selector) {
      const asked = questionFor(selector);
      const json = await ask(asked);
      // Without any, the list is null.
      if (at(json, "metadata") === undefined) throw nonsense(asked, "no list of Applications");
      return listAt(json, "items").flatMap((item) => readApplication(item) ?? []);
    },
    sync: (ref) => syncNow(ref, ask),
    async maySync(ref, project) {
      const { namespace, app } = ref;
      const what = [project, ...(namespace === undefined ? [] : [namespace]), app];
      const may = `account/can-i/applications/sync/${what.map(encodeURIComponent).join("/")}`;
      const asked = questionAbout(ref, { path: "", doing: "ask who may sync" });
      const url = new URL(may, baseOf(ref.server));
      const value = textAt(await ask({ ...asked, url }).catch(ignored), "value");
      return value === "" ? undefined : value === "yes";
    },
    async syncWindows(ref) {
      const json = await read(ref, "/syncwindows", "read the sync windows of").catch(ignored);
      return json === undefined ? undefined : readSyncWindows(json);
    },
  };
}

type Asked = Omit<Question, "token" | "hints">;

async function syncNow(
  { app, namespace, server }: ArgoRef,
  ask: (question: Asked) => Promise<unknown>,
): ReturnType<ArgoCd["sync"]> {
  // No revision: an Application that syncs by itself refuses any but what it follows.
  const body = { name: app, ...(namespace !== undefined && { appNamespace: namespace }) };
  const asked = questionAbout({ app, server }, { path: "/sync", doing: "sync" });
  try {
    await ask({ ...asked, method: "POST", body });
    return "asked";
  } catch (error) {
    const { message } = asFailure(error);
    if (/another operation is already in progress/.test(message)) return "busy";
    if (/blocked by sync window/.test(message)) return "closed";
    throw error;
  }
}

function questionAbout(
  { server, app, namespace }: ArgoRef,
  { path, doing }: { readonly path: string; readonly doing: string },
): Asked {
  const url = new URL(`applications/${encodeURIComponent(app)}${path}`, baseOf(server));
  if (namespace !== undefined) url.searchParams.set("appNamespace", namespace);
  return { method: "GET", url, doing: `${doing} the Application "${app}"` };
}

/** What finding Applications takes of them: with all resources, a thousand make a long answer. */
const fields = [
  ...["metadata.resourceVersion", "items.metadata.name", "items.metadata.namespace", "items.spec"],
  ...["items.status.sync", "items.status.sourceType", "items.status.sourceTypes"],
  "items.status.summary",
];

function questionFor({ server, label, project, namespace }: ArgoSelector): Asked {
  const url = new URL("applications", baseOf(server));
  const asked = { fields: fields.join(","), selector: label, projects: project };
  for (const [name, value] of Object.entries({ ...asked, appNamespace: namespace })) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return { method: "GET", url, doing: "list the Applications" };
}

/** Argo CD may be served below a path (--rootpath). */
function baseOf(server: string): string {
  return `${server.replace(/\/+$/, "")}/api/v1/`;
}

function hintsFor(
  method: Question["method"],
  token: string | undefined,
  variable: string,
): Question["hints"] {
  return {
    401:
      token === undefined
        ? `Set ${variable}.`
        : `The token in ${variable} has expired or was revoked: make a new one.`,
    403:
      method === "POST"
        ? "Give the token's role the right to sync the Application."
        : "Argo CD also says this of an Application that is not there: check its name and its " +
          `namespace, and that the token in ${variable} may get it.`,
    404: "Check verify.argocd.server: Argo CD may be served below a path.",
  };
}

function ignored(error: unknown): undefined {
  if (!(error instanceof Failure) || error.code === "interrupted") throw error;
}
