/** What is said of a hold to whom it keeps out. */

import { expect, test } from "vitest";
import type { Revision } from "../../../src/core/ids.ts";
import type { Hold } from "../../../src/core/landing/hold.ts";
import { endOf, heldBecause } from "../../../src/core/landing/hold-words.ts";

const words = { reason: "slow", by: "ana", at: "2026-11-26T10:00:00Z" };
const through = "a".repeat(40) as Revision;
const until = "2026-12-01T00:00:00Z";
const prod = { environment: "prod", paths: ["k8s/prod"] };

test.each<[Hold, string, string]>([
  [
    { ...words, images: [], through },
    `web is held through ${through}: slow (ana, 2026-11-26T10:00:00Z)`,
    "Promote a newer revision, or lift the hold with `landfall release`.",
  ],
  [
    { ...words, ...prod, images: [], through, freeze: true },
    "web is held in prod until it is released: slow (ana, 2026-11-26T10:00:00Z)",
    "Lift the hold with `landfall release --env prod`.",
  ],
  [
    { ...words, ...prod },
    "prod is frozen: slow (ana, 2026-11-26T10:00:00Z)",
    "The freeze ends with `landfall thaw --env prod`. Land what cannot wait with --through-freeze REASON.",
  ],
  [
    { ...words, paths: ["k8s"], until },
    "k8s is frozen: slow (ana, 2026-11-26T10:00:00Z)",
    `The freeze ends at ${until}. Land what cannot wait with --through-freeze REASON.`,
  ],
])("%j", (hold, because, end) => {
  expect(heldBecause("web", hold)).toBe(because);
  expect(endOf(hold)).toBe(end);
});
