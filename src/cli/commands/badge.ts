/** `landfall badge`: an audit's verdict as a small picture. */

import { auditBadge } from "../../report/badge.ts";
import { auditFlags, auditOne } from "../audit-request.ts";
import { command } from "../command.ts";
import { manifests, output } from "../flags.ts";
import { printResult } from "../output.ts";

const flags = { ...auditFlags, ...manifests, ...output };

export default command({
  description:
    "Print a badge in SVG: whether every code commit was deployed. Exits with 0 whatever the badge\n" +
    "says, unless the audit failed; the badge is then grey.",
  examples: [
    ["landfall badge > landfall.svg", "a picture for the README, written by a scheduled job"],
    ["landfall badge --env prod --since 7d > prod.svg", "of one environment, over a week"],
  ],
  flags,
  async run(flags, io) {
    const result = await auditOne(flags, io);
    printResult(result, () => auditBadge(result), { ...flags, io });
    return result.failure === undefined ? 0 : result.exit;
  },
});
