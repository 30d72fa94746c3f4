/** What every `Files` promises: the one of this machine and the one in memory. */

import { describe, expect, test } from "vitest";
import type { Files } from "../../src/ports.ts";

/** Makes files with this content, whose paths begin with `root`. */
export type MakeFiles = (content: Readonly<Record<string, string>>) => {
  files: Files;
  root: string;
};

/** Holds an implementation to the port's words. */
export function filesContract(name: string, make: MakeFiles): void {
  const content = {
    "app/b.yaml": "image: shop/api:1",
    "app/a.yml": "image: shop/web:1",
    "app/deep/c.json": '{"image":"shop/api:1"}',
    "app/README.md": "shop/api:1",
    "app/.git/d.yaml": "image: shop/api:1",
    "other/e.yaml": "image: shop/api:1",
  };
  const found = async (paths: readonly string[], needles: readonly string[]) => {
    const { files, root } = make(content);
    const list = await files.find(
      paths.map((path) => `${root}/${path}`),
      needles,
    );
    return list.map(({ path }) => path.slice(root.length + 1));
  };

  describe(name, () => {
    test("finds manifests that contain a needle, in the order of their paths", async () => {
      expect(await found(["app"], ["api"])).toEqual(["app/b.yaml", "app/deep/c.json"]);
      expect(await found(["app"], ["web", "api"])).toHaveLength(3);
    });

    test("finds all manifests when there is no needle", async () => {
      expect(await found(["app", "other"], [])).toEqual([
        "app/a.yml",
        "app/b.yaml",
        "app/deep/c.json",
        "other/e.yaml",
      ]);
    });

    test("finds a file once, by itself or by paths that overlap", async () => {
      expect(await found(["app/b.yaml"], ["api"])).toEqual(["app/b.yaml"]);
      expect(await found(["app", "app/b.yaml", "app/deep"], ["api"])).toHaveLength(2);
    });

    test("refuses a path that does not exist", async () => {
      await expect(found(["app", "nowhere"], [])).rejects.toMatchObject({ code: "usage" });
    });

    test("replaces the bytes of the files that are named, and of no other", async () => {
      const { files, root } = make(content);
      const bytes = new Uint8Array(Buffer.from("image: é\r\n"));
      await files.replace([{ path: `${root}/app/b.yaml`, bytes }]);
      const list = await files.find([root], []);
      expect(list).toHaveLength(4);
      const textOf = (path: string) =>
        Buffer.from(list.find((file) => file.path === `${root}/${path}`)!.bytes).toString();
      expect(textOf("app/b.yaml")).toBe("image: é\r\n");
      expect(textOf("app/a.yml")).toBe("image: shop/web:1");
    });
  });
}
