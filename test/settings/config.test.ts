/** landfall.yaml: what it may say, and the one clear error for what it may not. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { main } from "../../src/cli.ts";
import { Failure, printPlace } from "../../src/core/failure.ts";
import { configSchema, loadConfigText } from "../../src/settings/config.ts";

const root = new URL("../../", import.meta.url);

const whole = `
tag: v-{revision}
images:
  - name: ldamasio/rbs-frontend-prod
    context: ./apps//frontend/
    dockerfile: docker/Dockerfile
    buildArgs: { VITE_APP_VERSION: "{tag}" }
    platform: linux/arm64
    paths: [apps/frontend, .]
  - name: localhost:5000/x
extraTags: [latest]
manifests: { repository: git@github.com:o/r.git, branch: release/1.2, paths: [infra/k8s/prod] }
source: ssh://git@example.org/o/r.git
superseded: skip
skipCi: false
identity: { name: Deploy bot, email: bot@example.org }
insecureRegistries: [registry.internal:5000]
sync: { lookback: 20, grace: 1h30m }
audit: { pattern: "^deploy ", since: 30d, behind: 2 }
verify:
  argocd: { app: robson-prod, server: https://argocd.example.org, namespace: argo }
  rollout: { namespace: robson, workloads: [Deployment/web] }
  smoke: [{ url: "https://app.example.org/x?y=1", status: 204, contains: "Build: {tag}", retries: 0 }]
`;

test("every key is read; durations become milliseconds and paths become plain", () => {
  expect(loadConfigText("landfall.yaml", whole)).toEqual({
    tag: "v-{revision}",
    images: [
      {
        name: "ldamasio/rbs-frontend-prod",
        context: "apps/frontend",
        dockerfile: "docker/Dockerfile",
        buildArgs: { VITE_APP_VERSION: "{tag}" },
        platform: "linux/arm64",
        paths: ["apps/frontend", "."],
      },
      { name: "localhost:5000/x" },
    ],
    extraTags: ["latest"],
    manifests: {
      repository: "git@github.com:o/r.git",
      branch: "release/1.2",
      paths: ["infra/k8s/prod"],
    },
    source: "ssh://git@example.org/o/r.git",
    superseded: "skip",
    skipCi: false,
    identity: { name: "Deploy bot", email: "bot@example.org" },
    insecureRegistries: ["registry.internal:5000"],
    sync: { lookback: 20, grace: 5_400_000 },
    audit: { pattern: "^deploy ", since: 2_592_000_000, behind: 2 },
    verify: {
      argocd: [{ app: "robson-prod", server: "https://argocd.example.org", namespace: "argo" }],
      rollout: [{ namespace: "robson", workloads: ["Deployment/web"] }],
      smoke: [
        {
          url: "https://app.example.org/x?y=1",
          status: 204,
          contains: "Build: {tag}",
          retries: 0,
        },
      ],
    },
  });
});

test.each([
  ["no text", ""],
  ["a comment", "# nothing yet\n"],
  ["an empty mapping", "{}"],
])("%s gives no settings", (_, text) => {
  expect(loadConfigText("landfall.yaml", text)).toEqual({});
});

/** Text, the place of the error, its message, and a part of the remedy. */
const mistakes: readonly (readonly [text: string, place: string, says: string, remedy: string])[] =
  [
    ["imagess: []", "1:1", 'Unknown key "imagess"', 'Did you mean "images"?'],
    ["\nmanifests:\n  path: [a]", "3:3", 'Unknown key "manifests.path"', '"paths"'],
    ["images:\n- nme: a/b", "2:3", 'Unknown key "images[0].nme"', 'Did you mean "name"?'],
    ["branch: main", "1:1", 'Unknown key "branch"', 'Did you mean "manifests.branch"?'],
    ["dockerfile: a", "1:1", 'Unknown key "dockerfile"', 'Did you mean "images[].dockerfile"?'],
    ["sync: { zzzzzz: 1 }", "1:9", 'Unknown key "sync.zzzzzz"', "Known keys: lookback, grace."],
    ["gitToken: hunter2", "1:1", 'Unknown key "gitToken"', "by the environment"],
    ["1: a", "1:1", 'Unknown key "1"', "Known keys: tag, images"],
    ["__proto__: { tag: x }", "1:1", 'Unknown key "__proto__"', "Known keys"],
    ["images: [{ context: a }]", "1:10", 'Missing key "images[0].name"', "landfall schema"],
    ["verify: { argocd: { app: a } }", "1:19", 'Missing key "verify.argocd.server"', "schema"],
    ["- a", "1:1", "Wrong value of the file", "Write keys and their values."],
    ["images: []", "1:9", 'Wrong value of "images"', "List at least one"],
    ["images: web", "1:9", 'Wrong value of "images": "web"', "Write a list."],
    ["images: [{ name: A/b }]", "1:18", '"images[0].name": "A/b"', "in lower case"],
    ["images: [{ name: a/b:1 }]", "1:18", '"images[0].name": "a/b:1"', "without a tag"],
    [
      "images:\n  - name: ldamasio/x\n  - name: index.docker.io/ldamasio/x",
      "3:11",
      'Wrong value of "images[1].name"',
      '"ldamasio/x" is listed above. Keep one of the two.',
    ],
    [
      "images: [{ name: a/b, buildArgs: { N: 1 } }]",
      "1:39",
      '"images[0].buildArgs.N": "1"',
      "Write a text, in quotes.",
    ],
    ["images: [{ name: a/b, platform: arm }]", "1:33", '"images[0].platform"', "linux/amd64"],
    ["images: [{ name: a/b, platforms: [arm] }]", "1:35", '"images[0].platforms[0]"', "amd64"],
    ["extraTags: [a b]", "1:13", '"extraTags[0]": "a b"', "Write a tag"],
    ["skipCi: yes", "1:9", 'Wrong value of "skipCi": "yes"', "Write true or false."],
    ["superseded: recrod", "1:13", '"superseded": "recrod"', 'Did you mean "record"?'],
    ["superseded: 7", "1:13", '"superseded": "7"', "Write one of: record, skip."],
    ["sync: { grace: soon }", "1:16", '"sync.grace": "soon"', "30d"],
    ["sync: { grace: 30 }", "1:16", '"sync.grace": "30"', "Write a text, in quotes."],
    ["sync: { lookback: 1.5 }", "1:19", '"sync.lookback"', "a whole number"],
    ["sync: { lookback: 0 }", "1:19", '"sync.lookback"', "above zero"],
    ['audit: { pattern: "(" }', "1:19", '"audit.pattern"', "regular expression"],
    ["identity: { name: '', email: a@b }", "1:19", '"identity.name": ""', "not empty"],
    ["verify: { smoke: [{ url: x }] }", "1:26", '"verify.smoke[0].url": "x"', "Write a URL"],
    [
      "verify: { argocd: { app: a, server: http://argocd.example.org } }",
      "1:37",
      '"verify.argocd.server"',
      "https",
    ],
    [
      "verify: { rollout: { namespace: a, workloads: [web] } }",
      "1:48",
      "workloads[0]",
      "Deployment/",
    ],
    [
      "verify: { argocd: [{ server: https://a.example, lable: x }] }",
      "1:49",
      'Unknown key "verify.argocd[0].lable"',
      'Did you mean "label"?',
    ],
    ["verify: { rollout: [] }", "1:20", 'Wrong value of "verify.rollout"', "List at least one"],
    [
      "verify: { argocd: { server: https://a.example, tokenVariable: ey.J0 } }",
      "1:63",
      'Wrong value of "verify.argocd.tokenVariable"',
      "never the token itself",
    ],
    ["tag: a\ntag: b", "2:1", "Map keys must be unique", "Fix the YAML"],
    ["tag: [", "1:7", "Cannot read the settings", "Fix the YAML"],
    ["tag: !env TAG", "1:6", "Unresolved tag: !env", "Fix the YAML"],
    ["tag: a\n---\ntag: b", "2:1", "Cannot read the settings", "Fix the YAML"],
  ];

