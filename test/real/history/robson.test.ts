/** The real history behind this tool: what people's own deploy commits did, `set` must do. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Place } from "../../../src/core/failure.ts";
import { asTag } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import type { PromoteResult } from "../../../src/core/results/promote.ts";
import { type SetResult, setImages } from "../../../src/usecases/set.ts";
import { filesInMemory, type MemoryFiles } from "../../support/files-in-memory.ts";
import { runCli } from "../../support/run-cli.ts";

const bundle = fileURLToPath(
  new URL("../../../../shared/data/robson-era1.bundle", import.meta.url),
);
const present = existsSync(bundle) || process.env.REQUIRE_ALL === "1";

const folder = "infra/k8s/prod";
const forgotten = `${folder}/rbs-pattern-scan-cronjob.yml`;
const names = ["rbs-frontend-prod", "rbs-backend-monolith-prod", "rbs-backend-nginx-prod"];

/** Files by path: what `folder` holds at one commit. */
type Tree = ReadonlyMap<string, Uint8Array>;

describe.skipIf(!present)(
  `${present ? "" : "skipped without ../shared/data: "}the real history`,
  () => {
    let home = "";
    let deploys: Deploy[] = [];
    const runs: { deploy: Deploy; files: MemoryFiles; result: SetResult }[] = [];

    beforeAll(async () => {
      home = mkdtempSync(join(tmpdir(), "landfall-history-"));
      const repository = join(home, "era1.git");
      execFileSync("git", ["clone", "--quiet", "--bare", "--branch", "main", bundle, repository]);
      deploys = deploysIn(repository);
      for (const deploy of deploys) {
        const files = filesInMemory(deploy.before);
        runs.push({ deploy, files, result: await setImages(askedBy(deploy), files) });
      }
    });
    afterAll(() => rmSync(home, { recursive: true, force: true }));

    test("has 147 deploy commits, 115 of them after the forgotten CronJob was written", () => {
      expect(deploys).toHaveLength(147);
      expect(deploys.filter(({ before }) => before.has(forgotten))).toHaveLength(115);
    });

    test("set gives the deploy commit's bytes for every file that the commit touched", () => {
      for (const { deploy, files } of runs) {
        for (const path of deploy.changed) {
          expect(text(files.at(path)), `${deploy.id} ${path}`).toBe(text(deploy.after.get(path)));
        }
      }
    });

    test("set also moves the CronJobs that the commits left out, and names each pin", () => {
      for (const { deploy, result } of runs) {
        const leftOut = leftOutOf(deploy);
        expect(result.files, deploy.id).toEqual([...deploy.changed, ...leftOut].sort());
        const pins = result.images.flatMap((image) => image.pins);
        for (const path of leftOut) {
          const [pin] = pins.filter(({ file }) => file === path);
          expect(pin, `${deploy.id} ${path}`).toMatchObject({ line: 28, to: deploy.tag });
          expect(pin!.from).not.toBe(deploy.tag);
        }
      }
    });

    test("set names every line that has an image's name, in every commit", () => {
      for (const { deploy, result } of runs) {
        const named = [...result.images.flatMap((image) => image.pins), ...result.mentions];
        const lines = [...deploy.before].flatMap(([path, bytes]) =>
          text(bytes)!
            .split("\n")
            .flatMap((line, at) => (isNaming(line) ? [`${path}:${at + 1}`] : [])),
        );
        expect(placesOf(named), deploy.id).toEqual(lines.sort());
      }
    });

    test("and so do pins and a dry run of promote, on the branch itself", async () => {
      const at = join(home, "era1.git");
      const { id } = deploys.at(-1)!;
      const git = (...args: string[]) => execFileSync("git", ["-C", at, ...args]).toString();
      git("branch", "before", `${id}^`);
      const patterns = names.flatMap((name) => ["-e", `ldamasio/${name}`]);
      const lines = git("grep", "-nF", ...patterns, "before")
        .trimEnd()
        .split("\n");
      const grepped = lines.map((line) => line.split(":").slice(1, 3).join(":"));
      expect(grepped).toHaveLength(6);
      const flags = ["--repository", at, "--branch", "before", "--path", ".", "--json"];
      for (const name of names) flags.push("--image", `ldamasio/${name}`);
      const listed = JSON.parse((await runCli(["pins", ...flags], { cwd: home })).out);
      expect(placesOf([...listed.pins, ...listed.mentions])).toEqual(grepped.sort());
      const source = ["--source", at, "--revision", id];
      const options = [...source, "--dry-run", "--no-image-check", "--quiet"];
      const told = await runCli(["promote", ...flags, ...options], { cwd: home });
      const { outcome, images, mentions = [] } = JSON.parse(told.out) as PromoteResult;
      expect(outcome).toBe("would-land");
      const moved = images.flatMap(({ pins }) => pins);
      expect(placesOf([...moved, ...mentions])).toEqual(grepped);
    });

    test("set again moves nothing", async () => {
      const { deploy, files } = runs.at(-1)!;
      expect((await setImages(askedBy(deploy), files)).outcome).toBe("unchanged");
    });

    test("the list of files left one CronJob out 115 times, and a new one twice", () => {
      const times = (path: string) => deploys.filter((d) => leftOutOf(d).includes(path)).length;
      expect(times(forgotten)).toBe(115);
      expect(times(`${folder}/rbs-trailing-stop-cronjob.yml`)).toBe(2);
      expect(new Set(deploys.flatMap(leftOutOf)).size).toBe(2);
    });
  },
);

