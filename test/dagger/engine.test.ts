/**
 * The module on a real engine: what its calls do to a registry and to a git server. One story, told
 * in order, for each call takes seconds.
 */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startRegistry } from "../../src/demo/registry-server.ts";
import { type Called, cloneModule, runDagger, whyNoEngine } from "../support/dagger-engine.ts";
import {
  type Field,
  git,
  imageNames,
  makeSshKey,
  openField,
  token,
} from "../support/dagger-field.ts";

const missing = await whyNoEngine();
const space = `engine${Date.now()}`;
const minutes = 60_000;

let folder: string;
let module: string;
let field: Field;
beforeAll(async () => {
  if (missing !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), "landfall-engine-"));
  module = cloneModule(join(folder, "landfall"));
  field = await openField(folder, { module, space });
}, 1 * minutes);
afterAll(async () => {
  await field?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const tagOf = (revision: string) => `sha-${revision.slice(0, 7)}`;
/** What a call that must change nothing leaves as it was. */
const state = async () => ({
  ...{ tip: field.tip(), tags: await field.tags(), pushes: field.requests() },
});
/** How many images an engine was asked to build, by its progress. */
const builds = ({ err }: Called) => new Set(err.match(/\d+ +: .*\.?dockerBuild/gi) ?? []).size;

describe.skipIf(missing !== undefined)(
  `on an engine${missing === undefined ? "" : ` (skipped without a Dagger engine: ${missing})`}`,
  { timeout: 5 * minutes },
  () => {
    test("a fresh clone lists its functions", async () => {
      const { status, out, err } = await runDagger(["functions"], { cwd: module, env: {} });
      expect(status, err).toBe(0);
      const golden = readFileSync(join(import.meta.dirname, "surface.golden.txt"), "utf8");
      const main = golden.slice(0, golden.indexOf("\nResult\n"));
      const names = [...main.matchAll(/^([a-z-]+): /gm)].map(([, name = ""]) => name);
      expect(names).toContain("deploy");
      for (const name of names) expect(out).toMatch(new RegExp(`^${name} +[A-Z]`, "m"));
    });

    let first: string;
    test("deploy publishes three labelled images and lands them, called from another directory", async () => {
      first = field.head();
      const { status, out, err } = await field.call("deploy");
      expect(status, err).toBe(0);
      expect(out).toMatch(new RegExp(`^landed  ${tagOf(first)}`));
      for (const name of imageNames) {
        const image = await field.published(name, tagOf(first));
        expect(image).toMatchObject({
          digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
          labels: {
            "org.opencontainers.image.revision": first,
            "org.opencontainers.image.source": expect.stringMatching(/robson\.git$/),
            "org.opencontainers.image.created": expect.stringMatching(/^\d{4}-.*Z$/),
          },
        });
        expect(field.pinned(name)).toEqual([tagOf(first)]);
      }
      expect(field.messages()[0]).toContain(`Landfall-Revision: ${first}`);
    });

    test("the same call again says unchanged, builds nothing and pushes nothing", async () => {
      const before = await state();
      const called = await field.call("deploy", [`--revision=${first}`]);
      expect(called.status, called.err).toBe(0);
      expect(called.out).toMatch(/^unchanged /);
      expect(builds(called)).toBe(0);
      expect(await state()).toEqual(before);
    });

    test("a change of the frontend builds one image, and the others keep their digests", async () => {
      const revision = field.change("apps/frontend/index.html", (text) => `${text}<!-- new -->\n`);
      const called = await field.call("deploy", ["--ref=refs/heads/main"]);
      expect(called.status, called.err).toBe(0);
      expect(called.out).toMatch(/^landed /);
      expect(called.out).toContain(`/rbs-frontend-prod:latest@sha256:`);
      expect(builds(called)).toBe(1);
      for (const name of imageNames) {
        const [old, now] = await Promise.all(
          [first, revision].map((one) => field.published(name, tagOf(one))),
        );
        expect(now!.digest === old!.digest).toBe(name !== "rbs-frontend-prod");
        expect(field.pinned(name)).toEqual([tagOf(revision)]);
      }
    });

    test("images are published by reference and digest, `latest` stays at what is newer; one is a container", async () => {
      const about = [`--revision=${first}`, "--ref=refs/heads/main"];
      const { out, err, status } = await field.call("images", about, { get: ["publish"] });
      expect(status, err).toBe(0);
      const lines = out.trim().split("\n");
      const wanted = await Promise.all(
        imageNames.map(async (name) => {
          const { digest = "" } = (await field.published(name, tagOf(first))) ?? {};
          return `registry:5000/${space}/${name}:${tagOf(first)}@${digest}`;
        }),
      );
      expect(lines.slice(0, 3)).toEqual(wanted);
      const newer = await field.published("rbs-frontend-prod", tagOf(field.head()));
      expect(lines[3]).toContain(`${newer!.digest}  left there: it is of ${field.head()}`);
      expect(await field.published("rbs-frontend-prod", "latest")).toEqual(newer);
      const label = ["label", "--name=org.opencontainers.image.revision"];
      const only = ["--rebuild", "--only=frontend", `--revision=${first}`];
      const built = await field.call("images", only, { get: ["list", "container", ...label] });
      expect(built.out.trim(), built.err).toBe(first);
    });

    test("pins, images, status and doctor say what the command line says", async () => {
      const [pins, plan, doctor, status] = await Promise.all([
        field.call("pins"),
        ...["images", "doctor", "status"].map((name) => field.call(name, [], { get: ["json"] })),
      ] as const);
      expect(pins.out, pins.err).toContain("rbs-pattern-scan-cronjob.yml");
      expect(JSON.parse(plan!.out), plan!.err).toMatchObject({
        revision: field.head(),
        verify: false,
      });
      expect(JSON.parse(doctor!.out), doctor!.err).toMatchObject({ command: "doctor", exit: 0 });
      expect(JSON.parse(status!.out), status!.err).toMatchObject({ command: "status", exit: 0 });
    });

    test("what lies about uncommitted is not built; what is committed is, also in node_modules", async () => {
      const [frontend, installed] = ["apps/frontend", "apps/frontend/node_modules/x"];
      mkdirSync(join(field.app, installed), { recursive: true });
      writeFileSync(join(field.app, installed, "y.txt"), "committed\n");
      git(field.app, "add", "--force", installed);
      const revision = field.change(
        `${frontend}/docker/Dockerfile`,
        (text) => `${text}COPY node_modules/x/y.txt /y.txt\nRUN grep committed /y.txt\n`,
      );
      const dirty = field.spoil("dirty", (copy) => {
        writeFileSync(join(copy, frontend, "docker/Dockerfile"), "FROM nothing\nRUN false\n");
        writeFileSync(join(copy, installed, "y.txt"), "changed since\n");
        // So that it is seen to be left out: what is not uploaded cannot be read.
        mkdirSync(join(copy, "node_modules"));
        cpSync(join(copy, "landfall.yaml"), join(copy, "node_modules/other.yaml"));
      });
      const [called, without] = await Promise.all([
        field.call("deploy", [], { cwd: dirty }),
        field.call("pins", [], { cwd: dirty, access: ["--config=node_modules/other.yaml"] }),
      ]);
      expect(called.status, called.err).toBe(0);
      expect(field.pinned("rbs-frontend-prod")).toEqual([tagOf(revision)]);
      expect(without.status, without.err).toBe(2);
      expect(without.err).toContain('Cannot read the settings file "node_modules/other.yaml"');
    });

    test("a Dockerfile that fails promotes and publishes nothing, and the error shows why", async () => {
      const path = "apps/backend/monolith/docker/Dockerfile_django";
      const good = readFileSync(join(field.app, path), "utf8");
      const broken = `${good}RUN echo "the reason is 42" && exit 7\n`;
      field.change(path, () => broken);
      const before = await state();
      const called = await field.call("deploy");
      expect(called.status).toBe(1);
      const error = called.err.slice(called.err.lastIndexOf("Cannot publish"));
      expect(error).toMatch(/^Cannot publish "registry:5000\/\w+\/rbs-backend-monolith-prod:sha-/);
      expect(error).toContain("nothing was promoted");
      expect(error).toContain("the reason is 42");
      expect(await state()).toEqual(before);
      field.change(path, () => good);
    });

    test("two calls at the same moment both come out right", async () => {
      const older = field.change("apps/frontend/index.html", (text) => `${text}<!-- a -->\n`);
      const clone = field.spoil("older", () => {});
      const newer = field.change("apps/frontend/index.html", (text) => `${text}<!-- b -->\n`);
      const both = await Promise.all([
        field.call("deploy", [], { cwd: clone }),
        field.call("deploy"),
      ]);
      for (const { status, out, err } of both) {
        expect(status, err).toBe(0);
        expect(out).toMatch(/^(?:landed|superseded) /);
      }
      for (const name of imageNames) {
        expect(field.pinned(name)).toEqual([tagOf(newer)]);
        expect(await field.published(name, tagOf(older))).toBeDefined();
      }
      for (const revision of [older, newer]) {
        const own = field
          .messages()
          .filter((text) => text.includes(`Landfall-Revision: ${revision}`));
        expect(own).toHaveLength(1);
      }
    });

    test("a landing is verified where the settings say so; one that fails undoes nothing", async () => {
      const verified = field.verifying(401);
      const well = await field.call("deploy", [], { cwd: verified, get: ["json"] });
      expect(well.status, well.err).toBe(0);
      expect(JSON.parse(well.out)).toMatchObject({
        ...{ outcome: "landed", verify: { command: "verify", outcome: "verified" } },
      });
      const watched = await field.call("verify", ["--timeout=20s"], { cwd: verified });
      expect(watched.out, watched.err).toMatch(/^verified /);
      const failing = field.verifying(418);
      const revision = field.head(failing);
      const ill = await field.call("deploy", [], { cwd: failing });
      expect(ill.status, ill.err).toBe(1);
      expect(ill.err).toMatch(new RegExp(`Error: landed  ${tagOf(revision)}`));
      expect(ill.err).toContain("status 401, not 418");
      expect(field.pinned("rbs-frontend-prod")).toEqual([tagOf(revision)]);
      const spared = await field.call("deploy", ["--verify=false"], { cwd: failing });
      expect(spared.out, spared.err).toMatch(/^unchanged /);
    });

    test("what was published and never landed is found, landed, and then in sync", async () => {
      const revision = field.change("apps/frontend/index.html", (text) => `${text}<!-- s -->\n`);
      const published = await field.call("images", [], { get: ["publish"] });
      expect(published.status, published.err).toBe(0);
      const grace = "--grace=1s";
      const folder = field.spoil("reports", (copy) => rmSync(copy, { recursive: true }));
      const [looked, saved, blind] = await Promise.all([
        field.call("sync", ["--dry-run", grace]),
        field.call("sync", ["--dry-run", grace], {
          ...{ access: ["--any-outcome"], get: ["reports", "-o", folder] },
        }),
        field.call("sync", ["--dry-run"], { access: ["--config=other.yaml"], get: ["html"] }),
      ]);
      expect(blind.status, blind.err).toBe(2);
      expect(blind.err).toMatch(/Cannot read the settings file "other\.yaml"/);
      expect(looked.status, looked.err).toBe(3);
      expect(saved.status, saved.err).toBe(0);
      expect(readFileSync(join(folder, "report.html"), "utf8")).toContain(tagOf(revision));
      expect(readFileSync(join(folder, "summary.md"), "utf8")).toContain("Gap Detected");
      const fixed = await field.call("sync", [grace]);
      expect(fixed.out, fixed.err).toContain("Gap Detected and Fixed");
      expect(field.pinned("rbs-frontend-prod")).toEqual([tagOf(revision)]);
      const again = await field.call("sync", [grace]);
      expect(again.out, again.err).toContain("All In Sync");
    });

    test("a rollback holds what went out, until it is released; the history tells of it", async () => {
      const revision = field.head();
      const back = await field.call("rollback", ["--steps=1", "--reason=it is slow"]);
      expect(back.status, back.err).toBe(0);
      expect(field.pinned("rbs-frontend-prod")).not.toEqual([tagOf(revision)]);
      const [held, history] = await Promise.all([
        field.call("promote", [`--revision=${revision}`]),
        field.call("pins", ["--history"]),
      ]);
      expect(held.status, held.err).toBe(4);
      expect(history.out, history.err).toMatch(/ rollback {2}sha-[0-9a-f]{7} .* now$/m);
      const released = await field.call("release");
      expect(released.status, released.err).toBe(0);
    });

    test("a result is had whatever the status, and fails when that is asked", async () => {
      const access = ["--any-outcome", "--config=other.yaml"];
      const asked = ["exit", "assert-ok"].map((get) =>
        field.call("pins", [], { access, get: [get] }),
      );
      const [exit, failed] = await Promise.all(asked);
      expect([exit!.out.trim(), failed!.status], exit!.err + failed!.err).toEqual(["2", 2]);
    });

    test("without a source it is the repository that the caller is in", async () => {
      const pins = await field.callHere("pins", join(field.app, "apps/frontend"));
      expect(pins.out, pins.err).toContain("rbs-pattern-scan-cronjob.yml");
    });

    test("what is promoted again is signed with the key that is given; the audit tells of all", async () => {
      const { file, allowed, secretLine } = makeSshKey(folder);
      const access = [`--signing-key=file://${file}`];
      const landed = await field.call("promote", [`--revision=${field.head()}`], { access });
      expect(landed.out, landed.err).toMatch(/^landed /);
      expect(field.signatureOfTip(allowed)).toMatch(
        /^Good "git" signature for landfall@localhost /,
      );
      expect(landed.out + landed.err).not.toContain(secretLine);
      const reports = field.spoil("ledger", (copy) => rmSync(copy, { recursive: true }));
      const [audit, saved] = await Promise.all([
        field.call("audit", [], { get: ["json"] }),
        field.call("audit", [], { access: ["--any-outcome"], get: ["reports", "-o", reports] }),
      ]);
      expect(JSON.parse(audit.out), audit.err).toMatchObject({ command: "audit" });
      expect(saved.status, saved.err).toBe(0);
      const page = readFileSync(join(reports, "report.html"), "utf8");
      expect(page).toContain(tagOf(field.head()));
    });

    test("the demo runs in a container", async () => {
      const demo = await field.callBare(["demo"]);
      expect(demo.out, demo.err).toContain("Both deploys are accounted for");
    });

    test("eight deployers race in containers, and the same seed has the same verdict", async () => {
      const words = ["race-test", "--deployers=8", "--seed=7"];
      const first = await field.callBare(words);
      expect(first.status, first.err).toBe(0);
      expect(first.out).toMatch(/^race of 8 deployers, seed 7: 8 accounted for, 0 violations\n/);
      expect((await field.callBare(words)).out).toBe(first.out);
    });

    const bad: readonly [
      what: string,
      spoil: (copy: string) => void,
      more: { readonly words?: readonly string[]; readonly access?: readonly string[] },
      expected: { readonly status: number; readonly says: RegExp },
    ][] = [
      [
        "no landfall.yaml",
        (copy) => rmSync(join(copy, "landfall.yaml")),
        {},
        { status: 2, says: /Cannot look for manifests: no path is given/ },
      ],
      [
        "a settings file that is not there",
        () => {},
        { access: ["--config=other.yaml"] },
        { status: 2, says: /Cannot read the settings file "other\.yaml"/ },
      ],
      [
        "a context that does not exist",
        (copy) => editSettings(copy, "context: apps/frontend", "context: apps/nowhere"),
        { words: ["--rebuild"] },
        { status: 1, says: /rbs-frontend-prod[\s\S]*apps\/nowhere/ },
      ],
      [
        "a revision that is no commit",
        () => {},
        { words: [`--revision=${"0".repeat(40)}`] },
        { status: 2, says: /Cannot build "0{40}": the source history has no such commit/ },
      ],
      [
        "a source without .git",
        (copy) => rmSync(join(copy, ".git"), { recursive: true }),
        {},
        { status: 1, says: /Cannot tell the revision: --source has no usable \.git/ },
      ],
    ];

    test("a registry that refuses the login: one clear error, and nothing is pushed", async () => {
      const closed = await startRegistry({ auth: { kind: "basic", users: { acme: "secret" } } });
      onTestFinished(() => closed.close());
      const port = closed.host.split(":").at(-1);
      const copy = field.spoil("login", (directory) => {
        editSettings(directory, "registry:5000", `registry:${port}`);
      });
      const tip = field.tip();
      const access = [
        ...[`--registry-service=tcp://${closed.host}`, "--registry-username=acme"],
        "--registry-password=env:LANDFALL_TEST_TOKEN",
      ];
      const called = await field.call("deploy", [], { cwd: copy, access });
      expect([1, 2], called.err).toContain(called.status);
      expect(called.err).toMatch(/landfall: .*registry:\d+.*(?:login|refused|denied|401)/i);
      expect(field.tip()).toBe(tip);
    });

    // All begin at once, for each waits more than it works, and none may change anything.
    let before: object;
    let ended: Promise<Called>[] | undefined;
    test.each(bad.map((row, at) => [...row, at] as const))(
      "%s: one clear error, and nothing is published or pushed",
      async (...row) => {
        const [, , , { status, says }, at] = row;
        before ??= await state();
        ended ??= bad.map(([, spoil, { words = [], access = [] }], which) =>
          field.call("deploy", words, { cwd: field.spoil(`bad-${which}`, spoil), access }),
        );
        const called = await ended[at]!;
        expect(called.status, called.err).toBe(status);
        expect(called.err).toMatch(says);
        expect(await state()).toEqual(before);
      },
    );

    test("the token has not been seen in anything that was printed", () => {
      expect(field.seen.length).toBeGreaterThan(10);
      const leaks = field.seen.filter(({ out, err }) => `${out}${err}`.includes(token));
      expect(leaks).toEqual([]);
    });
  },
);

function editSettings(copy: string, from: string, to: string): void {
  const path = join(copy, "landfall.yaml");
  writeFileSync(path, readFileSync(path, "utf8").replaceAll(from, to));
  git(copy, "commit", "--quiet", "--all", "--message", "spoiled");
}
