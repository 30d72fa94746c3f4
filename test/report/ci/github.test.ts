/** What GitHub Actions is told: read back as its runner reads it, whatever the words were. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { githubAnnotations } from "../../../src/report/ci/annotations.ts";
import type { Notice } from "../../../src/report/ci/model.ts";
import { reportModelOf } from "../../../src/report/ci/models.ts";
import { githubOutputs } from "../../../src/report/ci/outputs.ts";
import { plain } from "../../../src/report/safe-text.ts";
import { hostileText } from "../../support/hostile-text.ts";
import { hostileResults, samplePromote } from "../../support/sample-results.ts";
import { sampleSync } from "../../support/sample-sync.ts";

/** A command as the runner finds it in a line (Runner.Common/ActionCommand.cs). */
interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

function parse(line: string): Command {
  const found = /^\s*::([^ :]+)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$/s.exec(line);
  if (found === null) throw new Error(`no command: ${line}`);
  const [, name = "", properties = "", data = ""] = found;
  const pairs = properties.split(",").map((pair) => {
    const equals = pair.indexOf("=");
    return [pair.slice(0, equals), decoded(pair.slice(equals + 1))] as const;
  });
  return { name, properties: Object.fromEntries(pairs), data: decoded(data) };
}

function decoded(text: string): string {
  const codes: Readonly<Record<string, string>> = { "0D": "\r", "0A": "\n", "3A": ":", "2C": "," };
  return text.replace(/%(0D|0A|3A|2C)/g, (_, code) => codes[code] ?? "").replaceAll("%25", "%");
}

/** What the runner takes from the file of GITHUB_OUTPUT. */
function readOutputs(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const lines = text.split(/\r\n|\r|\n/);
  for (let at = 0; at < lines.length - 1; at += 1) {
    const head = /^([\w-]+)<<(.+)$/.exec(lines[at] ?? "");
    if (head === null) throw new Error(`not an output: ${lines[at]}`);
    const end = lines.indexOf(head[2] ?? "", at + 1);
    found[head[1] ?? ""] = lines.slice(at + 1, end).join("\n");
    at = end;
  }
  return found;
}

const notice = (change: Partial<Notice>): Notice => ({
  ...{ level: "error", title: "t", message: "m" },
  ...change,
});

