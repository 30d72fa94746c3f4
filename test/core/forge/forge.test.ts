/** Which forge a URL is on, and where it shows things. */

import { describe, expect, test } from "vitest";
import { forgeOf } from "../../../src/core/forge/forge.ts";
import { commitLink, compareLink, fileLink, requestLink } from "../../../src/core/forge/links.ts";

describe("a forge is known", () => {
  test.each([
    [
      "https://github.com/acme/web.git",
      "github",
      "https://github.com/acme/web",
      "https://api.github.com",
    ],
    [
      "git@github.com:acme/web.git",
      "github",
      "https://github.com/acme/web",
      "https://api.github.com",
    ],
    ["https://acme.ghe.com/a/b", "github", "https://acme.ghe.com/a/b", "https://api.acme.ghe.com"],
    [
      "https://github.acme.org/a/b",
      "github",
      "https://github.acme.org/a/b",
      "https://github.acme.org/api/v3",
    ],
    [
      "ssh://git@gitlab.com:22/a/b/c.git",
      "gitlab",
      "https://gitlab.com/a/b/c",
      "https://gitlab.com/api/v4",
    ],
    [
      "https://Codeberg.org/a/b/",
      "forgejo",
      "https://codeberg.org/a/b",
      "https://codeberg.org/api/v1",
    ],
    [
      "https://gitea.acme.org:3000/a/b",
      "gitea",
      "https://gitea.acme.org:3000/a/b",
      "https://gitea.acme.org:3000/api/v1",
    ],
  ])("by its host: %s", (url, kind, web, api) => {
    expect(forgeOf(url)).toMatchObject({ kind, web, api });
  });

  test("by the settings, and by the job that runs on it, also over SSH", () => {
    const url = "https://git.acme.org/a/b.git";
    expect(forgeOf(url)).toBeUndefined();
    expect(forgeOf(url, { kind: "gitea" })?.api).toBe("https://git.acme.org/api/v1");
    const job = [{ kind: "forgejo", web: "https://git.acme.org:8443" }] as const;
    expect(forgeOf("git@git.acme.org:a/b.git", {}, job)).toEqual({
      ...{ kind: "forgejo", path: "a/b" },
      ...{ web: "https://git.acme.org:8443/a/b", api: "https://git.acme.org:8443/api/v1" },
    });
    expect(forgeOf("https://other.org/a/b", {}, job)).toBeUndefined();
  });

  test("and of a path on this machine there is none", () => {
    for (const path of [".", "/srv/git/a.git", "file:///srv/git/a.git"]) {
      expect(forgeOf(path, { kind: "github" })).toBeUndefined();
    }
  });
});

test.each([
  ["https://github.com/a/b", "/commit/1", "/compare/1...2", "/pull/3", "/blob/1/k8s/a%20b.yml#L4"],
  [
    "https://gitlab.com/a/b",
    "/-/commit/1",
    "/-/compare/1...2",
    "/-/merge_requests/3",
    "/-/blob/1/k8s/a%20b.yml#L4",
  ],
  [
    "https://codeberg.org/a/b",
    "/commit/1",
    "/compare/1...2",
    "/pulls/3",
    "/src/commit/1/k8s/a%20b.yml#L4",
  ],
])("pages of %s", (url, ...pages) => {
  const forge = forgeOf(url)!;
  const links = [commitLink(forge, "1"), compareLink(forge, "1", "2"), requestLink(forge, 3)];
  links.push(fileLink(forge, "1", { file: "k8s/a b.yml", line: 4 }));
  expect(links).toEqual(pages.map((page) => `${url}${page}`));
});
