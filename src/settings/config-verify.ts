/** The part of landfall.yaml that says where a deploy is seen: `verify`. */

import { z } from "zod";
import { defaults } from "../core/defaults.ts";
import * as value from "./config-values.ts";
import { optional } from "./config-values.ts";

const argocd = z.strictObject({
  app: optional(
    value.text,
    "Name of the Application, or a pattern such as robson-*. Without app, label and project: every Application whose source holds the pins.",
  ),
  label: optional(value.text, "Label selector of Applications, such as team=robson,tier!=db."),
  project: optional(value.text, "Project of Applications."),
  server: value.securePage.describe("Argo CD's URL. The token comes from the environment."),
  namespace: optional(value.text, "Namespace of the Application, if not Argo CD's own."),
  ca: optional(
    value.text,
    "File with the authority behind Argo CD's certificate, PEM. Default: the system's.",
  ),
  tokenVariable: optional(
    value.argocdTokenVariable,
    "Environment variable with the token, where each of several servers has its own.",
    defaults.argocd.tokenVariable,
  ),
});

const context = optional(
  value.text,
  "Context of the kubeconfig. Default: that of --context, else the current one.",
);

const flux = z.strictObject({
  namespace: value.text.describe("Namespace of Flux's objects."),
  context,
  objects: value
    .listOf(value.fluxObject)
    .describe("What applies the pins: Kustomization/NAME or HelmRelease/NAME."),
});

const rollout = z.strictObject({
  namespace: value.text.describe("Namespace of the workloads."),
  context,
  workloads: optional(
    value.listOf(value.workload),
    "Workloads such as Deployment/web. Default: those that pin our images.",
  ),
});

const smoke = z.strictObject({
  url: value.page.describe("Page to ask for."),
  status: optional(value.status, "Status that the page must have.", defaults.smoke.status),
  contains: optional(
    value.text,
    "Text that the page must hold. {tag} and {revision} are filled in.",
  ),
  retries: optional(value.natural, "How often to ask again. Default: until the time is over."),
});

/** What proves that a deploy runs. */
export const verify = z.strictObject({
  argocd: optional(
    value.oneOrMore(argocd),
    "Argo CD, which applies the manifests: one Application, or a list.",
  ),
  flux: optional(
    value.oneOrMore(flux),
    "Flux, which applies the manifests: in one namespace, or a list.",
  ),
  rollout: optional(
    value.oneOrMore(rollout),
    "The cluster, which runs the images: one namespace, or a list.",
  ),
  smoke: optional(value.listOf(smoke), "Pages that show that the deploy runs."),
});
