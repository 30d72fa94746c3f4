/** The way in to pins. It brings the YAML parser along, so load it when it is needed. */

export type { Pin, PinMove } from "./pin.ts";
export { pinHolds, printPinned } from "./pin.ts";
export { findPins } from "./pin-find.ts";
export { isManifestPath, namesIn, needlesOf } from "./pin-mention.ts";
export { splicePins } from "./pin-splice.ts";
