/** YAML and JSON that are made to cost: a deploy that meets them lands or is refused, in time. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { loadConfigText } from "../../../src/settings/config.ts";
import { numbered } from "../../support/all-or-some.ts";
import type { Ran } from "../../support/run-cli.ts";
import { openSecretWorld, run } from "../../support/secret-world.ts";

const image = "example/app";
const many = (count: number, line: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at)).join("");
const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
/** Nine to the ninth references when it is unfolded: more than fits into any memory. */
const layers = many(9, (at) => {
  const below = at === 0 ? "x" : `*a${at - 1}`;
  return `k${at}: &a${at} [${Array(9).fill(below).join(", ")}]\n`;
});

const edited: readonly (readonly [string, string])[] = [
  ["aliases that unfold to 9^9 values", layers],
  ["20,000 keys in one mapping", many(20_000, (at) => `k${at}: 1\n`)],
  ["20,000 anchors", many(20_000, (at) => `k${at}: &a${at} 1\n`)],
  ["2,000 documents", many(2_000, (at) => `a: ${at}\n---\n`)],
  [
    "merge keys in a chain",
    `a0: &m0 {x: 1}\n${many(999, (at) => `a${at + 1}: &m${at + 1} {<<: *m${at}}\n`)}`,
  ],
  [
    "tags that some readers execute",
    "a: !!js/function 'process.exit(9)'\nb: !!python/object:os.system id\n",
  ],
  [
    "keys of every object's prototype",
    "__proto__: {polluted: 1}\nconstructor: {prototype: {polluted: 1}}\n",
  ],
];

const refused: readonly (readonly [string, string])[] = [
  ["nesting deeper than the parser goes", `a: ${nested(50_000)}\n`],
  ["more than 32 MiB", `# ${"x".repeat(32 * 1024 * 1024)}\n`],
];

/** A folder `k8s` with manifests of these texts, in which the program as it is installed runs. */
function openFolder(texts: readonly string[]) {
  const home = mkdtempSync(join(tmpdir(), "landfall-bomb-"));
  mkdirSync(join(home, "k8s"));
  const files = texts.map((_, at) => join(home, "k8s", `f${at}.yaml`));
  for (const [at, file] of files.entries()) writeFileSync(file, texts[at]!);
  const env = { PATH: process.env.PATH ?? "", HOME: home };
  return {
    remove: () => rmSync(home, { recursive: true, force: true }),
    text: (at: number) => readFileSync(files[at]!, "utf8"),
    moveTags: () => run(["set", `${image}=new`, "--path", "k8s"], { cwd: home, env }),
  };
}

describe("a manifest with", () => {
  const folder = openFolder(edited.map(([, bomb]) => `${bomb}image: ${image}:old\n`));
  afterAll(() => folder.remove());
  let ran: Ran;
  beforeAll(async () => {
    ran = await folder.moveTags();
  });

  test.each(numbered(edited))("%s is edited, and only its tag changes", (_what, bomb, at) => {
    expect(ran, ran.err).toMatchObject({ status: 0 });
    expect(folder.text(at) === `${bomb}image: ${image}:new\n`).toBe(true);
  });

  test.each(refused)("%s is refused with its name, and stays as it is", async (_what, bomb) => {
    const text = `image: ${image}:old\n${bomb}`;
    const one = openFolder([text]);
    onTestFinished(() => one.remove());
    const { status, err } = await one.moveTags();
    expect(status, err).toBe(2);
    expect(err).toMatch(/^landfall: k8s\/f0\.yaml:\d+:\d+: Cannot edit "k8s\/f0\.yaml": /);
    expect(one.text(0) === text).toBe(true);
  });
});

describe("settings with", () => {
  test.each([
    ["aliases that unfold to 9^9 values", layers, /alias/],
    [
      "nesting deeper than the parser goes",
      `a: ${nested(30_000)}\n`,
      /^Cannot read the settings: /,
    ],
    ["more than people write", many(20_000, (at) => `k${at}: 1\n`), /more than 65536/],
  ])("%s are refused", (_what, bomb, says) => {
    const load = () => loadConfigText("landfall.yaml", bomb);
    const message = expect.stringMatching(says);
    expect(load).toThrow(expect.objectContaining({ code: "config", message }));
  });
});

describe("holds on the branch with", () => {
  test.each([
    ["aliases", `${layers}holds: *a8\n`],
    ["nesting", `holds: ${nested(20_000)}\n`],
    ["many keys", many(20_000, (at) => `k${at}: 1\n`)],
  ])(
    "a bomb of %s stop the deploy: a hold that is misread is not taken for none",
    async (_what, bomb) => {
      const world = await openSecretWorld({
        files: (name) => [
          { path: "k8s/web.yaml", bytes: `image: ${name}:old\n` },
          { path: ".landfall/holds.yaml", bytes: bomb },
        ],
      });
      const tip = await world.box.tip();
      const ran = await world.promoteHere();
      // The outcome is `failed`: its status is 1, whatever the cause.
      expect(ran, ran.err).toMatchObject({ status: 1 });
      expect(ran.out).toContain(".landfall/holds.yaml");
      expect(await world.box.tip()).toBe(tip);
    },
  );
});

describe("a registry's JSON", () => {
  test.each([
    ["nested without end", nested(1_000_000)],
    ["of a number that is none", `{"schemaVersion":${"9".repeat(100_000)}}`],
    ["with the keys of prototypes", '{"__proto__":{"config":{"digest":"x"}},"constructor":1}'],
    ["that is no object", "null"],
  ])("%s is no manifest: the deploy fails, and nothing is pushed", async (_what, body) => {
    const world = await openSecretWorld({
      registryFault: ({ method, path }) =>
        method === "GET" && path.includes("/manifests/") ? { status: 200, body } : "pass",
    });
    const tip = await world.box.tip();
    const ran = await world.promoteHere();
    expect(ran, ran.err + ran.out).toMatchObject({ status: 1 });
    expect(ran.out).toMatch(/^failed /);
    expect(await world.box.tip()).toBe(tip);
  });
});
