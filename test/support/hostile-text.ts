/** Texts that have broken reports: markup, quotes, commands to runners, bidi, half characters. */

import fc from "fast-check";

/** Ways out of a page that fast-check would not find by itself. */
export const wayOut = [
  "<img src=x onerror=globalThis.broken=1>",
  "</script><script>globalThis.broken=1</script>",
  "</style><style>body{display:none}</style>",
  "</title><svg/onload=globalThis.broken=1>",
  "\"><b autofocus onfocus='globalThis.broken=1'",
  "--><!--",
  "<![CDATA[",
  "&lt;script&gt;&#x3c;",
  "javascript:globalThis.broken=1",
  "\u202etxt.exe\u2066",
  "\u2028\u2029\u0000\u001b[31m",
  "\ud800",
  "::error::x",
  "##[group]x",
  "`$" + "{globalThis.broken=1}`",
] as const;

export const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...wayOut), fc.string({ unit: "binary" })), { maxLength: 5 })
  .map((parts) => parts.join(""));
