import { expect, test } from "vitest";
import { sameRepository } from "../../src/core/repository-url.ts";

const home = "https://github.com/acme/robson";

const same: readonly (readonly [string, string])[] = [
  [home, `${home}.git`],
  [home, `${home}/`],
  [home, `${home}.git/`],
  [home, "https://GitHub.com/Acme/Robson.git"],
  [home, "https://x-access-token@github.com/acme/robson"],
  [home, "https://github.com:443/acme/robson"],
  [home, "git@github.com:acme/robson.git"],
  [home, "ssh://git@github.com/acme/robson"],
  [home, "ssh://git@github.com:22/acme/robson.git"],
  [home, " https://github.com/acme/robson\n"],
  ["ssh://git@git.example.org:7999/acme/robson.git", "https://git.example.org/acme/robson"],
  ["ssh://git@git.example.org:3922/acme/robson.git", "http://git.example.org:3900/acme/robson"],
  ["http://127.0.0.1:3000/robson.git", "http://127.0.0.1:3000/robson"],
  ["git.example.org:acme/robson", "ssh://git.example.org/acme/robson"],
  ["/srv/git/robson.git", "/srv/git/robson"],
  [home, `${home}.git//`],
  [home, "git@github.com:/acme/robson.git"],
  [home, "https://github.com//acme/robson"],
  [home, "git://github.com:9418/acme/robson"],
  ["http://git.example.org:80/robson", "http://git.example.org/robson"],
  [home, "ssh://git@ssh.github.com:443/acme/robson.git"],
  ["git@ssh.dev.azure.com:v3/acme/shop/robson", "https://acme@dev.azure.com/acme/shop/_git/robson"],
  ["ssh://git@bb.example.org:7999/acme/robson.git", "https://bb.example.org/scm/acme/robson.git"],
];
test.each(same)("%j is %j", (a, b) => {
  expect(sameRepository(a, b)).toBe(true);
  expect(sameRepository(b, a)).toBe(true);
});

const different: readonly (readonly [string, string])[] = [
  [home, "https://github.com/acme/robson2"],
  [home, "https://github.com/robson"],
  [home, "https://gitlab.com/acme/robson"],
  [home, "https://github.com.evil.example/acme/robson"],
  [home, "https://evil.example/github.com/acme/robson"],
  [home, "https://github.com:8443/acme/robson"],
  ["http://127.0.0.1:3000/robson", "http://127.0.0.1:3001/robson"],
  ["/srv/git/robson", "/srv/git/other"],
  [home, ""],
  ["https://github.com/a.git/b", "https://github.com/a/b"],
  ["https://github.com/acme/x.github", "https://github.com/acme/xhub"],
  ["https://github.com/a//b", "https://github.com/a/b"],
  ["https://github.com/acme/-robson", "https://github.com/acme/robson"],
  ["git@ssh.dev.azure.com:v3/acme/shop/robson", "https://dev.azure.com/acme/other/_git/robson"],
  ["https://bb.example.org/acme/robson.git", "https://bb.example.org/scm/acme/robson.git"],
];
test.each(different)("%j is not %j", (a, b) => {
  expect(sameRepository(a, b)).toBe(false);
  expect(sameRepository(b, a)).toBe(false);
});
