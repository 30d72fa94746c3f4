/** The part of landfall.yaml that says where a deploy is seen: `verify`. */

import { z } from "zod";
import { defaults } from "../core/defaults.ts";
import * as value from "./config-values.ts";
import { optional } from "./config-values.ts";

const argocd = z.strictObject({
  app: value.text.describe("Name of the Application."),
  server: value.securePage.describe("Argo CD's URL. The token comes from the environment."),
  namespace: optional(value.text, "Namespace of the Application, if not Argo CD's own."),
  ca: optional(
    value.text,
    "File with the authority behind Argo CD's certificate, PEM. Default: the system's.",
  ),
});

const flux = z.strictObject({
  namespace: value.text.describe("Namespace of Flux's objects."),
  objects: value
    .listOf(value.fluxObject)
    .describe("What applies the pins: Kustomization/NAME or HelmRelease/NAME."),
});

const rollout = z.strictObject({
  namespace: value.text.describe("Namespace of the workloads."),
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
  argocd: optional(argocd, "Argo CD, which applies the manifests."),
  flux: optional(flux, "Flux, which applies the manifests."),
  rollout: optional(rollout, "The cluster, which runs the images."),
  smoke: optional(value.listOf(smoke), "Pages that show that the deploy runs."),
});
