/** The way in to pins. It brings the YAML parser along, so load it when it is needed. */

export { editManifests, type FileEdit } from "./edit.ts";
export { findPins } from "./find.ts";
export { isManifestPath, namesIn, needlesOf } from "./mention.ts";
export type { Pin, PinMove } from "./pin.ts";
export { pinHolds, printPinned } from "./pin.ts";
export { splicePins } from "./splice.ts";
