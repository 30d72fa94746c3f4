/** Colour, where a person looks at a terminal and has not asked for none. */

/** Paints text, or leaves it as it is. */
export interface Style {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

const paint = (open: number, close: number) => (text: string) =>
  `\u001b[${open}m${text}\u001b[${close}m`;
const leave = (text: string) => text;

/** Colours of the terminal's own palette, so that they suit a dark and a light one. */
export const coloured: Style = {
  good: paint(32, 39),
  bad: paint(31, 39),
  warn: paint(33, 39),
  dim: paint(2, 22),
  bold: paint(1, 22),
};

/** No colours: pipes, files, NO_COLOR. */
export const uncoloured: Style = { good: leave, bad: leave, warn: leave, dim: leave, bold: leave };
