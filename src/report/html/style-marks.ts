/** How marks and the timeline look: beside words the style draws what the timeline's paths do. */

/** Part of the one style of all reports. */
export const markStyle = `
.calm { --tone: var(--calm); } .quiet { --tone: var(--quiet); } .mended { --tone: var(--mended); }
.waiting { --tone: var(--waiting); } .notice { --tone: var(--notice); } .bad { --tone: var(--bad); }
.k { white-space: nowrap; }
.k::before { content: ""; display: inline-block; width: 0.62rem; height: 0.62rem;
  margin-right: 0.45em; background: var(--tone);
  forced-color-adjust: none; print-color-adjust: exact; }
.k.bad { color: var(--bad); font-weight: 650; }
.k.dot::before, .k.ring::before, .k.dashes::before { border-radius: 50%; }
.k.ring::before { background: none; border: 2px solid var(--tone); }
.k.dashes::before { background: none; border: 2px dotted var(--tone); }
.k.diamond::before { transform: rotate(45deg) scale(0.85); }
.k.down::before { clip-path: polygon(0 8%, 100% 8%, 50% 100%); }
.k.up::before { clip-path: polygon(0 92%, 100% 92%, 50% 0); }
.k.cross::before { clip-path: polygon(0 18%, 18% 0, 50% 32%, 82% 0, 100% 18%, 68% 50%, 100% 82%,
  82% 100%, 50% 68%, 18% 100%, 0 82%, 32% 50%); }
.k.bar::before { width: 2px; margin: 0 calc(0.31rem + 0.45em - 1px) 0 calc(0.31rem - 1px); }
.k.stub::before { width: 2px; height: 0.4rem;
  margin: 0 calc(0.31rem + 0.45em - 1px) 0 calc(0.31rem - 1px); }
.legend { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr));
  gap: 0.75rem 1.5rem; margin-top: 1rem; }
.legend div { display: grid; grid-template-columns: 3rem 1fr; column-gap: 0.9rem; }
.legend dd { order: -1; text-align: right; font-variant-numeric: tabular-nums; font-weight: 650; }
.legend small { line-height: 1.35; }
.legend .none, .legend .none .k { color: var(--soft); font-weight: 400; }
.legend .none dd { font-weight: 400; }
figure.timeline { margin-top: 1.5rem; }
figcaption { color: var(--soft); font-size: 0.8667rem; margin-top: 0.25rem; max-width: 60rem; }
svg { display: block; width: 100%; height: auto; font-size: 11px;
  font-variant-numeric: tabular-nums; }
svg text { fill: var(--soft); }
svg text.strong { fill: var(--text); }
svg text.over { paint-order: stroke; stroke: var(--page); stroke-width: 4px;
  stroke-linejoin: round; }
svg .over { pointer-events: none; }
svg text.bad { fill: var(--bad); font-weight: 650; }
svg .grid { stroke: var(--faint); }
svg .rule { stroke: var(--line); }
svg .median { stroke: var(--soft); stroke-dasharray: 4 3; }
svg .wash { fill: var(--bad-wash); }
svg .lack { stroke: var(--bad); stroke-width: 2; }
.marks path { fill: var(--tone); stroke: var(--tone); stroke-width: 0; fill-opacity: 0.75;
  cursor: pointer; }
.marks .ring, .marks .dashes { fill: var(--page); fill-opacity: 0; stroke-width: 1.3;
  stroke-opacity: 0.85; }
.marks .dashes { stroke-dasharray: 1.8 1.4; stroke-width: 1.5; }
.marks .cross { fill: none; stroke-width: 2.2; }
.marks .bar, .marks .stub { fill: none; stroke-width: 1.2; }
.marks path:hover { stroke-width: 3; }
.marks .off { opacity: 0.12; }
@media print { .marks path, svg .wash { print-color-adjust: exact; } }`;
