/** The keys of landfall.yaml that say how manifests are read. */

import { z } from "zod";
import * as value from "./config-values.ts";
import { optional } from "./config-values.ts";

const objectSelector = z.strictObject({
  kind: optional(value.text, "Kind of the object, for example Deployment."),
  name: optional(value.text, "Name of the object."),
});

/** What is left out, what is a pin, what is only told. */
export const manifestRules = {
  mentions: optional(
    z.enum(["warn", "refuse", "ignore"]),
    "What follows from places that name an image and are not moved.",
    "warn",
  ),
  fields: optional(
    value.listOf(value.text),
    "Further fields that hold NAME:TAG, by key or by the end of their path.",
  ),
  exclude: optional(
    value.listOf(value.text),
    "Manifests that are left out, by path: * within a folder, ** across.",
  ),
  only: optional(
    z.union([objectSelector, value.listOf(objectSelector)]),
    "Objects whose pins are moved. Default: all.",
  ),
};
