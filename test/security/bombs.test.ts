/** YAML and JSON that are made to cost: a deploy that meets them lands or is refused, in time. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadConfigText } from "../../src/config.ts";
import { openSecretWorld, run } from "../support/secret-world.ts";

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
  ["more than 1 MiB", `# ${"x".repeat(1024 * 1024)}\n`],
];

/** Moves the tag in `f.yaml` of a folder, by the program as it is installed. */
async function setIn(text: string) {
  const home = mkdtempSync(join(tmpdir(), "landfall-bomb-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const file = join(home, "f.yaml");
  writeFileSync(file, text);
  const env = { PATH: process.env.PATH ?? "", HOME: home };
  const ran = await run(["set", `${image}=new`, "--path", "f.yaml"], { cwd: home, env });
  return { ran, text: readFileSync(file, "utf8") };
}

describe("a manifest with", () => {
  test.each(edited)("%s is edited, and only its tag changes", async (_what, bomb) => {
    const { ran, text } = await setIn(`${bomb}image: ${image}:old\n`);
    expect(ran, ran.err).toMatchObject({ status: 0 });
    expect(text === `${bomb}image: ${image}:new\n`).toBe(true);
  });

  test.each(refused)("%s is refused with its name, and stays as it is", async (_what, bomb) => {
    const { ran, text } = await setIn(`image: ${image}:old\n${bomb}`);
    expect(ran, ran.err).toMatchObject({ status: 2 });
    expect(ran.err).toMatch(/^landfall: f\.yaml:\d+:\d+: Cannot edit "f\.yaml": /);
    expect(text === `image: ${image}:old\n${bomb}`).toBe(true);
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
      const ran = await world.promote();
      expect(ran, ran.err).toMatchObject({ status: 2 });
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
    const ran = await world.promote();
    expect(ran, ran.err + ran.out).toMatchObject({ status: 1 });
    expect(ran.out).toMatch(/^failed /);
    expect(await world.box.tip()).toBe(tip);
  });
});
