/** A certificate for 127.0.0.1 and names that nobody vouches for but itself (RFC 5280). */

import { generateKeyPairSync, sign } from "node:crypto";

/** A certificate and its key, as PEM. */
export interface SelfSigned {
  readonly cert: string;
  readonly key: string;
}

/** Makes a certificate of an elliptic key, good from 2020 to 2049, for further names too. */
export function selfSigned(...names: readonly string[]): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(
    tagged(0x31, sequence(oid("550403"), tagged(0x0c, Buffer.from("landfall test")))),
  );
  const subjectAltName = sequence(
    tagged(0x87, Buffer.from([127, 0, 0, 1])),
    ...names.map((dnsName) => tagged(0x82, Buffer.from(dnsName))),
  );
  const isAuthority = sequence(tagged(0x01, Buffer.from([0xff])));
  const extensions = sequence(
    sequence(oid("551d11"), tagged(0x04, subjectAltName)),
    sequence(oid("551d13"), tagged(0x04, isAuthority)),
  );
  const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));
  const years = ["200101000000Z", "491231235959Z"].map((text) => tagged(0x17, Buffer.from(text)));
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.from([1])),
    ...[ecdsaWithSha256, name, sequence(...years), name],
    publicKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, extensions),
  );
  const signature = tagged(0x03, Buffer.concat([Buffer.of(0), sign("sha256", body, privateKey)]));
  const base64 = sequence(body, ecdsaWithSha256, signature).toString("base64");
  const lines = base64.match(/.{1,64}/g)?.join("\n");
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function oid(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, "hex"));
}

/** DER: a tag, a length, and so many bytes. */
function tagged(tag: number, bytes: Buffer): Buffer {
  const { length } = bytes;
  if (length < 128) return Buffer.concat([Buffer.of(tag, length), bytes]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), bytes]);
}
