/** The port `Files`, on this machine and in memory. */

import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { localFiles } from "../../src/adapters/files.ts";
import { filesInMemory } from "../support/files-in-memory.ts";
import { filesContract } from "./files.contract.ts";

const made: string[] = [];
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

function folderWith(content: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "landfall-files-"));
  made.push(root);
  for (const [path, text] of Object.entries(content)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

filesContract("files of this machine", (content) => ({
  files: localFiles,
  root: folderWith(content),
}));
filesContract("files in memory", (content) => ({
  files: filesInMemory(new Map(Object.entries(content).map(([path, text]) => [`r/${path}`, text]))),
  root: "r",
}));

const image = "image: shop/api:1";
const bytes = new Uint8Array(Buffer.from("image: shop/api:2"));

describe("links", () => {
  test("one that leads out of the given paths is told: to a file that has a needle, to a folder", async () => {
    const root = folderWith({ "in/a.yaml": image, "outside/x.yaml": image, "outside/y.yaml": "" });
    for (const target of ["outside/x.yaml", "outside/y.yaml", "outside"]) {
      symlinkSync(join(root, target), join(root, `in/${target.replaceAll("/", "-")}`));
    }
    const list = await localFiles.find([join(root, "in")], ["api"]);
    expect(list.map(({ path, unread }) => [path.slice(root.length), unread])).toEqual([
      ["/in/a.yaml", undefined],
      ["/in/outside", `links to "${root}/outside", which is not under the paths`],
      ["/in/outside-x.yaml", `links to "${root}/outside/x.yaml", which is not under the paths`],
    ]);
  });

  test("one to what is under the paths and no manifest by its name is told, too", async () => {
    const root = folderWith({ "a.yaml.tmpl": image });
    symlinkSync("a.yaml.tmpl", join(root, "a.yaml"));
    const [file] = await localFiles.find([root], ["api"]);
    expect(file).toMatchObject({ path: join(root, "a.yaml"), bytes: Buffer.from(image) });
    expect(file?.unread).toContain('"a.yaml.tmpl"');
  });

  test("one whose target is under the given paths gives its target once, and a loop ends", async () => {
    const root = folderWith({ "in/a.yaml": image, "more/b.yaml": image });
    symlinkSync("a.yaml", join(root, "in/link.yaml"));
    symlinkSync("../more", join(root, "in/more"));
    symlinkSync("..", join(root, "more/loop"));
    const list = await localFiles.find([root], ["api"]);
    expect(list.map(({ path }) => path)).toEqual([
      join(root, "in/a.yaml"),
      join(root, "more/b.yaml"),
    ]);
  });

  test("one that leads nowhere, to itself or to no manifest is passed over", async () => {
    const root = folderWith({ "in/a.yaml": image, "notes.txt": "" });
    symlinkSync("gone", join(root, "in/gone.yaml"));
    symlinkSync("itself.yaml", join(root, "in/itself.yaml"));
    symlinkSync("../notes.txt", join(root, "in/notes.txt"));
    expect(await localFiles.find([join(root, "in")], [])).toHaveLength(1);
  });

  test("one that is given as the path is refused, with a slash behind it or not", async () => {
    const root = folderWith({ "in/a.yaml": image });
    symlinkSync("in", join(root, "link"));
    for (const path of ["link", "link/", "link//"]) {
      await expect(localFiles.find([`${root}/${path}`], [])).rejects.toMatchObject({
        code: "bad-manifest",
      });
    }
  });
});

describe("replacing", () => {
  test("keeps the mode and leaves nothing else behind", async () => {
    const root = folderWith({ "a.yaml": image });
    chmodSync(join(root, "a.yaml"), 0o751);
    await localFiles.replace([{ path: join(root, "a.yaml"), bytes }]);
    expect(statSync(join(root, "a.yaml")).mode & 0o777).toBe(0o751);
    expect(readFileSync(join(root, "a.yaml"), "utf8")).toBe("image: shop/api:2");
    expect(readdirSync(root)).toEqual(["a.yaml"]);
  });

  test("replaces none when one of many cannot be written", async () => {
    const names = Array.from({ length: 200 }, (_, at) => `${at}.yaml`);
    const root = folderWith(Object.fromEntries(names.map((name) => [name, image])));
    const files = [...names, "gone/b.yaml"].map((name) => ({ path: join(root, name), bytes }));
    await expect(localFiles.replace(files)).rejects.toMatchObject({ code: "usage" });
    expect(readdirSync(root).sort()).toEqual(names.sort());
    const texts = new Set(names.map((name) => readFileSync(join(root, name), "utf8")));
    expect([...texts]).toEqual([image]);
  });
});
