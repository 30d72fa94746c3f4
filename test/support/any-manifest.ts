/** Manifests as nobody would write them: a text with holes where the tags of images stand. */

import fc from "fast-check";

/** The images that stand in the holes, and those that only look like them. */
export const wantedImages = ["shop/api", "ghcr.io/shop/web", "localhost:5000/shop/job"] as const;
const others = [
  "shop/api-v2",
  "ghcr.io/shop/api",
  "docker.io/other/api",
  "web",
  "shop/job",
  "x/shop/api",
];

/** A hole: the tag of the wanted image of this number. */
type Hole = { readonly image: number };
type Piece = string | Hole;

/** A manifest. `text` fills the holes with tags, which stand in the order of `wantedImages`. */
export interface AnyManifest {
  readonly images: ReadonlySet<number>;
  readonly holes: number;
  text(tags: readonly string[]): string;
}

const eol = fc.constantFrom("\n", "\n", "\r\n");
const gap = fc.constantFrom(" ", "  ", " \t", "     ");
const remark = fc.constantFrom("", "", " # shop/api:sha-0000000", "   # é 漢 😀", "  ");
const quote = fc.constantFrom("", "'", '"');
/** Lines that a rewriting editor would change. */
const oddLine = fc.constantFrom(
  "mode: 0420",
  "long: 12345678901234567890",
  "float: 1e5",
  "# comment with image: shop/api:sha-0000000",
  "  # odd indent",
  "",
  "name:      aligned   ",
  'text: "caf\\u00e9 \\x41"',
  "flow: {a: 1,b:  [ 1,2 ,]}",
  "anchored: &anchor x",
  "args: ['--image=shop/api:sha-0000000', é漢😀]",
  "block: |\n    echo shop/api:sha-0000000\n",
  "folded: >-\n    shop/api:sha-0000000\n    x",
);

const wantedNumber = fc.nat(wantedImages.length - 1);
const spelling = (image: number) =>
  image === 0
    ? fc.constantFrom("shop/api", "docker.io/shop/api", "index.docker.io/shop/api")
    : fc.constant(wantedImages[image]!);

/** A name, and what stands behind its colon. */
const reference = fc.oneof(
  wantedNumber.chain((image) => spelling(image).map((name): Piece[] => [`${name}:`, { image }])),
  fc.constantFrom(...others).map((name): Piece[] => [`${name}:sha-0000000`]),
);

const container = fc
  .record({
    reference,
    quote,
    gap,
    remark,
    odd: fc.array(oddLine, { maxLength: 3 }),
    first: fc.boolean(),
  })
  .map(({ reference, quote, gap, remark, odd, first }): Piece[][] => {
    const image: Piece[] = [`image:${gap}${quote}`, ...reference, `${quote}${remark}`];
    const rest = odd.map((line): Piece[] => [line]);
    return unique(first ? [image, ...rest] : [["name: c"], image, ...rest]);
  });

/** Containers of a workload, in block style. */
const workload = fc
  .record({
    containers: fc.array(container, { maxLength: 3 }),
    deep: fc.boolean(),
    kind: fc.constantFrom("Deployment", "CronJob", "Workflow"),
  })
  .map(({ containers, deep, kind }): Piece[][] => [
    [`kind: ${kind}`],
    ["spec:"],
    ["  containers:"],
    ...containers.flatMap((lines) => item(lines, deep ? "    " : "  ")),
    ["  end: true"],
  ]);

const kustomization = fc
  .array(fc.record({ image: wantedNumber, quote, remark, newName: fc.boolean() }), { maxLength: 3 })
  .map((entries): Piece[][] => [
    ["kind: Kustomization"],
    ["images:"],
    ...entries.flatMap(({ image, quote, remark, newName }, at) => {
      const name = newName
        ? [[`name: n${at}`], [`newName: ${wantedImages[image]}`]]
        : [[`name: "${wantedImages[image]}"`]];
      const tag: Piece[] = [`newTag: ${quote}`, { image }, `${quote}${remark}`];
      // kustomize would take one of two entries of one name, so this makes none.
      return entries.findIndex((entry) => entry.image === image) === at || newName
        ? item([...name, tag], "")
        : [];
    }),
    ["- name: other"],
    ["  newTag: sha-0000000"],
  ]);

