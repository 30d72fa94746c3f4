/** A source and its manifests in memory, told commit by commit, and audited by the use case. */

import type { FileChange, LoggedCommit, SourceTag } from "../../src/core/history/commits.ts";
import type { CommitId, Revision } from "../../src/core/ids.ts";
import { parseImageName } from "../../src/core/image-ref.ts";
import { type RecordedOutcome, writeMessage } from "../../src/core/landing/commit-message.ts";
import { parseTagFormat } from "../../src/core/tag-format.ts";
import type { DeployLog } from "../../src/ports.ts";
import { type AuditRequest, audit } from "../../src/usecases/audit/audit.ts";

export const minuteMs = 60_000;
const firstMs = Date.UTC(2026, 0, 1);
const digits = 7;

/** What a commit changes: text by path, undefined for a file that goes away. */
export type Writes = Readonly<Record<string, string | undefined>>;

type Files = ReadonlyMap<string, string>;

/** How a deploy came out, and where. */
interface RecordedDeploy {
  readonly outcome?: RecordedOutcome;
  readonly environment?: string;
  readonly writes?: Writes;
}

interface Branch {
  /** Oldest first. */
  readonly commits: LoggedCommit[];
  /** All files at each commit. */
  readonly trees: Map<string, Files>;
  tip: string | undefined;
}

/** Code and manifests on one branch, or apart. Every commit comes a minute after the last. */
export class LedgerWorld {
  readonly #source: Branch = newBranch();
  readonly #manifests: Branch;
  readonly #contents = new Map<string, string>();
  readonly #tags: SourceTag[] = [];
  #count = 0;
  /** How far ahead the clock of whoever commits next is. */
  skewMs = 0;

  constructor(shape: "one branch" | "apart" = "one branch") {
    this.#manifests = shape === "apart" ? newBranch() : this.#source;
    this.hand("feat: begin", { "k8s/web.yaml": web("latest"), "k8s/api.yaml": api("latest") });
    if (shape === "one branch") this.hand("feat: code", { "app/main.ts": "" });
  }

  /** How late it is: the time of the newest commit. */
  get nowMs(): number {
    return firstMs + this.#count * minuteMs;
  }

  /** Makes a commit of code. */
  code(
    subject = "feat: change",
    writes: Writes = { "app/main.ts": String(this.#count) },
  ): Revision {
    return this.#commit(this.#source, { message: `${subject}\n`, writes }) as Revision;
  }

  /** Gives a commit of the source a git tag, now. */
  release(name: string, commit: string): void {
    this.#tags.push({ name, commit, atMs: this.nowMs });
  }

  /** Makes a commit of the manifests branch, as people do. */
  hand(message: string, writes: Writes): CommitId {
    return this.#commit(this.#manifests, { message, writes }) as CommitId;
  }

  /** Makes a deploy commit as Landfall does. */
  deploy(revision: Revision, how: RecordedDeploy = {}): CommitId {
    const {
      outcome = "landed",
      environment,
      writes = { "k8s/web.yaml": web(tag(revision)) },
    } = how;
    const deploy = `d-${this.#count}`;
    const tags = [tag(revision)];
    const record = { outcome, deploy, environment, revision, tags, moves: [], skipCi: true };
    return this.hand(writeMessage(record), writes);
  }

  /** Makes a deploy commit as people's scripts did before Landfall. */
  legacy(revision: Revision, writes: Writes = { "k8s/web.yaml": web(tag(revision)) }): CommitId {
    return this.hand(`chore(gitops): update image tags to ${tag(revision)}\n`, writes);
  }

  /** Puts the source's, or the one branch's, tip elsewhere: the next commit is made there. */
  checkout(commit: string, branch: "source" | "manifests" = "source"): void {
    const at = branch === "source" ? this.#source : this.#manifests;
    at.tip = commit;
  }

  /** Merges other lines into where the branch stands, with what they changed since a base. */
  merge(others: string | readonly string[], writes: Writes = {}, base?: string): string {
    const { tip, trees } = this.#source;
    const before = trees.get(base ?? "") ?? new Map();
    const taken: Record<string, string | undefined> = {};
    for (const other of [others].flat()) {
      for (const [path, text] of trees.get(other)!) {
        if (base !== undefined && before.get(path) !== text) taken[path] = text;
      }
    }
    const parents = [tip!, ...[others].flat()];
    return this.#commit(this.#source, {
      message: "Merge\n",
      writes: { ...taken, ...writes },
      parents,
    });
  }

