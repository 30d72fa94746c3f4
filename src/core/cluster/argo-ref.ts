/** Which Applications of Argo CD are meant: one by its name, or those that a selector finds. */

import { toldApart } from "./told-apart.ts";

/** One Application. */
export interface ArgoRef {
  /** URL of the Argo CD that it belongs to. */
  readonly server: string;
  readonly app: string;
  /** Its own namespace; undefined: Argo CD's. */
  readonly namespace?: string | undefined;
}

/** What the settings say of Applications: nothing but a server means those that deploy the pins. */
export interface ArgoSelector {
  readonly server: string;
  /** A name, or a pattern with `*`. */
  readonly app?: string | undefined;
  /** A label selector as Kubernetes spells it, `team=web,tier!=db`. */
  readonly label?: string | undefined;
  readonly project?: string | undefined;
  readonly namespace?: string | undefined;
}

/** Returns the Application that a selector names outright. */
export function refNamed({ label, project, ...named }: ArgoSelector): ArgoRef | undefined {
  const { app } = named;
  const isName = app !== undefined && !app.includes("*") && (label ?? project) === undefined;
  return isName ? { ...named, app } : undefined;
}

/** Returns whether a pattern fits a name: `*` stands for any text, also for none. */
export function fitsName(pattern: string, name: string): boolean {
  const parts = pattern.split("*").map((text) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(name);
}

/** Returns a selector in words. */
export function printSelector({ app, label, project, namespace, server }: ArgoSelector): string {
  const said = [
    app,
    label && `label ${label}`,
    project && `project ${project}`,
    namespace && `namespace ${namespace}`,
  ].filter((text) => text !== undefined && text !== "");
  return said.length === 0 ? `all at ${hostOf(server)}` : said.join(", ");
}

/** Returns what each Application is called. */
export function printRefs(refs: readonly ArgoRef[]): readonly string[] {
  return toldApart(refs, [
    ({ app }) => app,
    ({ namespace }) => (namespace === undefined ? "" : ` in ${namespace}`),
    ({ server }) => ` at ${hostOf(server)}`,
  ]);
}

/** Returns the host of a URL, and its port where it names one. */
function hostOf(server: string): string {
  return URL.canParse(server) ? new URL(server).host : server;
}
