/** YAML as somebody else reads it: PyYAML where the machine has it, else the `yaml` package. */

import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isAlias, isMap, isScalar, parseAllDocuments } from "yaml";

/**
 * Opens a reader. `trees` takes texts and returns, for each, its documents (or why it has none, as
 * a string); `read.py` says what a document looks like.
 */
export function openOracle() {
  const asked = spawnSync("python3", ["-c", "import yaml; print(yaml.__version__)"]);
  if (asked.status !== 0) {
    const name =
      "the yaml package (there is no PyYAML here, so what our own parser cannot read is left out)";
    return { name, trees: async (texts) => texts.map(packageTree), close() {} };
  }
  return openPython(`PyYAML ${String(asked.stdout).trim()}`);
}

function openPython(name) {
  const script = fileURLToPath(new URL("read.py", import.meta.url));
  const python = spawn("python3", [script], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = [];
  const known = new Map();
  createInterface({ input: python.stdout }).on("line", (line) => {
    waiting.shift().resolve(JSON.parse(line));
  });
  python.on("exit", (code) => {
    for (const { reject } of waiting) reject(new Error(`the oracle ended with ${code}`));
  });
  const ask = (text) =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve: ([tree]) => resolve(tree), reject });
      python.stdin.write(`${JSON.stringify([text])}\n`);
    });
  return {
    name,
    trees: (texts) => Promise.all(texts.map((text) => remembered(text, known, ask))),
    close: () => python.stdin.end(),
  };
}

/** Most files are asked about again for the next image, unchanged. */
const knownMax = 200;

function remembered(text, known, ask) {
  const tree = known.get(text) ?? ask(text);
  known.delete(text);
  known.set(text, tree);
  if (known.size > knownMax) known.delete(known.keys().next().value);
  return tree;
}

function packageTree(text) {
  const documents = parseAllDocuments(text, {
    ...{ schema: "failsafe", uniqueKeys: false, prettyErrors: false, logLevel: "silent" },
  });
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error !== undefined) return error.message;
  return documents.map(({ contents }) => nodeOf(contents));
}

const styles = { QUOTE_SINGLE: "'", QUOTE_DOUBLE: '"', BLOCK_LITERAL: "|", BLOCK_FOLDED: ">" };

function nodeOf(node) {
  if (node === null) return ["s", 0, 0, "", ""];
  const [start, end] = node.range;
  const anchored = node.anchor === undefined ? [] : [{ anchor: node.anchor }];
  if (isAlias(node)) return ["a", start, end, node.source];
  if (isScalar(node)) {
    const style = styles[node.type] ?? (node.tag === undefined ? "" : "!");
    return ["s", start, end, String(node.value ?? ""), style, ...anchored];
  }
  const children = isMap(node)
    ? node.items.flatMap(({ key, value }) => [nodeOf(key), nodeOf(value)])
    : node.items.map(nodeOf);
  return [isMap(node) ? "m" : "l", start, end, children, ...anchored];
}
