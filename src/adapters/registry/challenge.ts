/** Reads `WWW-Authenticate` (RFC 9110, 11.6.1): challenges with parameters, joined by commas. */

/** One challenge. Scheme and parameter names are in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly params: ReadonlyMap<string, string>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
// A parameter, or else a bare token, which starts the next challenge.
const part = `[\\s,]*(?:(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))|(${token}))`;

/** Returns the challenges up to the first text that is not one. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; params: Map<string, string> }[] = [];
  const parts = new RegExp(part, "y");
  for (let match = parts.exec(header); match !== null; match = parts.exec(header)) {
    const [, name, quoted, bare, scheme] = match;
    if (scheme !== undefined) {
      challenges.push({ scheme: scheme.toLowerCase(), params: new Map() });
      continue;
    }
    const value = quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "";
    challenges.at(-1)?.params.set((name ?? "").toLowerCase(), value);
  }
  return challenges;
}