const values = fc
  .record({ image: wantedNumber, quote, remark, split: fc.boolean(), odd: oddLine })
  .map(({ image, quote, remark, split, odd }): Piece[][] => {
    const name = wantedImages[image]!;
    const at = name.indexOf("/", name.includes(".") || name.includes(":") ? 0 : name.length);
    const fields: Piece[][] =
      split && at > 0
        ? [[`registry: ${name.slice(0, at)}`], [`repository: ${name.slice(at + 1)}`]]
        : [[`repository: ${name}`]];
    const tag: Piece[] = [`tag: ${quote}`, { image }, `${quote}${remark}`];
    return [["app:"], ["  image:"], ...item([...fields, tag], "    ", ""), [odd]];
  });

const json = fc
  .record({
    references: fc.array(reference, { minLength: 1, maxLength: 3 }),
    tab: fc.boolean(),
    escapes: fc.boolean(),
  })
  .map(({ references, tab, escapes }): Piece[][] => {
    const indent = tab ? "\t" : "  ";
    const written = (piece: Piece) =>
      typeof piece === "string" && escapes ? piece.replaceAll("/", "\\/") : piece;
    return [
      ["{"],
      [`${indent}"items": [`],
      ...references.map((reference): Piece[] => [
        `${indent}${indent}{"image":${indent}"`,
        ...reference.map(written),
        '", "n": 1.50},',
      ]),
      [`${indent}${indent}{}]`],
      ["}"],
    ];
  });

const document = fc.oneof(workload, kustomization, values, json);

/** Any manifest of one to four documents. */
export const anyManifest: fc.Arbitrary<AnyManifest> = fc
  .record({
    documents: fc.array(document, { minLength: 1, maxLength: 4 }),
    eol,
    bom: fc.boolean(),
    markerFirst: fc.boolean(),
    ends: fc.boolean(),
  })
  .map(({ documents, eol, bom, markerFirst, ends }) => {
    const lines = documents.flatMap((lines, at): Piece[][] =>
      at > 0 || markerFirst ? [["---"], ...lines] : lines,
    );
    const pieces = lines.flatMap((line, at): Piece[] => (at > 0 ? ["\n", ...line] : line));
    const holes = pieces.filter((piece) => typeof piece !== "string");
    return {
      images: new Set(holes.map(({ image }) => image)),
      holes: holes.length,
      text: (tags) => {
        const body = pieces
          .map((piece) => (typeof piece === "string" ? piece : tags[piece.image]))
          .join("");
        return `${bom ? "\uFEFF" : ""}${body}${ends ? "\n" : ""}`.replaceAll("\n", eol);
      },
      toString: () => JSON.stringify(pieces),
    };
  });

/** Writes lines as one entry of a list, or with other marks in front. */
function item(lines: readonly Piece[][], indent: string, mark = "- "): Piece[][] {
  const rest = " ".repeat(mark.length);
  return lines.map((line, at) => {
    const [first = "", ...more] = line;
    const front = `${indent}${at === 0 ? mark : rest}`;
    if (typeof first !== "string") return [front, first, ...more];
    // Lines of a block stand deeper than whatever holds them.
    return [front + first.replaceAll("\n", `\n${indent}${rest}`), ...more];
  });
}

/** Leaves out lines whose key stands above already. */
function unique(lines: readonly Piece[][]): Piece[][] {
  const keyOf = (line: Piece[]) => /^\w+(?=:)/.exec(String(line[0]))?.[0];
  return lines.filter((line, at) => {
    const key = keyOf(line);
    return key === undefined || lines.findIndex((other) => keyOf(other) === key) === at;
  });
}
