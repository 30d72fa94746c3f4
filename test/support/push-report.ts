/** A server's report on a push, as git's wire protocol has it (gitprotocol-pack). */

import type { GitAnswer } from "../../src/demo/git-server.ts";

/**
 * Returns an answer to a push in the name of another server: what became of `main` (`ok`, or `ng`
 * with a reason; nothing when it says nothing of it), and the words that it shows to people.
 */
export function pushReport(verdict: string, words: readonly string[] = []): GitAnswer {
  const [kind, ...reason] = verdict.split(" ");
  const ref = [`${kind} refs/heads/main`, ...reason].join(" ");
  const line = verdict === "" ? "" : packet(`${ref}\n`);
  const report = `${packet("unpack ok\n")}${line}0000`;
  const shown = words.map((line) => packet(`\x02${line}\n`)).join("");
  return {
    status: 200,
    headers: { "content-type": "application/x-git-receive-pack-result" },
    body: `${shown}${packet(`\x01${report}`)}0000`,
  };
}

/** A pkt-line: its length in four hex digits, with those, and its bytes. */
function packet(text: string): string {
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, "0") + text;
}
