/** What registries say in their answers: the specification's error JSON, and how long to wait. */

/** One entry of the error JSON, per opencontainers/distribution-spec, "Error Codes". */
export interface RegistryError {
  readonly code: string;
  readonly message: string;
}

const wordsMax = 300;
/** How much of a long text is looked at for its first words. */
const glanceMax = 16 * 1024;
// Control characters (ESC, CR, LF too) and the bidi controls, which could forge or hide log lines.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;

/** Returns the errors of the specification's error JSON, or undefined when the body is not that. */
export function registryErrors(body: Uint8Array): readonly RegistryError[] | undefined {
  const parsed = parseJson(body) as { errors?: unknown } | null | undefined;
  if (!Array.isArray(parsed?.errors) || parsed.errors.length === 0) return undefined;
  return parsed.errors.map((entry: { code?: unknown; message?: unknown } | null) => ({
    code: String(entry?.code ?? "UNKNOWN"),
    message: String(entry?.message ?? ""),
  }));
}

/** Returns a body's JSON value, or undefined when it is not JSON in UTF-8. */
export function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

/** Returns what an Authorization header must not be repeated by: as sent, and its password. */
export function secretsIn(authorization = ""): readonly string[] {
  const [scheme = "", sent = ""] = authorization.split(" ");
  if (!/^basic$/i.test(scheme)) return [sent];
  return [
    sent,
    Buffer.from(sent, "base64")
      .toString()
      .replace(/^[^:]*:/, ""),
  ];
}

/** Returns what an answer's body says, as `printableWords` does. */
export function wordsOf(body: Uint8Array, secrets: readonly string[] = []): string {
  const errors = registryErrors(body);
  const text = errors
    ? errors.map(({ code, message }) => `${code}: ${message}`).join("; ")
    : Buffer.from(body).toString("utf8");
  return printableWords(text, secrets);
}

/**
 * Returns a server's text on one printable line of at most 300 code points, without `secrets`. The
 * whole text is searched for them, for a cut could leave half of one.
 */
export function printableWords(text: string, secrets: readonly string[]): string {
  const safe = secrets
    .filter((secret) => secret !== "")
    .reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
  const glance = safe.slice(0, glanceMax);
  const printable = [...glance.replace(unprintable, " ").replace(/ {2,}/g, " ").trim()];
  return printable.length <= wordsMax
    ? printable.join("")
    : `${printable.slice(0, wordsMax).join("")}…`;
}

/**
 * Returns how long an answer asks to wait, in milliseconds: the header `Retry-After` (seconds or a
 * date, RFC 9110 10.2.3), else a Go duration in the text, as ghcr.io writes it
 * (`retry-after: 985.86µs, allowed: 44000/minute`).
 */
export function askedWaitMs(
  retryAfter: string | undefined,
  words: string,
  nowMs: number,
): number | undefined {
  const header = retryAfter?.trim();
  if (header !== undefined && /^\d{1,9}$/.test(header)) return Number(header) * 1000;
  if (header !== undefined && !Number.isNaN(Date.parse(header))) {
    return Math.max(0, Date.parse(header) - nowMs);
  }
  const spelled = /retry-after:\s*((?:[\d.]{1,12}(?:ns|us|µs|μs|ms|s|m|h))+)/i.exec(words);
  return spelled?.[1] === undefined ? undefined : durationMs(spelled[1]);
}

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

function durationMs(text: string): number {
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/gi)) {
    sum += Number(amount) * (unitMs[unit ?? ""] ?? 0);
  }
  return Math.ceil(sum);
}

/**
 * Returns whether the words speak of a quota of pulls, which lasts hours: do not ask again.
 * Docker Hub's text, docs.docker.com "Docker Hub pull usage and limits".
 */
export function speaksOfPullQuota(words: string): boolean {
  return /pull rate limit/i.test(words);
}
