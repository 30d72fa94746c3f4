import { describe, expect, test } from "vitest";
import { readKubeconfig } from "../../../src/core/cluster/kubeconfig.ts";
import { Failure } from "../../../src/core/failure.ts";

const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const base64 = Buffer.from(pem).toString("base64");

const v1 = "client.authentication.k8s.io/v1";

/** A kubeconfig of one cluster and one user. */
function config({ cluster = "", user = "token: abc" } = {}) {
  return `
apiVersion: v1
kind: Config
current-context: prod
contexts:
  - { name: prod, context: { cluster: prod, user: bot, namespace: robson } }
  - { name: lost, context: { cluster: gone, user: bot } }
clusters:
  - name: prod
    cluster:
      server: https://10.0.0.1:6443
      ${cluster}
users:
  - name: bot
    user:
      ${user}
`;
}

const serverAt = (server: string) => config().replace("https://10.0.0.1:6443", server);
const read = (text: string, context?: string) =>
  readKubeconfig([{ file: "/home/kube", text }], context);

describe("a user", () => {
  const table: readonly (readonly [name: string, user: string, read: object])[] = [
    ["by a token", "token: abc", { kind: "token", token: "abc" }],
    ["by a token's file", "tokenFile: t", { kind: "token-file", file: "t" }],
    [
      "by a file before the text",
      "{ tokenFile: t, token: abc }",
      { kind: "token-file", file: "t" },
    ],
    ["by nothing", "{}", { kind: "nobody" }],
    [
      "by a program",
      `{ exec: { apiVersion: ${v1}, command: aws, args: [eks, get-token], env: [{ name: A, value: b }], provideClusterInfo: true, installHint: Get it. } }`,
      {
        kind: "program",
        program: {
          ...{ command: "aws", args: ["eks", "get-token"], env: { A: "b" }, apiVersion: v1 },
          ...{ isToldCluster: true, installHint: "Get it." },
        },
      },
    ],
  ];
  test.each(table)("%s", (_, user, expected) => {
    const access = read(config({ user }));
    expect(access.user).toEqual(expected);
    expect(access.pair).toBeUndefined();
  });

  const files = { certificate: { file: "c.pem" }, key: { file: "k.pem" } };
  const pairs: readonly (readonly [name: string, user: string, kind: string, pair: object])[] = [
    [
      "by a certificate inside",
      `{ client-certificate-data: ${base64}, client-key-data: ${base64} }`,
      "nobody",
      { certificate: { text: pem }, key: { text: pem } },
    ],
    [
      "by a certificate's files",
      "{ client-certificate: c.pem, client-key: k.pem }",
      "nobody",
      files,
    ],
    [
      "by a certificate and a token",
      "{ client-certificate: c.pem, client-key: k.pem, token: abc }",
      "token",
      files,
    ],
  ];
  test.each(["client-certificate: c.pem", "client-key: k.pem"])("by half of a pair: %s", (half) => {
    expect(read(config({ user: `{ ${half}, token: abc }` })).pair).toBeUndefined();
  });

  test("by a certificate, where it names a program too", () => {
    const user = "{ client-certificate: c.pem, client-key: k.pem, exec: { command: aws } }";
    expect(read(config({ user }))).toMatchObject({ user: { kind: "nobody" }, pair: files });
  });

  test.each(pairs)("%s", (_, user, kind, pair) => {
    expect(read(config({ user }))).toMatchObject({ user: { kind }, pair });
  });
});

describe("a cluster", () => {
  const plain = { authority: undefined, serverName: undefined, certificates: "checked" };
  const table: readonly (readonly [name: string, cluster: string, read: object])[] = [
    ["with the system's authorities", "", plain],
    ["with its own inside", `certificate-authority-data: ${base64}`, { authority: { text: pem } }],
    ["with its own in a file", "certificate-authority: ca.pem", { authority: { file: "ca.pem" } }],
    ["under another name", "tls-server-name: kube.example", { serverName: "kube.example" }],
    ["with one that is no base64", "certificate-authority-data: 'é'", { authority: { text: "" } }],
    ["that nobody checks", "insecure-skip-tls-verify: true", { certificates: "unchecked" }],
    ["behind a proxy", "proxy-url: http://p:3128", { proxy: new URL("http://p:3128") }],
  ];
  test.each(table)("%s", (_, cluster, expected) => {
    const access = read(config({ cluster }));
    expect(access).toMatchObject(expected);
    expect(access.server.href).toBe("https://10.0.0.1:6443/");
  });
});