test.each(mistakes)("%j is refused with its place and the remedy", (text, place, says, remedy) => {
  const failure = failureOf(text);
  expect(printPlace(failure.place!)).toBe(`landfall.yaml:${place}`);
  expect(failure.message).toContain(says);
  expect(failure.hint).toContain(remedy);
});

describe.each([
  [
    "tag",
    ["sha-{revision:6}", "sha-{revision:41}", "sha", "{revision}{revision}", "a b{revision}"],
  ],
  ["manifests.branch", ["-x", "a..b", "a b", "refs/heads/main", "HEAD", "a.lock", "a/", "@"]],
  ["manifests.paths[0]", ["/etc", "../..", "a/../b", "../a", "a\\b", ""]],
  ["images[0].context", ["/srv", "x/.."]],
  ["images[0].dockerfile", ["../Dockerfile"]],
])("%s", (key, values) => {
  test.each(values)("refuses %j", (value) => {
    const failure = failureOf(nested(key, value));
    expect(failure.message).toBe(`Wrong value of "${key}": "${value}"`);
    expect(failure.place).toMatchObject({ file: "landfall.yaml", line: 1 });
  });
});

test("an unknown key is named before what its absence causes", () => {
  expect(failureOf("tag: '{}'\nimages: [{ nam: a/b }]").message).toContain('"images[0].nam"');
});

