/** The way in to pins. It brings the YAML parser along, so load it when it is needed. */

export { editManifests, type FileEdit } from "./edit.ts";
export { findPins, findPlaces } from "./find.ts";
export type { Mention } from "./mention.ts";
export { isManifestPath, mayNameOneOf, namesIn, needlesOf } from "./names.ts";
export type { Pin, PinMove } from "./pin.ts";
export { moveTo, pinHolds, plainTagOf, printPinned } from "./pin.ts";
export { type ManifestRules, refuseMentions } from "./rules.ts";
export { splicePins } from "./splice.ts";
