/**
 * Argo CD by its REST interface. Shapes: argo-cd, server/application/application.proto
 * (`ApplicationQuery`, `ApplicationSyncRequest`), behind grpc-gateway.
 */

import { isExplainedByTree, readApplication } from "../../core/cluster/argo-application.ts";
import { readSyncWindows } from "../../core/cluster/argo-windows.ts";
import { textAt } from "../../core/cluster/json.ts";
import { asFailure, Failure } from "../../core/failure.ts";
import type { ArgoCd, Clock } from "../../ports.ts";
import { httpClient } from "../http/client.ts";
import type { HttpsProxy } from "../http/proxy-env.ts";
import { type Asking, askJson, nonsense, type Question } from "./json.ts";

/** Where Argo CD is, and which Application is meant. */
export interface ArgoCdOptions {
  readonly server: string;
  readonly app: string;
  /** The Application's own namespace, if it is not Argo CD's. */
  readonly namespace?: string | undefined;
  /** Of an account or of a project role. */
  readonly token: string | undefined;
  /** The authority behind its certificate, PEM; undefined: the system's. */
  readonly authority?: string | undefined;
  readonly clock: Clock;
  /** The wall-clock limit of one request, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly proxy?: HttpsProxy | undefined;
}

/** How long a comparison with git is waited for, in milliseconds: what is down never answers. */
const refreshMsMax = 10_000;

/** Opens Argo CD. Nothing is sent yet. */
export function openArgoCd(options: ArgoCdOptions): ArgoCd {
  const { app, namespace, authority, clock, timeoutMs, signal, proxy } = options;
  const http = httpClient({ tls: { authority }, timeoutMs, signal, proxy });
  const asking: Asking = { http, clock };

  const reading = (path: string, doing: string): Question => {
    const asked = questionTo(options, { method: "GET", path, doing });
    if (namespace !== undefined) asked.url.searchParams.set("appNamespace", namespace);
    return asked;
  };

  /** It only explains what the Application says, so without it that is said alone. */
  const tree = () =>
    askJson(reading("/resource-tree", "read the resources of"), asking).catch(ignored);

  return {
    async application(how) {
      const asked = reading("", "read");
      if (how === "refresh") asked.url.searchParams.set("refresh", "normal");
      const limitMs = how === "refresh" ? refreshMsMax : undefined;
      const json = await askJson({ ...asked, limitMs }, asking);
      const application = readApplication(json, isExplainedByTree(json) ? await tree() : undefined);
      if (application === undefined) throw nonsense(asked, "something else than an Application");
      return application;
    },
    sync: () => syncNow(options, asking),
    async maySync({ project }) {
      const what = [project, ...(namespace === undefined ? [] : [namespace]), app];
      const may = `account/can-i/applications/sync/${what.map(encodeURIComponent).join("/")}`;
      const asked = questionTo(options, { method: "GET", path: "", doing: "ask who may sync" });
      const url = new URL(`../${may}`, asked.url);
      const value = textAt(await askJson({ ...asked, url }, asking).catch(ignored), "value");
      return value === "" ? undefined : value === "yes";
    },
    async syncWindows() {
      const asked = reading("/syncwindows", "read the sync windows of");
      const json = await askJson(asked, asking).catch(ignored);
      return json === undefined ? undefined : readSyncWindows(json);
    },
  };
}

async function syncNow(options: ArgoCdOptions, asking: Asking): ReturnType<ArgoCd["sync"]> {
  const { app, namespace } = options;
  // No revision: an Application that syncs by itself refuses any but what it follows.
  const body = { name: app, ...(namespace !== undefined && { appNamespace: namespace }) };
  const asked = questionTo(options, { method: "POST", path: "/sync", doing: "sync" });
  try {
    await askJson({ ...asked, body }, asking);
    return "asked";
  } catch (error) {
    const { message } = asFailure(error);
    if (/another operation is already in progress/.test(message)) return "busy";
    if (/blocked by sync window/.test(message)) return "closed";
    throw error;
  }
}

function questionTo(
  { server, app, token }: ArgoCdOptions,
  { method, path, doing }: { method: "GET" | "POST"; path: string; doing: string },
): Question {
  // Argo CD may be served below a path (--rootpath).
  const base = `${server.replace(/\/+$/, "")}/api/v1/applications/`;
  return {
    ...{ method, doing: `${doing} the Application "${app}"`, token },
    url: new URL(`${encodeURIComponent(app)}${path}`, base),
    hints: {
      401:
        token === undefined
          ? "Set LANDFALL_ARGOCD_TOKEN."
          : "The token in LANDFALL_ARGOCD_TOKEN has expired or was revoked: make a new one.",
      403:
        method === "POST"
          ? "Give the token's role the right to sync the Application."
          : "Argo CD also says this of an Application that is not there: check its name and its " +
            "namespace, and that the token in LANDFALL_ARGOCD_TOKEN may get it.",
      404: "Check verify.argocd.server: Argo CD may be served below a path.",
    },
  };
}

function ignored(error: unknown): undefined {
  if (!(error instanceof Failure) || error.code === "interrupted") throw error;
}
