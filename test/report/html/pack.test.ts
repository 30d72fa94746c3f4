/** Long tables leave rows to the page's script as packed data. */

import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { auditHtml } from "../../../src/report/html/audit.ts";
import { pack } from "../../../src/report/html/pack.ts";
import { script } from "../../../src/report/html/script.ts";
import { sampleAudit } from "../../support/sample-audit.ts";

/** The page's own inverse, cut out of its script. */
const [source] = /const digits = [\s\S]*?\n {2}};\n/.exec(script) ?? [""];
const unpack = (packed: string, size: number): string =>
  runInNewContext(`${source} unpack(packed)`, {
    ...{ Uint16Array, TextDecoder, Number },
    packed: { textContent: packed, dataset: { size: String(size) } },
  });

test("what is packed is unpacked the same, whatever it repeats", () => {
  const piece = fc.constantFrom("abc", "aaaaaaaaaa", '","', "9e3779b", "é\u{1f600}", "x");
  const texts = fc.array(piece, { maxLength: 200 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(texts, (text) => {
      expect(unpack(pack(text), text.length)).toBe(text);
    }),
  );
});

test("what repeats far back, and for long, takes a fraction", () => {
  const text = Array.from({ length: 4_000 }, (_, at) => `{"id":${at},"author":"Ada Ferreira"}`);
  const packed = pack(text.join("\n"));
  expect(packed.length).toBeLessThan(text.join("\n").length / 2.5);
  expect(unpack(packed, text.join("\n").length)).toBe(text.join("\n"));
});

test("of 10,000 commits the page has at most 3 MB, with every one of them", () => {
  const large = sampleAudit(10_000);
  const page = auditHtml(large);
  expect(Buffer.byteLength(page)).toBeLessThan(3_000_000);
  const [, size, packed = ""] = /data-size="(\d+)">([^<]*)</.exec(page) ?? [];
  const data = JSON.parse(unpack(packed, Number(size)));
  const written = [...page.matchAll(/<tr id="c-([0-9a-f]+)"/g)].map(([, id]) => id);
  const left = data["commits-table"].map(([, id]: string[]) => id?.slice(2));
  const all = large.commits.map(({ revision }) => revision);
  expect([...written, ...left]).toEqual(all);
});

test("no text of a row can end the script that holds it", () => {
  const large = sampleAudit(400);
  const commits = large.commits.map((one) => ({ ...one, subject: "</script><b>x" }));
  const page = auditHtml({ ...large, commits });
  expect(page.match(/<\/script>/g)).toHaveLength(2);
});
