/** How much of a grid runs: all cells where everything is demanded, else some of each line. */

/** Whether everything is demanded. */
const isAllDemanded = process.env.REQUIRE_ALL === "1";

/**
 * Returns all choices where everything is demanded, else the one whose turn it is. Asked row by
 * row, each row runs with something, and each choice in some row.
 */
export function inTurn<T>(choices: readonly T[], row: number): readonly T[] {
  return isAllDemanded ? choices : [choices[row % choices.length]!];
}

/** Returns a figure where everything is demanded, else the smaller one. */
export function allOr<T>(all: T, some: T): T {
  return isAllDemanded ? all : some;
}

/** Returns all rows where everything is demanded, else every other one, from the given one on. */
export function everyOther<T>(rows: readonly T[], first: 0 | 1): readonly T[] {
  return isAllDemanded ? rows : rows.filter((_, at) => at % 2 === first);
}

/** Returns rows with their numbers at the end, as `test.each` takes them. */
export function numbered<T extends readonly unknown[]>(rows: readonly T[]) {
  return rows.map((row, at): readonly [...T, number] => [...row, at]);
}
