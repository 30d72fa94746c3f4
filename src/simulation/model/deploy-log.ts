/** One actor's view of both histories, each read whole: the branch of the model, and the source. */

import type { FileChange, LoggedCommit } from "../../core/history/commits.ts";
import type { CommitId, Revision } from "../../core/ids.ts";
import type { DeployLog } from "../../ports.ts";
import { startMs } from "../scheduler.ts";
import type { World } from "../world.ts";
import { type Commit, idOf, type ModelTree } from "./objects.ts";
import { short, troubleReading } from "./reading.ts";

/** When the source's first revision was made, in milliseconds since the epoch: long before. */
const sourceMs = startMs - 30 * 86_400_000;

/** The log as one actor reads it. */
export class ModelLog implements DeployLog {
  readonly #world: World;
  readonly #actor: string;
  readonly #contents = new Map<string, Uint8Array>();

  constructor(world: World, actor: string) {
    this.#world = world;
    this.#actor = actor;
  }

  async histories() {
    const { scheduler, fate, objects, accounts } = this.#world;
    const account = accounts.get(this.#actor)!;
    await scheduler.before(this.#actor, "read the log", this.#world.latencyMs());
    const trouble = troubleReading(fate);
    account.told += `${trouble?.message ?? "read the log"}\n`;
    if (trouble !== undefined) throw trouble;
    const { tip } = this.#world.view();
    const label = `read the log of ${short(tip)}`;
    await scheduler.after(this.#actor, label, this.#world.latencyMs());
    account.told += `${tip}\n`;
    const manifests = objects.history(tip).map(logged);
    return { manifests, source: sourceLog(this.#world) };
  }

  async tags() {
    return [];
  }

  async changes(commits: readonly LoggedCommit[], paths: readonly string[]) {
    const { objects } = this.#world;
    const isAsked = (path: string) =>
      paths.length === 0 ||
      paths.some((one) => one === "." || path === one || path.startsWith(`${one}/`));
    const changes = new Map<string, readonly FileChange[]>();
    for (const { id, parents } of commits) {
      if (this.#world.source.parents.has(id as Revision)) {
        // The model's source has no files: every commit changes all that is asked about.
        changes.set(
          id,
          paths.map((path) => ({ path, before: undefined, after: id })),
        );
        continue;
      }
      const { tree } = objects.get(id as CommitId);
      const [first] = parents as readonly CommitId[];
      const before: ModelTree = first === undefined ? new Map() : objects.get(first).tree;
      const names = [...new Set([...before.keys(), ...tree.keys()])].filter(isAsked);
      const changed = names.filter((path) => before.get(path) !== tree.get(path));
      const found = changed.map((path) => {
        return { path, before: this.#keep(before.get(path)), after: this.#keep(tree.get(path)) };
      });
      const real = found.filter((file) => file.before !== file.after);
      if (real.length > 0) changes.set(id, real);
    }
    return changes;
  }

  async filesAt(commit: string): Promise<readonly string[]> {
    return [...this.#world.objects.get(commit as CommitId).tree.keys()];
  }

  async read(ids: readonly string[], take: (id: string, bytes: Uint8Array) => void): Promise<void> {
    for (const id of new Set(ids)) {
      const bytes = this.#contents.get(id);
      if (bytes !== undefined) take(id, bytes);
    }
  }

  #keep(bytes: Uint8Array | undefined): string | undefined {
    if (bytes === undefined) return undefined;
    const id = idOf(bytes);
    this.#contents.set(id, bytes);
    return id;
  }
}

function logged({ id, parents, message, atSeconds }: Commit): LoggedCommit {
  return { id, parents, atMs: atSeconds * 1_000, author: "Lab", message };
}

/** The source's branch: its tip and all that the tip descends from, children before parents. */
function sourceLog({ source }: World): readonly LoggedCommit[] {
  const made = [...source.parents].map(([id, parents], at): LoggedCommit => {
    const atMs = sourceMs + at * 60_000;
    return { id, parents, atMs, author: "Lab", message: `feat: revision ${at}\n` };
  });
  const { tip } = source;
  return made.filter(({ id }) => source.precedes(id as never, tip)).reverse();
}
