/** A line on the terminal that says how long a step has taken; the next output replaces it. */

/** A step that takes longer than this is seen to go on, in milliseconds. */
const patienceMs = 2_000;
const erase = "\r\u001b[K";

/** The line. Whoever prints something else clears it first: with that a new step begins. */
export interface LiveLine {
  start(): void;
  clear(): void;
  /** Clears it for good. */
  stop(): void;
}

/** Makes a line that is written with `write`. */
export function liveLine(write: (text: string) => void): LiveLine {
  let sinceMs = performance.now();
  let isShown = false;
  let timer: NodeJS.Timeout | undefined;
  const tick = () => {
    const tookMs = performance.now() - sinceMs;
    if (tookMs < patienceMs) return;
    write(`${erase}… ${Math.floor(tookMs / 1_000)} s`);
    isShown = true;
  };
  const clear = () => {
    if (isShown) write(erase);
    isShown = false;
    sinceMs = performance.now();
  };
  return {
    clear,
    start() {
      timer ??= setInterval(tick, 1_000).unref();
    },
    stop() {
      clearInterval(timer);
      clear();
    },
  };
}
