/** Lists a repository's tags, page by page: opencontainers/distribution-spec, "Listing Tags". */

import { asTag, type Tag } from "../../core/ids.ts";
import { type ImageName, printImageName } from "../../core/image-ref.ts";
import { parseJson, registryErrors } from "../http/words.ts";
import { lied, type RegistryClient, refusal } from "./client.ts";
import type { HttpReply } from "./http.ts";

const perPage = 1000;
const pagesMax = 200;
// A registry may ignore `n`, and fill pages of 4 MiB.
const tagsMax = perPage * pagesMax;

/**
 * Returns all tags of an image; none when the registry does not know the repository.
 *
 * @throws Failure `registry-lied` when the pages or the tags do not end, and what sending throws.
 */
export async function listTags(client: RegistryClient, image: ImageName): Promise<readonly Tag[]> {
  const doing = `list the tags of "${printImageName(image)}"`;
  const tags = new Set<Tag>();
  let at: string | undefined = `tags/list?n=${perPage}`;
  for (let page = 1; at !== undefined; page += 1) {
    if (page > pagesMax) throw lied(doing, `the list does not end after ${pagesMax} pages`);
    const request = { method: "GET", image, at, doing, isNoStatement } as const;
    const reply: HttpReply = await client.send(request);
    if (reply.status === 404 && saysNoRepository(reply)) return [];
    if (reply.status !== 200) throw refusal(request, reply);
    for (const tag of tagsIn(reply, doing)) tags.add(tag);
    if (tags.size > tagsMax) throw lied(doing, `there are more than ${tagsMax}`);
    at = nextPage(reply, doing);
  }
  return [...tags];
}

function isNoStatement(reply: HttpReply): boolean {
  return reply.status === 404 && registryErrors(reply.body) === undefined;
}

function saysNoRepository(reply: HttpReply): boolean {
  const codes = (registryErrors(reply.body) ?? []).map(({ code }) => code);
  return codes.includes("NAME_UNKNOWN") || codes.includes("NOT_FOUND");
}

function tagsIn(reply: HttpReply, doing: string): readonly Tag[] {
  const list = parseJson(reply.body) as { tags?: unknown } | null | undefined;
  // docker-registry says null for a repository whose tags are all deleted.
  if (list?.tags === null) return [];
  if (!Array.isArray(list?.tags)) throw lied(doing, "what came is no list of tags");
  return list.tags.map((tag) => asTag(String(tag))).filter((tag) => tag !== undefined);
}

/** Returns the target of `Link: <...>; rel="next"`. Sending checks that it is the registry's. */
function nextPage(reply: HttpReply, doing: string): string | undefined {
  const link = reply.header("link") ?? "";
  const target = /<([^<>]*)>\s*;[^<]*\brel\s*=\s*"?next\b/i.exec(link)?.[1];
  if (target === undefined) return undefined;
  if (!URL.canParse(target, reply.url.href)) throw lied(doing, "the next page is no web address");
  return new URL(target, reply.url.href).href;
}
