/** The schemas of results: they say what the types say, and what is really printed. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import type { AuditResult } from "../../src/core/results/audit.ts";
import type { DoctorResult } from "../../src/core/results/doctor.ts";
import type { PromoteResult } from "../../src/core/results/promote.ts";
import type { RaceResult } from "../../src/core/results/race.ts";
import type { StatusResult } from "../../src/core/results/status.ts";
import type { SyncResult } from "../../src/core/results/sync.ts";
import type { VerifyResult } from "../../src/core/results/verify.ts";
import { resultSchema, resultSchemas } from "../../src/report/schema/index.ts";
import type { BuildPlan } from "../../src/usecases/build-plan.ts";
import type { PinsResult } from "../../src/usecases/pins.ts";
import type { RetagResult } from "../../src/usecases/retag.ts";
import { runCli } from "../support/run-cli.ts";
import { sampleAudit } from "../support/sample-audit.ts";
import { hostileResults, samplePromote } from "../support/sample-results.ts";
import { sampleSync } from "../support/sample-sync.ts";

/** The paths of all fields of a type, however deep: `images`, `images.tag`. */
type Fields<T> = T extends string | number | boolean | undefined
  ? never
  : T extends readonly (infer Item)[]
    ? Fields<Item>
    : { [K in keyof T & string]: K | `${K}.${Fields<T[K]>}` }[keyof T & string];
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? "same" : "differs") : "differs";
/** Whether all of a type can be what a schema says, and both have the same fields. */
type Agrees<Schema extends z.ZodType, T> =
  T extends z.output<Schema> ? Same<Fields<T>, Fields<z.output<Schema>>> : "differs";
type Schemas = typeof resultSchemas;

// The compiler is the test: a field of one side alone, or of another kind, is an error here.
const agreements: {
  readonly promote: Agrees<Schemas["promote"], PromoteResult>;
  readonly sync: Agrees<Schemas["sync"], SyncResult>;
  readonly audit: Agrees<Schemas["audit"], AuditResult>;
  readonly verify: Agrees<Schemas["verify"], VerifyResult>;
  readonly status: Agrees<Schemas["status"], StatusResult>;
  readonly doctor: Agrees<Schemas["doctor"], DoctorResult>;
  readonly pins: Agrees<Schemas["pins"], PinsResult>;
  readonly plan: Agrees<Schemas["plan"], BuildPlan>;
  readonly retag: Agrees<Schemas["retag"], RetagResult>;
  readonly race: Agrees<Schemas["race"], RaceResult>;
} = {
  ...({ promote: "same", sync: "same", audit: "same" } as const),
  ...({ verify: "same", status: "same", doctor: "same", pins: "same" } as const),
  ...({ plan: "same", retag: "same", race: "same" } as const),
};

describe("the schemas of results", () => {
  test("agree with the types, by the compiler", () => {
    expect(Object.keys(agreements)).toHaveLength(10);
  });

  test("take every sample whole: nothing in it is unknown to them", () => {
    for (const result of [
      ...hostileResults("x"),
      ...[samplePromote(), sampleSync(), sampleAudit(300)],
    ]) {
      const printed = JSON.parse(JSON.stringify(result));
      expect(resultSchemas[result.command].parse(printed), result.command).toEqual(printed);
    }
  });

  test.each([
    ["race", ["--deployers", "2", "--seed", "3"]],
    ["version", []],
    ["set", ["acme/web=sha-1a2b3c4", "--path"]],
  ] as const)("take what `%s` prints", async (command, words) => {
    const cwd = mkdtempSync(join(tmpdir(), "landfall-schema-"));
    const file = command === "set" ? [join(cwd, "web.yaml")] : [];
    writeFileSync(join(cwd, "web.yaml"), "# acme/web\nimage: acme/web:sha-0a2b3c4\n");
    const { out, err } = await runCli([command, ...words, ...file, "--json"], { cwd });
    rmSync(cwd, { recursive: true });
    const printed = JSON.parse(out);
    expect(resultSchemas[command].parse(printed), err).toEqual(printed);
  });

  test.each([
    ["promote", { ...samplePromote(), outcome: "maybe" }],
    ["promote", { ...samplePromote(), version: 2 }],
    ["sync", { ...sampleSync(), images: [{}] }],
    ["audit", { ...sampleAudit(3), counts: {} }],
    ["audit", { ...sampleAudit(3), exit: 9 }],
  ] as const)("of %s refuses what is none", (command, wrong) => {
    expect(resultSchemas[command].safeParse(wrong).success).toBe(false);
  });

  test("are printed as JSON Schema, with versions, and further fields are allowed", async () => {
    for (const command of Object.keys(resultSchemas)) {
      const { out, status } = await runCli(["schema", "--result", command], { cwd: "/" });
      expect(status).toBe(0);
      const schema = JSON.parse(out);
      expect(schema).toEqual(resultSchema(command));
      expect(schema.properties.version).toMatchObject({ const: 1 });
      expect(schema.required).toContain("exit");
      expect(out).not.toContain('additionalProperties": false');
    }
  });

  test("of an unknown command is refused with the names of all", async () => {
    const { err, out, status } = await runCli(["schema", "--result", "toString"], { cwd: "/" });
    expect([status, out]).toEqual([2, ""]);
    expect(err).toContain('"toString"');
    expect(err).toContain(
      "promote, rollback, release, freeze, thaw, sync, audit, verify, status, doctor",
    );
  });
});
