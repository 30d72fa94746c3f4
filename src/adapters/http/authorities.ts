/** Whom servers' certificates are held against, alike for git and for HTTP. */

import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import { Failure } from "../../core/failure.ts";

/**
 * Returns the authorities to trust, PEM: those of SSL_CERT_FILE instead of Node's own, those of
 * NODE_EXTRA_CA_CERTS, and those of a file that the settings name. Undefined: nobody names any.
 *
 * @throws Failure `config` when the file of the settings cannot be read, or has none.
 */
export function authoritiesIn(
  env: Readonly<Record<string, string | undefined>>,
  file: string | undefined,
): string | undefined {
  const { SSL_CERT_FILE: instead, NODE_EXTRA_CA_CERTS: extra } = env;
  // Node and OpenSSL pass over a file that they cannot read.
  const base = instead && read(instead);
  const more = extra && read(extra);
  const named = file === undefined ? undefined : readNamed(file);
  if (!(base || more || named)) return undefined;
  return [base || rootCertificates.join("\n"), more, named].filter(Boolean).join("\n");
}

function readNamed(file: string): string {
  const text = read(file);
  if (text?.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new Failure(
    "config",
    `Cannot use "${file}": ${text === undefined ? "it cannot be read" : "no certificate in PEM is in it"}`,
    "Name a file with the authority's certificate as ca, `-----BEGIN CERTIFICATE-----…`.",
    { place: { file } },
  );
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
