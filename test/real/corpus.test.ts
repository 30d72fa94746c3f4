/** `npm run corpus` itself: that it counts what is right, and sees what is wrong. */

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";

const root = mkdtempSync(join(tmpdir(), "landfall-corpus-test-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const manifests = {
  "shop/app.yaml":
    "kind: Pod\napiVersion: v1\nspec:\n  containers:\n    - image: shop/api:1.0 # kept\n",
  "shop/values.yaml": "image:\n  repository: shop/web\n  tag: '1.0'\nnote: none\n",
  "shop/chart/templates/a.yaml": "image: shop/api:{{ .Values.tag }}\n",
};
for (const [path, text] of Object.entries(manifests)) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Stands in for landfall: edits by the given JavaScript, and says that it moved everything. */
function standIn(name: string, edit: string): string {
  const path = join(root, `${name}.mjs`);
  const code = `import { readFileSync as read, writeFileSync as write } from "node:fs";
    const [, , , asked] = process.argv;
    const [, name, tag] = /^(.*)=([^@]*)/.exec(asked);
    ${edit}
    console.log(JSON.stringify({ images: [], files: [] }));`;
  writeFileSync(path, code);
  return path;
}

/** Returns the first row of the table, by column, and all that was printed. */
function corpus(...cli: string[]) {
  const args = [
    "test/corpus/run.mjs",
    join(root, "shop"),
    ...cli.flatMap((path) => ["--cli", path]),
  ];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const [head, , first] = stdout
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()));
  const row = Object.fromEntries(head!.map((name, at) => [name, first?.[at]]));
  return { row, status, stdout };
}

test("moves each image that stands in a folder, and leaves the folder alone", () => {
  const { row, status } = corpus();
  expect(row).toMatchObject({ files: "3", images: "2", "wrong bytes": "0", silent: "0" });
  expect(Number(row["moved whole"]) + Number(row["with mentions"]) + Number(row.refused)).toBe(2);
  expect(status).toBe(0);
  for (const [path, text] of Object.entries(manifests)) {
    expect(readFileSync(join(root, path), "utf8")).toBe(text);
  }
});

test.each([
  [
    "a comment that changed",
    'const f = "app.yaml"; write(f, read(f, "utf8").replace("# kept", "# gone"));',
  ],
  [
    "another value that changed",
    'const f = "values.yaml"; write(f, read(f, "utf8").replace("none", tag));',
  ],
  [
    "a tag of another image",
    'const f = "values.yaml"; write(f, read(f, "utf8").replace("1.0", tag));',
  ],
])("sees %s", (name, edit) => {
  const { row, status } = corpus(
    standIn(name.replaceAll(" ", "-"), `if (name === "shop/api") { ${edit} }`),
  );
  expect(row).toMatchObject({ images: "2", "wrong bytes": "1" });
  expect(status).toBe(1);
});

test("sees what was passed over in silence", () => {
  const { row, status } = corpus(standIn("lazy", ""));
  expect(row).toMatchObject({ images: "2", silent: "2" });
  expect(status).toBe(1);
});

test("takes a refusal that changed a file for wrong bytes", () => {
  const edit = 'write("app.yaml", "x"); process.exit(2);';
  expect(corpus(standIn("half", edit)).row).toMatchObject({ "wrong bytes": "2" });
});
