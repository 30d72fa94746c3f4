import type { RegistrySubject } from "../contract/registry.contract.ts";

/** One request without our adapter, with the rights to pull and push in one repository. */
export interface RawRequest {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array | string;
}

/** Sends a request to `/v2/REPOSITORY/PATH`, or to a URL that the registry named. */
export async function raw(
  subject: RegistrySubject,
  [repository, path]: readonly [string, string],
  request: RawRequest = {},
) {
  const origin = `http://${subject.host}`;
  const base = `${origin}/v2/${repository}/`;
  const authorization = await authorize(subject, repository);
  const response = await fetch(new URL(path, base), {
    method: request.method ?? "GET",
    headers: { ...request.headers, ...authorization },
    ...(request.body === undefined ? {} : { body: Buffer.from(request.body) }),
  });
  const body = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, body, code: codeIn(body) };
}

async function authorize(
  { host, user }: RegistrySubject,
  repository: string,
): Promise<Record<string, string>> {
  if (user === undefined) return {};
  const pair = Buffer.from(`${user.username}:${user.password}`).toString("base64");
  const basic = { authorization: `Basic ${pair}` };
  const asked = (await fetch(`http://${host}/v2/`)).headers.get("www-authenticate") ?? "";
  if (/^basic /i.test(asked)) return basic;
  const realm = /realm="([^"]+)"/.exec(asked)?.[1] ?? "";
  const query = new URLSearchParams({ scope: `repository:${repository}:pull,push` });
  const token = await (await fetch(`${realm}?${query}`, { headers: basic })).json();
  return { authorization: `Bearer ${(token as { token: string }).token}` };
}

function codeIn(body: Buffer): string | undefined {
  try {
    return JSON.parse(body.toString()).errors[0].code;
  } catch {
    return undefined;
  }
}
