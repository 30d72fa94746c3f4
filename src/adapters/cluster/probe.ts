/** Pages, read as a visitor does: no token, no cookie, no further than their own origin. */

import type { PageReply, SmokePage } from "../../core/cluster/smoke.ts";
import type { Probe } from "../../ports.ts";
import { type HttpClient, type HttpOptions, httpClient } from "../http/client.ts";

const redirectsMax = 3;
/** What is looked for is near the top of a page, or in a small answer of an API. */
const bodyBytesMax = 4 * 1024 * 1024;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Opens the pages. Nothing is sent yet. */
export function openProbe(options: HttpOptions): Probe {
  const http = httpClient(options);
  return { read: (page) => readPage(page, http) };
}

async function readPage(page: SmokePage, http: HttpClient): Promise<PageReply> {
  let url = new URL(page.url);
  for (let followed = 0; ; followed += 1) {
    const reply = await http.send({
      ...{ method: "GET", url, doing: `read the page "${page.url}"` },
      ...{ accept: "*/*", bodyBytesMax },
    });
    const location = reply.header("location");
    const isRedirect = redirects.has(reply.status) && location !== undefined;
    const next =
      isRedirect && URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    const isWanted = reply.status === page.status;
    if (!isWanted && followed < redirectsMax && next?.origin === url.origin) {
      url = next;
      continue;
    }
    const text = new TextDecoder().decode(reply.body);
    return { status: reply.status, text, isCut: reply.isCut, location };
  }
}
