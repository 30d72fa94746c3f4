/** Where a forge shows commits, comparisons, requests and files. */

import type { Forge } from "./forge.ts";

/** GitLab puts a dash between a project and its pages, so that no group is taken for a page. */
function pageOf({ kind, web }: Forge): string {
  return kind === "gitlab" ? `${web}/-` : web;
}

/** Returns the page of a commit. */
export function commitLink(forge: Forge, commit: string): string {
  return `${pageOf(forge)}/commit/${commit}`;
}

/** Returns the page of what one commit has and another lacks. Beginnings of ids will do. */
export function compareLink(forge: Forge, from: string, to: string): string {
  return `${pageOf(forge)}/compare/${from}...${to}`;
}

const requestPages: Readonly<Record<Forge["kind"], string>> = {
  github: "pull",
  gitlab: "merge_requests",
  forgejo: "pulls",
  gitea: "pulls",
};

/** Returns the page of a pull or merge request. */
export function requestLink(forge: Forge, number: number): string {
  return `${pageOf(forge)}/${requestPages[forge.kind]}/${number}`;
}

/** Returns the page of a file at a commit. */
export function fileLink(forge: Forge, commit: string, at: { file: string; line?: number }) {
  const path = at.file.split("/").map(encodeURIComponent).join("/");
  const where = forge.kind === "github" || forge.kind === "gitlab" ? "blob" : "src/commit";
  const line = at.line === undefined ? "" : `#L${at.line}`;
  return `${pageOf(forge)}/${where}/${commit}/${path}${line}`;
}
