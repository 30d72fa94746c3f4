/** Status for people: one table, image by image and place by place, and what is not well below. */

import type { Observation } from "../../core/cluster/observation.ts";
import { toldByPlace } from "../../core/cluster/told-apart.ts";
import {
  type StatusCell,
  type StatusResult,
  type SyncFinding,
  stateOfRow,
} from "../../core/results/status.ts";
import { plain } from "../safe-text.ts";
import type { Style } from "../style.ts";
import { firstLines, type Length } from "./brief.ts";

type State = StatusCell["state"];
/** A cell as it is printed: the text first measured, then painted. */
type Printed = readonly [text: string, state: State | "head" | "name"];

const words: Readonly<Record<State, string>> = {
  same: "in step",
  differs: "differs",
  unreadable: "unreadable",
};
const cellMax = 60;
const detailMax = 500;

/** How much is said, and how wide a line may be: undefined where nobody reads it on a terminal. */
export interface StatusSize {
  readonly length: Length;
  readonly columns?: number | undefined;
}

/**
 * Returns results, one or several environments', as one table; below it what is not well. A table
 * that is wider than the terminal becomes a block for each image.
 */
export function statusText(
  results: readonly StatusResult[],
  style: Style,
  { length, columns = Number.POSITIVE_INFINITY }: StatusSize,
): string {
  const below = results.flatMap((result) => {
    const { environment, branch, repository, tip } = result;
    const name = environment === undefined ? "" : `${environment}: `;
    const where = `${name}${plain(branch)} of ${plain(repository)} at ${tip}`;
    return [style.dim(where), ...firstLines(unwell(result, style), style, length)];
  });
  return `${[...table(results, style, columns), "", ...below].join("\n")}\n`;
}

const places = ["registry", "pins", "argocd", "flux", "cluster"] as const;

function table(results: readonly StatusResult[], style: Style, columns: number): readonly string[] {
  const images = results.flatMap((result) => result.images);
  const shown = places.filter((place) => images.some((row) => row[place] !== undefined));
  const isNamed = results.some(({ environment }) => environment !== undefined);
  const names = isNamed ? ["", "env", "image", "git", ...shown] : ["", "image", "git", ...shown];
  const head = names.map((text): Printed => [text, "head"]);
  const rows = results.flatMap(({ environment, images: own }) =>
    own.map((row): readonly Printed[] => {
      const state = stateOfRow(row);
      const env: readonly Printed[] = isNamed ? [[environment ?? "", "name"]] : [];
      return [
        [words[state], state],
        ...env,
        [plain(row.image), "name"],
        [row.git.tag, "name"],
        ...shown.map((place) => printedCell(row[place])),
      ];
    }),
  );
  const all = [head, ...rows];
  const widths = head.map((_, at) => Math.max(...all.map((row) => row[at]?.[0].length ?? 0)));
  const width = widths.reduce((sum, one) => sum + one + 2, -2);
  if (width > columns) return rows.flatMap((row) => block(names, row, style));
  return all.map((row) => {
    const cells = row.map(([text, state], at) => paint(text.padEnd(widths[at] ?? 0), state, style));
    return cells.join("  ").trimEnd();
  });
}

/** One row by itself: its verdict and its names on a line, and each place on one of its own. */
function block(names: readonly string[], row: readonly Printed[], style: Style): readonly string[] {
  const title = names.indexOf("image") + 1;
  const first = row.slice(0, title).map(([text, state]) => paint(text, state, style));
  const wide = Math.max(...names.slice(title).map((name) => name.length));
  const others = row.slice(title).flatMap(([text, state], at) => {
    const name = (names[title + at] ?? "").padEnd(wide);
    return text === "" ? [] : [`  ${style.dim(name)}  ${paint(text, state, style)}`];
  });
  return [first.join("  "), ...others];
}

/** A place that only another environment has is empty here. */
function printedCell(cell: StatusCell | undefined): Printed {
  return cell === undefined ? ["", "name"] : [plain(cell.text, cellMax), cell.state];
}

function paint(text: string, state: Printed[1], style: Style): string {
  if (state === "head") return style.dim(text);
  if (state === "name") return text;
  return state === "same" ? style.good(text) : style.bad(text);
}

/** What the table has no room for, in groups: what it is, and what to do about it. */
function unwell(result: StatusResult, style: Style): readonly (readonly string[])[] {
  const { images, applications = [], flux = [], workloads } = result;
  const unread = images.flatMap(({ registry, argocd, cluster }) =>
    [registry.detail, argocd?.detail, cluster?.detail].flatMap((detail) =>
      detail === undefined ? [] : [`  ${plain(detail, detailMax)}`],
    ),
  );
  const drifts = images.map(({ image, sync }) => driftLines(image, sync, style));
  const apps = applications.map((view) => sightLines(`argocd ${view.app}`, view, style));
  const objects = toldByPlace(flux, ({ object }) => object);
  const names = toldByPlace(workloads, ({ workload }) => workload);
  const applied = flux.map((view, n) => sightLines(`flux ${objects[n]}`, view, style));
  const rest = workloads.map((view, n) => sightLines(`${names[n]}`, view, style));
  const groups = [...new Set(unread)].map((line) => [line]);
  return [...groups, ...drifts, ...apps, ...applied, ...rest].filter(({ length }) => length > 0);
}

function driftLines(image: string, sync: SyncFinding | undefined, style: Style): readonly string[] {
  if (sync === undefined || sync.verdict === "in-sync") return [];
  const { verdict, detail, hint } = sync;
  const line = `  ${plain(image)}  ${verdict}: ${plain(detail, detailMax)}`;
  return hint === undefined ? [line] : [line, `    ${style.dim(plain(hint))}`];
}

function sightLines(
  name: string,
  { state, detail, hint }: Observation,
  style: Style,
): readonly string[] {
  if (state === "done") return [];
  const line = `  ${plain(name)}  ${plain(detail, detailMax)}`;
  return hint === undefined ? [line] : [line, `    ${style.dim(plain(hint))}`];
}
