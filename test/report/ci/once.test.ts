/** One finding is told once, however many images it is about. */

import { expect, test } from "vitest";
import type { SyncImage } from "../../../src/core/results/sync.ts";
import { reportModelOf } from "../../../src/report/ci/models.ts";
import { uncoloured } from "../../../src/report/style.ts";
import { syncText } from "../../../src/report/text/sync.ts";
import { sampleSync } from "../../support/sample-sync.ts";

const detail = "The grace time is over, and sha-1 is still without acme/web.";
const stalled = (image: string): SyncImage => ({
  ...{ image, verdict: "stalled", detail, hint: "Look at the build.", fixed: false },
  pins: [{ file: `k8s/${image}.yaml`, line: 3, tag: "sha-0" }],
});

test("a build that is missing is one line of text and one notice", () => {
  const result = { ...sampleSync(), images: ["a", "b", "c"].map(stalled) };
  const text = syncText(result, uncoloured);
  expect(text.split(detail)).toHaveLength(2);
  for (const name of ["a", "b", "c"]) expect(text).toContain(`stalled     ${name}\n`);
  expect(reportModelOf(result)?.notices.filter(({ message }) => message === detail)).toHaveLength(
    1,
  );
});