  /** What an audit of all of it asks, as of now. */
  get question(): AuditRequest {
    const images = ["acme/web", "acme/api"].map((name) => parseImageName(name)!);
    return {
      ...{ images, paths: ["k8s"], tagFormat: parseTagFormat(`sha-{revision:${digits}}`) },
      ...{ repository: "manifests", branch: "main", source: "source", sinceMs: 0 },
      ...{ asOfMs: this.nowMs, nowMs: this.nowMs, graceMs: 0, behind: 3, strict: false },
      pattern: /^chore\(gitops\): (?:update image tags|recover missing manifest update) to sha-/,
    };
  }

  /** Audits it. */
  audit(asked: Partial<AuditRequest> = {}) {
    const nowMs = Math.max(asked.asOfMs ?? 0, this.nowMs);
    const { log } = this;
    const progress = { step: () => {}, warn: () => {} };
    return audit({ ...this.question, nowMs, ...asked }, { log, progress });
  }

  #commit(
    branch: Branch,
    say: { message: string; writes: Writes; parents?: readonly string[] },
  ): string {
    this.#count += 1;
    const id = (this.#count * 0x9e3779b1).toString(16).padStart(12, "0").slice(-12).repeat(4);
    const commit = id.slice(0, 40);
    const parents = say.parents ?? (branch.tip === undefined ? [] : [branch.tip]);
    const files = new Map(branch.trees.get(parents[0] ?? ""));
    for (const [path, text] of Object.entries(say.writes)) {
      if (text === undefined) files.delete(path);
      else files.set(path, text);
    }
    branch.trees.set(commit, files);
    branch.commits.push({
      ...{ id: commit, parents, author: "ana", message: say.message },
      atMs: this.nowMs + this.skewMs,
    });
    branch.tip = commit;
    return commit;
  }

  #changes(before: Files, after: Files, isAsked: (path: string) => boolean): FileChange[] {
    return [...new Set([...before.keys(), ...after.keys()])]
      .filter((path) => isAsked(path) && before.get(path) !== after.get(path))
      .map((path) => {
        return { path, before: this.#keep(before.get(path)), after: this.#keep(after.get(path)) };
      });
  }

  #keep(text: string | undefined): string | undefined {
    if (text === undefined) return undefined;
    const id = `content ${text}`;
    this.#contents.set(id, text);
    return id;
  }

  /** Both histories, as they stand. */
  get log(): DeployLog {
    const [source, manifests] = [this.#source, this.#manifests];
    const newestFirst = [...manifests.commits].reverse();
    return {
      histories: async () => ({
        manifests: newestFirst,
        source: source === manifests ? newestFirst : [...source.commits].reverse(),
      }),
      tags: async () => this.#tags,
      changes: async (commits, paths) => {
        const isAsked = (path: string) =>
          paths.length === 0 || paths.some((at) => path.startsWith(at));
        const found = commits.map(({ id, parents: [parent = ""] }) => {
          const before: Files = manifests.trees.get(parent) ?? new Map();
          return [id, this.#changes(before, manifests.trees.get(id)!, isAsked)] as const;
        });
        return new Map(found.filter(([, changed]) => changed.length > 0));
      },
      filesAt: async (commit) => [...manifests.trees.get(commit)!.keys()],
      read: async (ids, take) => {
        for (const id of ids) take(id, new TextEncoder().encode(this.#contents.get(id)));
      },
    };
  }
}

function newBranch(): Branch {
  return { commits: [], trees: new Map(), tip: undefined };
}

/** A manifest of the image `acme/web`. */
export function web(held: string): string {
  return `kind: Deployment\nspec:\n  image: acme/web:${held}\n`;
}

/** A manifest of the image `acme/api`. */
export function api(held: string): string {
  return `kind: Deployment\nspec:\n  image: acme/api:${held}\n`;
}

/** The tag that is made of a revision. */
export function tag(revision: string): string {
  return `sha-${revision.slice(0, digits)}`;
}