interface Deploy {
  readonly id: string;
  readonly tag: string;
  readonly changed: readonly string[];
  readonly before: Tree;
  readonly after: Tree;
}

function isNaming(line: string): boolean {
  return names.some((name) => line.includes(`ldamasio/${name}`));
}

function placesOf(places: readonly Place[]): string[] {
  return places.map(({ file, line }) => `${file}:${line}`).sort();
}

/** The files that name an image and that the deploy commit did not touch. */
function leftOutOf({ before, changed }: Deploy): string[] {
  const naming = [...before].filter(([, bytes]) =>
    names.some((name) => text(bytes)!.includes(name)),
  );
  return naming.map(([path]) => path).filter((path) => !changed.includes(path));
}

function askedBy({ tag }: Deploy) {
  const images = names.map((name) => ({
    image: parseImageName(`ldamasio/${name}`)!,
    tag: asTag(tag)!,
  }));
  return { images, paths: [folder] };
}

/** Reads every deploy commit with both of its trees: one `git log`, one `git cat-file`. */
function deploysIn(repository: string): Deploy[] {
  const git = (args: readonly string[], input = "") =>
    execFileSync("git", ["-C", repository, ...args], { input, maxBuffer: 2 ** 28 });
  const log = git(["log", "--first-parent", "--reverse", "--format=%H %s", "main"]).toString();
  const subject = /^([0-9a-f]{40}) chore\(gitops\): update image tags to (\S+)$/;
  const found = log.split("\n").flatMap((line) => {
    const match = subject.exec(line);
    return match ? [{ id: match[1]!, tag: match[2]! }] : [];
  });
  const trees = new Map<string, Map<string, string>>();
  for (const rev of found.flatMap(({ id }) => [`${id}^`, id])) {
    const rows = git(["ls-tree", "-r", rev, `${folder}/`])
      .toString()
      .trimEnd()
      .split("\n");
    trees.set(rev, new Map(rows.map((row) => [row.slice(53), row.slice(12, 52)])));
  }
  const blobs = readBlobs(git, [
    ...new Set([...trees.values()].flatMap((tree) => [...tree.values()])),
  ]);
  const bytesAt = (rev: string) =>
    new Map([...trees.get(rev)!].map(([path, id]) => [path, blobs.get(id)!]));
  return found.map(({ id, tag }) => {
    const [before, after] = [trees.get(`${id}^`)!, trees.get(id)!];
    const changed = [...after.keys()].filter((path) => before.get(path) !== after.get(path));
    return { id, tag, changed, before: bytesAt(`${id}^`), after: bytesAt(id) };
  });
}

function readBlobs(
  git: (args: readonly string[], input: string) => Uint8Array,
  ids: readonly string[],
): ReadonlyMap<string, Uint8Array> {
  const out = Buffer.from(git(["cat-file", "--batch"], `${ids.join("\n")}\n`));
  const blobs = new Map<string, Uint8Array>();
  for (let at = 0; at < out.length; ) {
    const end = out.indexOf("\n", at);
    const [id = "", , size = ""] = out.toString("latin1", at, end).split(" ");
    blobs.set(id, out.subarray(end + 1, end + 1 + Number(size)));
    at = end + 1 + Number(size) + 1;
  }
  return blobs;
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString("latin1");
}