test("the first wrong value in the file is named", () => {
  expect(failureOf("skipCi: 1\ntag: x").message).toContain('"skipCi"');
  expect(failureOf("tag: x\nskipCi: 1").message).toContain('"tag"');
});

test.each(["source", "manifests.repository", "verify.smoke[0].url", "verify.argocd.server"])(
  "a URL with a secret under %s is refused, and not shown",
  (key) => {
    const failure = failureOf(nested(key, "https://bot:hunter2@example.org/r"));
    expect(failure.message).toContain(key);
    expect(`${failure.message} ${failure.hint}`).not.toContain("hunter2");
  },
);

test("an alias bomb is refused", () => {
  const layers = Array.from({ length: 9 }, (_, at) => {
    const below = at === 0 ? "x" : `*a${at - 1}`;
    return `k${at}: &a${at} [${Array(9).fill(below).join(", ")}]`;
  });
  expect(failureOf(layers.join("\n")).message).toContain("Cannot read the settings");
});

test("landfall.schema.json is what `landfall schema` prints", async () => {
  const printed: string[] = [];
  const status = await main(["schema"], {
    env: {},
    cwd: "/",
    out: (text) => printed.push(text),
    err: () => {},
    outIsTerminal: false,
    signal: new AbortController().signal,
  });
  expect(status).toBe(0);
  const written = readFileSync(new URL("landfall.schema.json", root), "utf8");
  expect(printed.join(""), "npm run --silent build && node dist/cli.js schema").toBe(written);
});

test("the schema describes every key", () => {
  expect(undescribed(configSchema(), "")).toEqual([]);
});

test("the example's settings are right", () => {
  const text = readFileSync(new URL("examples/robson/landfall.yaml", root), "utf8");
  const config = loadConfigText("landfall.yaml", text);
  expect(config.images?.map(({ name }) => name)).toHaveLength(3);
  expect(config.manifests).toEqual({ branch: "main", paths: ["infra/k8s/prod"] });
});

function failureOf(text: string): Failure {
  try {
    loadConfigText("landfall.yaml", text);
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    expect(error).toMatchObject({ code: "config" });
    return error as Failure;
  }
  throw new Error(`"${text}" was accepted`);
}

/** Writes a document in which one value stands at `key` and what it needs stands around it. */
function nested(key: string, value: string): string {
  const around: Record<string, object> = {
    "images[0]": { name: "a/b" },
    "verify.argocd": { app: "a" },
  };
  const [, parent = "", last = "", isItem] = /^(.*?)\.?([^.[\]]+)(\[0\])?$/.exec(key) ?? [];
  const own = { ...around[parent], [last]: isItem ? [value] : value };
  const document = parent.split(".").reduceRight<object>((inner, part) => {
    if (part === "") return inner;
    const name = part.replace("[0]", "");
    return { [name]: part.endsWith("]") ? [inner] : inner };
  }, own);
  return JSON.stringify(document);
}

interface Described {
  readonly description?: string;
  readonly properties?: Record<string, Described>;
  readonly items?: Described;
}

function undescribed({ properties = {}, items }: Described, path: string): string[] {
  const below = Object.entries(properties).flatMap(([name, child]) => [
    ...(child.description ? [] : [`${path}${name}`]),
    ...undescribed(child, `${path}${name}.`),
  ]);
  return items ? [...below, ...undescribed(items, path)] : below;
}

test("what may be one or a list is a list, and one is a list of one", () => {
  const server = "https://argocd.example.org";
  const { verify } = loadConfigText(
    "landfall.yaml",
    `verify:
  argocd:
    - { server: ${server} }
    - { server: ${server}, app: "robson-*", label: "team=web", project: robson }
  rollout: [{ namespace: eu, context: prod-eu }, { namespace: us }]
  flux: { namespace: flux-system, objects: [Kustomization/apps] }`,
  );
  expect(verify).toEqual({
    argocd: [{ server }, { server, app: "robson-*", label: "team=web", project: "robson" }],
    rollout: [{ namespace: "eu", context: "prod-eu" }, { namespace: "us" }],
    flux: [{ namespace: "flux-system", objects: ["Kustomization/apps"] }],
  });
});
