/** A small picture of an audit's verdict: what it is about, and its state. */

import { type AuditFinding, type AuditResult, findingsOf } from "../core/results/audit.ts";
import { type Html, html } from "./html/html.ts";
import { printCount } from "./html/words.ts";
import { plain } from "./safe-text.ts";

const findingWords: Readonly<Record<AuditFinding, string>> = {
  gap: "lost",
  "left-behind": "left behind",
  inversion: "went back",
  "by-hand": "by hand",
};

/** White on each of these has a contrast of 4.5 or more. */
const colours = { good: "#1f7a3d", bad: "#b3201a", unknown: "#5c6670" } as const;

function stateOf(audit: AuditResult): readonly [text: string, tone: keyof typeof colours] {
  if (audit.failure !== undefined) return ["unknown", "unknown"];
  const [worst] = findingsOf(audit);
  if (worst !== undefined) return [`${printCount(worst[1])} ${findingWords[worst[0]]}`, "bad"];
  const { pending } = audit.counts;
  return [pending > 0 ? `${printCount(pending)} on the way` : "all deployed", "good"];
}

/** Returns the badge as SVG. */
export function auditBadge(audit: AuditResult): string {
  const label = plain(audit.environment ?? audit.branch, 40);
  const [state, tone] = stateOf(audit);
  const [left, right] = [widthOf(label), widthOf(state)];
  const width = left + right;
  return `${html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${label}: ${state}">
<title>${label}: ${state}</title>
<rect width="${left}" height="20" fill="#3b4252"/>
<rect x="${left}" width="${right}" height="20" fill="${colours[tone]}"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
${textTag(label, 0, left)}
${textTag(state, left, right)}
</g>
</svg>`}\n`;
}

/** About what the text takes in Verdana, with 8 pixels at either side. */
function widthOf(text: string): number {
  return 16 + 7 * [...text].length;
}

/** The text is given its length, so that it fits in any font. */
function textTag(text: string, x: number, width: number): Html {
  return html`<text x="${x + 8}" y="14" textLength="${width - 16}" lengthAdjust="spacingAndGlyphs">${text}</text>`;
}