describe("is refused, with what to do, when", () => {
  const table: readonly (readonly [name: string, act: () => unknown, message: RegExp])[] = [
    ["it is no YAML", () => read("a: ["), /kube"/],
    ["it is no YAML where a secret stands", () => read("token: abc: d"), /kube.* at line 1/],
    ["it uses aliases", () => read("a: &a 1\nb: *a\n"), /aliases/],
    ["it is empty", () => read(""), /no context ""/],
    ["the context is not there", () => read(config(), "test"), /no context "test"/],
    ["the cluster is not there", () => read(config(), "lost"), /no cluster "gone"/],
    ["the server is no URL", () => read(serverAt("10.0.0.1")), /server/],
    ["the server is none of the web", () => read(serverAt("ftp://10.0.0.1")), /server/],
    ["a name is in the URL", () => read(serverAt("https://me@10.0.0.1")), /server/],
    ["a password alone is in the URL", () => read(serverAt("https://:abc@10.0.0.1")), /server/],
    [
      "the user has another's number",
      () => read(config({ user: "{ token: abc, as-uid: 1 }" })),
      /as another/,
    ],
    ["a secret is in the URL", () => read(serverAt("https://me:abc@10.0.0.1")), /server/],
    ["its proxy is none", () => read(config({ cluster: "proxy-url: socks5://p" })), /proxy/],
    [
      "the user is another",
      () => read(config({ user: "{ token: abc, as: admin }" })),
      /as another/,
    ],
    [
      "a program speaks what is no longer spoken",
      () => read(config({ user: `exec: { command: aws, apiVersion: ${v1}alpha1 }` })),
      /speaks ".*v1alpha1"/,
    ],
    [
      "a program has no name",
      () => read(config({ user: `exec: { apiVersion: ${v1} }` })),
      /has no command/,
    ],
    [
      "a program asks people",
      () =>
        read(config({ user: `exec: { command: a, apiVersion: ${v1}, interactiveMode: Always }` })),
      /asks people/,
    ],
    [
      "the user is of another group",
      () => read(config({ user: "{ token: abc, as-groups: [x] }" })),
      /as another/,
    ],
    [
      "the user has a password",
      () => read(config({ user: "{ username: me, password: abc }" })),
      /has a password/,
    ],
    [
      "a plugin has it",
      () => read(config({ user: "auth-provider: { name: gcp }" })),
      /auth-provider/,
    ],
  ];
  test.each(table)("%s", (_, act, message) => {
    const failure = failureOf(act);
    expect(failure).toMatchObject({ code: "config", place: { file: "/home/kube" } });
    expect(failure.message).toMatch(message);
    expect(failure.hint).not.toBe("");
    expect(failure.message).not.toContain("abc");
  });
});

test("of several files the first that says something of a name has the word", () => {
  const first = "contexts: [{ name: prod, context: { cluster: prod, user: me } }]\n";
  const mine = "users: [{ name: me, user: { token: mine } }, { name: bot, user: { token: no } }]\n";
  const files = [
    { file: "/a/config", text: `${first}${mine}` },
    { file: "/b/config", text: config({ cluster: "certificate-authority: ca.pem" }) },
  ];
  expect(readKubeconfig(files)).toMatchObject({
    ...{ user: { kind: "token", token: "mine" }, authority: { file: "ca.pem" } },
    files: { cluster: "/b/config", user: "/a/config" },
  });
  expect(readKubeconfig(files.toReversed())).toMatchObject({ user: { token: "abc" } });
});

test("a server without TLS is one", () => {
  expect(read(serverAt("http://127.0.0.1:8001")).server.href).toBe("http://127.0.0.1:8001/");
});

test("what is no YAML is told on one line", () => {
  expect(failureOf(() => read("a: [")).message).toBe(
    'Cannot use the kubeconfig "/home/kube": Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 5:',
  );
});

test("the contexts that there are stand in the hint", () => {
  expect(failureOf(() => read("kind: Config")).hint).toBe("Its contexts: none.");
  expect(failureOf(() => read(config(), "test")).hint).toContain('"prod", "lost"');
});

function failureOf(act: () => unknown): Failure {
  try {
    act();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
