/** What keeps foreign text inert in a report: the template, and the policy of the page. */

import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AuditResult } from "../../../src/core/results/audit.ts";
import type { SyncResult } from "../../../src/core/results/sync.ts";
import { auditHtml } from "../../../src/report/html/audit.ts";
import { escapeHtml, html, nothing } from "../../../src/report/html/html.ts";
import { syncHtml } from "../../../src/report/html/sync.ts";
import { hostileText } from "../../support/hostile-text.ts";
import { sampleAudit } from "../../support/sample-audit.ts";
import { sampleSync } from "../../support/sample-sync.ts";

describe("the template", () => {
  test.each([
    ["text", html`<p>${'<b a="1">&\''}</p>`, "<p>&lt;b a=&quot;1&quot;&gt;&amp;&#39;</p>"],
    ["markup", html`<p>${html`<i>${"<"}</i>`}</p>`, "<p><i>&lt;</i></p>"],
    ["numbers", html`${12}`, "12"],
    ["nothing", html`a${undefined}b${nothing}c`, "abc"],
    ["lists", html`${[html`<i>`, "<", [1, "&"]]}`, "<i>&lt;1&amp;"],
    ["bidi and controls", html`${"a\u202eb\u0000c\u001b[1m"}`, "a b c [1m"],
  ])("prints %s", (_, made, printed) => {
    expect(String(made)).toBe(printed);
  });

  test("escaped text holds nothing that ends text or an attribute, nor reorders what is read", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const escaped = escapeHtml(text);
        expect(escaped).not.toMatch(/[<>"'\p{Cc}\p{Cf}]|&(?!(?:amp|lt|gt|quot|#39);)/u);
      }),
    );
  });
});

/** The characters that make a page's structure, in their order. */
function skeleton(page: string): string {
  const written = page.replace(/<(style|script)>[^<]*<\/\1>/g, "<$1>");
  return written.replace(/&(?:amp|lt|gt|quot|#39);/g, "").replace(/[^<>"'&]/g, "");
}

function audit(word: string): AuditResult {
  const { commits, deploys, inversions, leftBehind, ...rest } = sampleAudit(30);
  return {
    ...rest,
    ...{ repository: word, branch: word, source: `${word}!`, warnings: [word] },
    failure: { code: "internal", message: word, hint: word, place: { file: word, line: 1 } },
    commits: commits.map((commit) => ({ ...commit, subject: word, author: word })),
    deploys: deploys.map((deploy) => ({
      ...{ ...deploy, subject: word, author: word },
      moves: deploy.moves.map(() => ({ file: word, image: word, from: word, to: word })),
    })),
    inversions: inversions.map((one) => ({ ...one, image: word, from: word, to: word })),
    leftBehind: leftBehind.map((one) => ({ ...one, file: word, image: word, tag: word })),
  };
}

function sync(word: string): SyncResult {
  const { images, ...rest } = sampleSync();
  return {
    ...rest,
    ...{ deploy: word, repository: word, branch: word, source: `${word}!`, warnings: [word] },
    failure: { code: "internal", message: word, hint: word, place: { file: word, line: 1 } },
    diff: word.replaceAll("\n", " "),
    images: images.map((image) => ({
      ...{ ...image, image: word, detail: word, hint: word },
      pins: image.pins.map((pin) => ({ ...pin, file: word, tag: word })),
    })),
  };
}

describe.each([
  ["audit", (word: string) => auditHtml(audit(word))],
  ["sync", (word: string) => syncHtml(sync(word))],
])("the page of %s", (_, print) => {
  const calm = print("word");

  test("has the same structure whatever names, subjects and messages say", () => {
    const expected = skeleton(calm);
    fc.assert(
      fc.property(hostileText, (text) => {
        // No word may come out empty: then the page says so instead, in markup of its own.
        expect(skeleton(print(`word${text}`))).toBe(expected);
      }),
      { numRuns: 40 },
    );
  });

  test("is allowed by its policy to run and look as it is written, and nothing else", () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(calm)?.[1];
    expect(policy?.split("; ")).toEqual([
      "default-src 'none'",
      `style-src '${hashOf("style", calm)}'`,
      `script-src '${hashOf("script", calm)}'`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
  });

  test("holds no handler, no inline style, and no address to load from", () => {
    const tags = calm.replace(/<(style|script)>[^<]*<\/\1>/g, "").match(/<[^>]*>/g) ?? [];
    expect(tags.filter((tag) => /\s(?:on\w+|style|src|srcset|action)=/i.test(tag))).toEqual([]);
    expect(tags.filter((tag) => /\shref="(?!#)/.test(tag))).toEqual([]);
  });

  test("gives every id once", () => {
    const ids = [...calm.matchAll(/<[^>]*\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(ids.length).toBe(new Set(ids).size);
  });

  test("is the same for the same result", () => {
    expect(print("word")).toBe(calm);
  });
});

function hashOf(tag: "style" | "script", page: string): string {
  const text = new RegExp(`<${tag}>(.*?)</${tag}>`, "s").exec(page)?.[1] ?? "";
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
