/** What happens when work is told to stop, however many parts of it wait for that. */

const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `act` when a signal fires, at once if it has. Returns what takes it back. Listens to each
 * signal once, because Node warns of the eleventh listener.
 */
export function onAbort(signal: AbortSignal | undefined, act: () => void): () => void {
  if (signal === undefined) return () => {};
  if (signal.aborted) {
    act();
    return () => {};
  }
  let acts = waiting.get(signal);
  if (acts === undefined) {
    const all = new Set<() => void>();
    signal.addEventListener("abort", () => {
      for (const each of all) each();
    });
    waiting.set(signal, all);
    acts = all;
  }
  const all = acts;
  all.add(act);
  return () => all.delete(act);
}

/**
 * Returns a signal that fires a while, in milliseconds, after another one, and what gives up on
 * that.
 */
export function laterThan(signal: AbortSignal, afterMs: number) {
  const later = new AbortController();
  const start = () => setTimeout(() => later.abort(), afterMs).unref();
  return { signal: later.signal, forget: onAbort(signal, start) };
}
