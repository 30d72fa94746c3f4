/**
 * Argo CD by its REST interface. Shapes: argo-cd, server/application/application.proto
 * (`ApplicationQuery`, `ApplicationSyncRequest`), behind grpc-gateway.
 */

import { readApplication } from "../core/argo-application.ts";
import { Failure } from "../core/failure.ts";
import type { ArgoCd, Clock } from "../ports.ts";
import { clusterHttp } from "./cluster-http.ts";
import { askJson, nonsense, type Question } from "./cluster-json.ts";

/** Where Argo CD is, and which Application is meant. */
export interface ArgoCdOptions {
  readonly server: string;
  readonly app: string;
  /** The Application's own namespace, if it is not Argo CD's. */
  readonly namespace?: string | undefined;
  /** Of an account or of a project role. */
  readonly token: string | undefined;
  readonly clock: Clock;
  /** The wall-clock limit of one request, in milliseconds. A refresh waits for the comparison. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Opens Argo CD. Nothing is sent yet. */
export function openArgoCd(options: ArgoCdOptions): ArgoCd {
  const { app, namespace, token, clock, timeoutMs, signal } = options;
  const http = clusterHttp({ timeoutMs, signal });
  // Argo CD may be served below a path (--rootpath).
  const base = `${options.server.replace(/\/+$/, "")}/api/v1/applications/`;
  const question = (method: "GET" | "POST", path: string, doing: string): Question => ({
    ...{ method, doing: `${doing} the Application "${app}"`, token },
    url: new URL(`${encodeURIComponent(app)}${path}`, base),
    deniedHint:
      token === undefined
        ? "Set LANDFALL_ARGOCD_TOKEN."
        : "Argo CD also says this of an Application that is not there: check its name, and that " +
          "the token in LANDFALL_ARGOCD_TOKEN is not over and may get and sync it.",
    missingHint: "Check verify.argocd.app and verify.argocd.namespace.",
  });

  return {
    async application(how) {
      const asked = question("GET", "", "read");
      if (how === "refresh") asked.url.searchParams.set("refresh", "normal");
      if (namespace !== undefined) asked.url.searchParams.set("appNamespace", namespace);
      const application = readApplication(await askJson(asked, { http, clock }));
      if (application === undefined) throw nonsense(asked, "something else than an Application");
      return application;
    },
    async sync() {
      // No revision: an Application that syncs by itself refuses any but what it follows.
      const body = { name: app, ...(namespace !== undefined && { appNamespace: namespace }) };
      try {
        await askJson({ ...question("POST", "/sync", "sync"), body }, { http, clock });
        return "asked";
      } catch (error) {
        const isBusy =
          error instanceof Failure &&
          /another operation is already in progress/.test(error.message);
        if (isBusy) return "busy";
        throw error;
      }
    },
  };
}
