/** landfall.yaml → Config, and its JSON Schema. Every error names the key, its place and the remedy. */

import { type Document, isMap, isNode, LineCounter, type Node, parseDocument } from "yaml";
import { z } from "zod";
import { parseDuration } from "./core/duration.ts";
import { Failure } from "./core/failure.ts";
import { parseImageName } from "./core/image-ref.ts";
import { nearest } from "./core/nearest.ts";
import { parseTagFormat } from "./core/tag-format.ts";

const duration = z
  .string()
  .refine((text) => accepts(() => parseDuration(text)), "write a duration such as 30m or 6h")
  .describe("A number and a unit: 90s, 30m, 6h, 30d.");
const path = z
  .string()
  .min(1)
  .refine(
    (text) => !/^\/|\\|(?:^|\/)\.\.(?:\/|$)/.test(text),
    "write a path inside the repository",
  );
const imageName = z
  .string()
  .refine((text) => parseImageName(text) !== undefined, "write an image name without a tag");
const httpUrl = z
  .string()
  .refine((text) => /^https?:\/\/[^@\s]+$/.test(text), "write a URL without a user or password");

const image = z.strictObject({
  name: imageName.describe("The image's name, without a tag."),
  context: path.optional().describe("Directory that is sent to the build."),
  dockerfile: path.optional().describe("Dockerfile, below the context."),
  buildArgs: z
    .record(z.string(), z.string())
    .optional()
    .describe("Build arguments. {tag} and {revision} are filled in."),
  platform: z.string().optional().describe("Platform to build for, for example linux/amd64."),
  paths: z.array(path).min(1).optional().describe("Source paths whose changes rebuild the image."),
});

const manifests = z.strictObject({
  repository: z
    .string()
    .optional()
    .describe("Repository with the manifests, if it is not this one."),
  branch: z.string().optional().describe("Branch with the manifests. Default: main."),
  paths: z.array(path).min(1).describe("Files and directories with manifests."),
});

const verify = z.strictObject({
  argocd: z
    .strictObject({
      app: z.string().describe("Name of the Application."),
      server: httpUrl.describe("Argo CD's URL."),
      namespace: z.string().optional().describe("Namespace of the Application."),
    })
    .optional(),
  rollout: z
    .strictObject({
      namespace: z.string().describe("Namespace of the workloads."),
      workloads: z
        .array(z.string())
        .optional()
        .describe("Workloads such as Deployment/web. Default: those that pin our images."),
    })
    .optional(),
  smoke: z
    .array(
      z.strictObject({
        url: httpUrl.describe("Page to ask for."),
        status: z.number().int().min(100).max(599).optional().describe("Status. Default: 200."),
        contains: z.string().optional().describe("Text in the page. {tag} is filled in."),
      }),
    )
    .optional(),
});

const schema = z
  .strictObject({
    tag: z
      .string()
      .refine((text) => accepts(() => parseTagFormat(text)), "write it like sha-{revision:7}")
      .optional()
      .describe("How a tag is made from a revision. Default: sha-{revision:7}."),
    images: z.array(image).min(1).optional().describe("The images of this source."),
    extraTags: z
      .array(z.string())
      .optional()
      .describe("Further tags of images that are published from the default branch."),
    manifests: manifests.optional().describe("Where the manifests are."),
    source: z.string().optional().describe("Source repository, path or URL. Default: this one."),
    superseded: z
      .enum(["record", "skip"])
      .optional()
      .describe("Whether a superseded revision leaves an empty commit. Default: record."),
    skipCi: z.boolean().optional().describe("Whether commits say [skip ci]. Default: true."),
    identity: z
      .strictObject({ name: z.string().min(1), email: z.string().min(1) })
      .optional()
      .describe("Author of the commits."),
    insecureRegistries: z
      .array(z.string())
      .optional()
      .describe("Registries to speak plain http to. Loopback needs no entry."),
    sync: z
      .strictObject({
        lookback: z
          .number()
          .int()
          .positive()
          .optional()
          .describe("Commits to look back. Default: 100."),
        grace: duration.optional().describe("How old a revision must be to count as lost."),
      })
      .optional()
      .describe("The sync checker."),
    audit: z
      .strictObject({
        pattern: z.string().optional().describe("Regular expression of older deploy commits."),
        behind: z
          .number()
          .int()
          .positive()
          .optional()
          .describe("Deploys after which a pin is behind."),
      })
      .optional()
      .describe("The audit."),
    verify: verify.optional().describe("What proves that a deploy runs."),
  })
  .describe("Settings of Landfall.");

/** The settings file, checked. */
export type Config = z.infer<typeof schema>;

/** Returns the JSON Schema of landfall.yaml (draft 2020-12). */
export function configSchema(): object {
  return { title: "landfall.yaml", ...z.toJSONSchema(schema, { io: "input" }) };
}

/**
 * Reads the settings file.
 *
 * @throws Failure `config` with the place of the first mistake, and the nearest right name.
 */
export function loadConfigText(file: string, text: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const broken = document.errors[0];
  if (broken !== undefined) {
    const message = broken.message.split("\n")[0] ?? "";
    throw wrong(`Cannot read the settings: ${message}`, "Mend the YAML.", at(broken.pos[0]));
  }
  const result = schema.safeParse(document.toJS({ maxAliasCount: 10 }) ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (issue === undefined) throw new Error("zod refused the settings without an issue");
  throw explain(issue, document, at);
}

type At = (offset: number) => { file: string; line: number; column: number };

function explain(issue: z.core.$ZodIssue, document: Document, at: At): Failure {
  const where = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    const meant = nearest(key, knownKeys(where));
    const hint =
      meant === undefined
        ? `Known keys: ${knownKeys(where).join(", ")}.`
        : `Did you mean "${meant}"?`;
    return wrong(
      `Unknown key "${[...where, key].join(".")}"`,
      hint,
      at(offsetOf(document, where, key)),
    );
  }
  const name = where.join(".") || "the file";
  const hint = "See `landfall schema` for what each key takes.";
  return wrong(`Wrong value of "${name}": ${issue.message}`, hint, at(offsetOf(document, where)));
}

/** Returns the keys that the schema knows at a path. */
function knownKeys(where: readonly string[]): readonly string[] {
  let node: JsonSchema | undefined = configSchema();
  for (const part of where) {
    node = node?.properties?.[part] ?? (/^\d+$/.test(part) ? node?.items : undefined);
  }
  return Object.keys(node?.properties ?? {});
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
}

/** Returns where a value, or a key of it, begins: the nearest place that the file has. */
function offsetOf(document: Document, where: readonly string[], key?: string): number {
  for (let depth = where.length; depth >= 0; depth -= 1) {
    const path = where.slice(0, depth).map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    const node = depth === 0 ? document.contents : document.getIn(path, true);
    if (!isNode(node)) continue;
    const pair = depth === where.length && isMap(node) ? pairOf(node, key) : undefined;
    return pair?.range?.[0] ?? node.range?.[0] ?? 0;
  }
  return 0;
}

function pairOf(map: { items: readonly { key: unknown }[] }, key: string | undefined) {
  const pair = map.items.find((item) => isNode(item.key) && String(item.key) === key);
  return pair?.key as Node | undefined;
}

function wrong(message: string, hint: string, place: ReturnType<At>): Failure {
  return new Failure("config", message, hint, { place });
}

function accepts(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