describe("annotations", () => {
  test("of a sync name the pins that are not as wanted, and not those that have a digest too", () => {
    const [, mixed] = sampleSync().images;
    const digest = `sha256:${"a".repeat(64)}`;
    const [well, behind] = mixed!.pins;
    const pins = [{ ...well!, tag: `${well!.tag}@${digest}` }, behind!];
    const { notices } = reportModelOf(sampleSync({ images: [{ ...mixed!, fixed: false, pins }] }))!;
    expect(notices.map(({ place }) => place?.file)).toEqual([behind!.file]);
  });

  test("stand on the line of the manifest, with the remedy below", () => {
    const place = { file: "k8s/a,b:c.yaml", line: 19, column: 4 };
    const text = githubAnnotations([notice({ place, title: "100%, see:", hint: "do this" })]);
    expect(text).toBe(
      "::error file=k8s/a%2Cb%3Ac.yaml,line=19,col=4,title=100%25%2C see%3A::m%0Ado this\n",
    );
  });

  test("are ten of a kind at most, the worst first, and the tenth counts the rest", () => {
    const many = (level: Notice["level"], count: number) =>
      Array.from({ length: count }, (_, at) => notice({ level, message: `${level} ${at}` }));
    const all = [...many("notice", 3), ...many("warning", 10), ...many("error", 32)];
    const lines = githubAnnotations(all).trimEnd().split("\n").map(parse);
    const names = lines.map(({ name }) => name);
    expect(names.indexOf("warning")).toBe(10);
    expect(names.filter((name) => name === "error")).toHaveLength(10);
    expect(names.filter((name) => name === "warning")).toHaveLength(10);
    expect(names.filter((name) => name === "notice")).toHaveLength(3);
    expect(lines[9]).toMatchObject({ properties: { title: "23 more" } });
    expect(lines[9]?.data).toMatch(/^and 23 more, the first of them: t: error 9$/);
    expect(lines[19]?.data).toBe("warning 9");
  });

  test("whatever the words, each is one command, and its parts are the words made plain", () => {
    fc.assert(
      fc.property(hostileText, hostileText, (words, file) => {
        const place = { file: `x${file}`, line: 3 };
        const text = githubAnnotations([
          notice({ title: `t${words}`, message: `m${words}`, place }),
        ]);
        const lines = text.split(/[\r\n]/);
        expect(lines).toHaveLength(2);
        expect(lines[0]).not.toContain("##[");
        const { name, properties, data } = parse(lines[0] ?? "");
        expect(name).toBe("error");
        expect(Object.keys(properties)).toEqual(["file", "line", "title"]);
        expect(properties).toMatchObject({ file: plain(place.file), title: plain(`t${words}`) });
        expect(data).toBe(plain(`m${words}`));
      }),
    );
  });

  test("of every result, with hostile words in every place, are commands of three kinds", () => {
    fc.assert(
      fc.property(hostileText, (words) => {
        for (const result of hostileResults(words)) {
          const { troubles, notices } = reportModelOf(result)!;
          const all = [...troubles, ...notices];
          expect(all, result.command).not.toEqual([]);
          const lines = githubAnnotations(all).trimEnd().split("\n");
          const names = new Set(lines.map((line) => parse(line).name));
          expect([...names].filter((name) => !/^(?:error|warning|notice)$/.test(name))).toEqual([]);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("of one image with two tags name every place that is not as wanted", () => {
    const mixed = sampleSync().images.map((image) => ({ ...image, fixed: false }));
    const { notices } = reportModelOf(sampleSync({ images: mixed, exit: 3, outcome: undefined }))!;
    expect(
      notices.map(({ level, title, place }) => [level, title, place?.file, place?.line]),
    ).toEqual([
      ["error", "acme/api: mixed", "infra/k8s/prod/pattern-scan-cronjob.yml", 27],
      ["error", "acme/api-nginx: behind", "infra/k8s/prod/nginx-deploy.yml", 19],
    ]);
  });
});

describe("outputs", () => {
  const outputsOf = (result: object) =>
    readOutputs(githubOutputs(reportModelOf(result)!, "ghadelimiter_1b2c"));

  test("say what came of a promotion", () => {
    expect(outputsOf(samplePromote())).toEqual({
      ...{ command: "promote", verdict: "landed", outcome: "landed", exit: "0", changed: "true" },
      ...{ revision: "5b09d68aa47e1a4b6c1f1b7c6f0e9a3d2c1b0a99", tag: "sha-5b09d68" },
      commit: "feedbee0a47e1a4b6c1f1b7c6f0e9a3d2c1b0a99",
      images: `acme/web:sha-5b09d68@sha256:${"ab".repeat(32)}`,
      ...{ attempts: "2", deploy: "d-1" },
    });
  });

  test("say that nothing changed unless pins moved in a commit that landed", () => {
    for (const outcome of ["unchanged", "superseded", "would-land", "unknown"] as const) {
      expect(outputsOf(samplePromote({ outcome })).changed, outcome).toBe("false");
    }
    const [image] = samplePromote().images;
    const record = samplePromote({ images: [{ ...image!, outcome: "superseded" }] });
    expect(outputsOf(record).changed).toBe("false");
    const hold = { images: ["acme/web"], through: record.revision!, reason: "r", by: "b", at: "a" };
    const lifted = samplePromote({
      ...{ command: "release", images: [], holds: [{ ...hold, change: "lifted" }] },
    });
    expect(outputsOf(lifted).changed).toBe("true");
  });

  test("of every result read back, and a hostile value makes no output of its own", () => {
    const names = hostileResults("x").map((result) => Object.keys(outputsOf(result)));
    fc.assert(
      fc.property(hostileText, fc.constantFrom("\n", "\r", "\r\n"), (words, end) => {
        const worst = `${words}${end}evil=1${end}evil<<x${end}1${end}x`;
        const found = hostileResults(worst).map((result) => Object.keys(outputsOf(result)));
        expect(found).toEqual(names);
      }),
      { numRuns: 60 },
    );
  });

  test("that hold the delimiter are a bug that is seen", () => {
    const brief = reportModelOf(samplePromote({ deploy: "d\nEOF\nevil=1" }))!;
    expect(() => githubOutputs(brief, "EOF")).toThrow("delimiter");
  });
});
