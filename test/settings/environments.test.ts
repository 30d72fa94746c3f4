/** Environments in landfall.yaml: which is meant, what it has, and what two may not share. */

import { describe, expect, test } from "vitest";
import { loadConfigText } from "../../src/settings/config.ts";
import { chooseEnvironment, pathsBeside, settingsOf } from "../../src/settings/environments.ts";
import { freezesAt } from "../../src/settings/freeze-windows.ts";

const file = `
images: [{ name: acme/web }, { name: acme/api }]
manifests: { branch: main }
sync: { lookback: 20 }
environments:
  staging: { manifests: { paths: [k8s/staging] } }
  prod:
    manifests: { paths: [k8s/prod, k8s/prod-eu] }
    images: [acme/web]
    sync: { grace: 2h, lands: attempted }
    after: staging
`;
const config = loadConfigText("landfall.yaml", file);

describe("the environment that is meant", () => {
  test("is the one that is named, the only one, or none where there are none", () => {
    expect(chooseEnvironment(config, ["prod"])).toBe("prod");
    const only = loadConfigText("f", "environments: { prod: { manifests: { paths: [k8s] } } }");
    expect(chooseEnvironment(only, [])).toBe("prod");
    expect(chooseEnvironment({}, [])).toBeUndefined();
    expect(chooseEnvironment(undefined, [])).toBeUndefined();
  });

  test.each([
    [[], "Cannot tell which environment is meant: there are staging, prod", "--env"],
    [["prd"], 'Cannot find the environment "prd" in the settings', 'Did you mean "prod"?'],
    [["all"], "Cannot do this for several environments at once: all", "audit, status and pins"],
    [["prod", "staging"], "Cannot do this for several environments at once", "Name one"],
  ])("%j is refused, with what to do", (asked, message, hint) => {
    expect(() => chooseEnvironment(config, asked)).toThrow(
      expect.objectContaining({
        code: "usage",
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      }),
    );
  });

  test("cannot be named where the settings have none", () => {
    expect(() => chooseEnvironment({}, ["prod"])).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("List it under environments") }),
    );
  });
});

test("an environment has its own settings, and the file's for all that it omits", () => {
  const prod = settingsOf(config, "prod");
  expect(prod.manifests).toEqual({ branch: "main", paths: ["k8s/prod", "k8s/prod-eu"] });
  expect(prod.images?.map(({ name }) => name)).toEqual(["acme/web"]);
  expect(prod.sync).toEqual({ lookback: 20, grace: 7_200_000, lands: "attempted" });
  expect(settingsOf(config, "staging").images).toHaveLength(2);
  expect(pathsBeside(config, "staging")).toEqual(["k8s/staging", "k8s/prod", "k8s/prod-eu"]);
});

describe("settings are refused", () => {
  const two = (one: string, other: string) =>
    `environments: { a: { manifests: { ${one} } }, b: { manifests: { ${other} } } }`;

  test.each([
    ["two environments with one path", two("paths: [k8s]", "paths: [k8s]"), '"k8s" with a'],
    ["one inside the other", two("paths: [k8s]", "paths: [k8s/b]"), '"k8s" and "k8s/b"'],
    ["one that is the whole branch", two("paths: [.]", "paths: [k8s]"), "one inside the other"],
    [
      "one path of one repository, spelled in two ways",
      two(
        "repository: https://git.example.org/k8s.git, paths: [k8s]",
        "repository: https://git.example.org/k8s, paths: [k8s]",
      ),
      '"k8s" with a',
    ],
    ["an image that is not listed", "environments: { a: { images: [acme/x] } }", '"acme/x"'],
    ["a gate that is not there", "environments: { a: { after: b } }", '"b", which is not there'],
    [
      "a gate that waits for itself",
      "environments: { a: { after: b }, b: { after: a } }",
      "it comes after itself",
    ],
    ["a name that means all", "environments: { all: {} }", "all"],
    ["half a window", "freeze: [{ cron: 0 16 * * 5, reason: x }]", "cron and lasts"],
    [
      "a window with too much",
      "freeze: [{ from: 2026-12-24, to: 2027-01-02, lasts: 1h, reason: x }]",
      "cron and lasts",
    ],
    [
      "an end before the beginning",
      "freeze: [{ from: 2027-01-02, to: 2026-12-24, reason: x }]",
      "ends before",
    ],
    ["no date", "freeze: [{ from: 2026-13-24, to: 2027-01-02, reason: x }]", "moment"],
    ["no cron", "freeze: [{ cron: noon, lasts: 1h, reason: x }]", "cron"],
    ["no zone", "freeze: [{ cron: 0 1 * * *, lasts: 1h, timezone: X/Y, reason: x }]", "timezone"],
  ])("with %s", (_, text, words) => {
    const read = () => loadConfigText("landfall.yaml", text);
    expect(read).toThrow(expect.objectContaining({ code: "config" }));
    expect(read).toThrow(
      expect.toSatisfy((e: Error & { hint: string }) => `${e.message} ${e.hint}`.includes(words)),
    );
  });

  test("but for one path on two branches", () => {
    const text = two("branch: x, paths: [k8s]", "branch: y, paths: [k8s]");
    expect(Object.keys(loadConfigText("f", text).environments ?? {})).toEqual(["a", "b"]);
  });
});

describe("a freeze of the settings", () => {
  const scope = { environment: "prod", paths: ["k8s"] };
  const at = (when: string, text: string) =>
    freezesAt(loadConfigText("f", text).freeze ?? [], scope, Date.parse(when));
  const christmas = "freeze: [{ from: 2026-12-24T12:00:00Z, to: 2027-01-02, reason: rest }]";
  const inBerlin =
    "freeze: [{ from: 2026-12-24, to: 2027-03-29T08:00, timezone: Europe/Berlin, reason: rest }]";
  const weekend =
    'freeze: [{ cron: "0 16 * * 5", lasts: 64h, timezone: Europe/Berlin, reason: weekend }]';

  test.each([
    ["before it begins", christmas, "2026-12-24T11:59:59Z", undefined],
    ["as it begins", christmas, "2026-12-24T12:00:00Z", "2027-01-02T00:00:00Z"],
    ["as it ends", christmas, "2027-01-02T00:00:00Z", undefined],
    ["before midnight in Berlin", inBerlin, "2026-12-23T22:59:59Z", undefined],
    ["at midnight in Berlin", inBerlin, "2026-12-23T23:00:00Z", "2027-03-29T06:00:00Z"],
    ["at eight in Berlin, in summer time", inBerlin, "2027-03-29T06:00:00Z", undefined],
    ["on Friday before four in Berlin", weekend, "2026-11-27T14:59:00Z", undefined],
    ["on Friday at four in Berlin", weekend, "2026-11-27T15:00:00Z", "2026-11-30T07:00:00Z"],
    ["on Sunday", weekend, "2026-11-29T12:00:00Z", "2026-11-30T07:00:00Z"],
    ["on Monday at eight in Berlin", weekend, "2026-11-30T07:00:00Z", undefined],
    ["on a Friday in summer time", weekend, "2026-07-03T14:00:00Z", "2026-07-06T06:00:00Z"],
  ])("%s", (_, text, when, until) => {
    expect(at(when, text).map((freeze) => freeze.until)).toEqual(until ? [until] : []);
  });

  test("is about the scope, and says where it is from", () => {
    expect(at("2026-12-25T00:00:00Z", christmas)).toMatchObject([
      { ...scope, reason: "rest", by: "landfall.yaml", at: "2026-12-24T12:00:00Z" },
    ]);
  });
});
