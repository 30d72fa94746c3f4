/** URLs as CI systems and Clone buttons write them, and what is left of them. */

import { expect, test } from "vitest";
import { withoutLogin } from "../../src/core/repository-url.ts";

test.each([
  ["https://gitlab-ci-token:glcbt-secret@gitlab.example/g/p.git", "https://gitlab.example/g/p.git"],
  ["https://org@dev.azure.com/org/p/_git/r", "https://dev.azure.com/org/p/_git/r"],
  ["https://user@bitbucket.org/ws/r.git", "https://bitbucket.org/ws/r.git"],
  ["HTTPS://x-access-token:gh@p_s@github.com/o/r", "HTTPS://github.com/o/r"],
  ["http://a:b@127.0.0.1:80", "http://127.0.0.1:80"],
  ["ssh://git:secret@h.example:22/r.git", "ssh://git@h.example:22/r.git"],
  ["ssh://git@h.example/r.git", "ssh://git@h.example/r.git"],
  ["git@h.example:o/r.git", "git@h.example:o/r.git"],
  ["https://h.example/o/r@v2.git", "https://h.example/o/r@v2.git"],
  ["https://u@h.example/o/r@v2.git", "https://h.example/o/r@v2.git"],
  ["../man.git", "../man.git"],
  ["/srv/a@b/r.git", "/srv/a@b/r.git"],
])("%s", (url, left) => {
  expect(withoutLogin(url)).toBe(left);
});
