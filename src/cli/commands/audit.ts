/** `landfall audit`: flags → use case → ledger. */

import type { AuditResult } from "../../core/results/audit.ts";
import { auditMatrix } from "../../core/results/audit-matrix.ts";
import { auditHtml } from "../../report/html/audit.ts";
import { auditMatrixHtml } from "../../report/html/audit-matrix.ts";
import { auditText } from "../../report/text/audit.ts";
import { auditMatrixText } from "../../report/text/audit-matrix.ts";
import { forEachEnvironment } from "../../settings/options.ts";
import { auditFlags, auditOne } from "../audit-request.ts";
import { command } from "../command.ts";
import { manifests, output, page, toggle } from "../flags.ts";
import { printResult, styleFor } from "../output.ts";

const flags = {
  ...auditFlags,
  strict: toggle("--strict", "also exit with 3 on deploys by hand"),
  ...manifests,
  ...page,
  ...output,
};

export default command({
  description:
    "Keep the ledger: which commits of the source landed, by which deploy and how late; which did\n" +
    "not; what went back; what was deployed by hand; which pins stayed behind. Exits with 3 on a\n" +
    "gap, a pin that was left behind, or a deploy that went back.",
  examples: [
    ["landfall audit --since 30d", "what became of the commits of the last 30 days"],
    ["landfall audit --since 2026-03-01 --html audit.html", "the same since a date, as a page"],
  ],
  flags,
  async run(flags, io) {
    const each = await forEachEnvironment(flags, io);
    const results: AuditResult[] = [];
    for (const own of each) results.push(await auditOne(own, io));
    const [first] = results;
    const style = styleFor(flags, io);
    if (results.length === 1 && first !== undefined) {
      const page = () => auditHtml(first);
      printResult(first, () => auditText(first, style), { ...flags, io, page });
      return first.exit;
    }
    const matrix = auditMatrix(results);
    const page = () => auditMatrixHtml(matrix);
    printResult(matrix, () => auditMatrixText(matrix, style), { ...flags, io, page });
    return matrix.exit;
  },
});
