/** One actor's view of both histories of a world, whole, as the checker reads them. */

import type { FileChange, LoggedCommit } from "../core/commit-log.ts";
import type { CommitId, Revision } from "../core/ids.ts";
import type { DeployLog } from "../ports.ts";
import type { Commit } from "./objects.ts";
import { idOf } from "./objects.ts";
import type { World } from "./world.ts";

/** Source and manifests apart. Every revision is as old as time: dates are no matter here. */
export class ModelLog implements DeployLog {
  readonly #world: World;
  readonly #actor: string;
  readonly #tip: Revision;
  readonly #contents = new Map<string, Uint8Array>();

  /** @param tip Where the source's own line ends. */
  constructor(world: World, actor: string, tip: Revision) {
    this.#world = world;
    this.#actor = actor;
    this.#tip = tip;
  }

  async histories() {
    const { scheduler, objects } = this.#world;
    await scheduler.before(this.#actor, "read the histories", this.#world.latencyMs());
    const log = objects.log(this.#world.view());
    return { manifests: log.map(asLogged).reverse(), source: this.#sourceLog() };
  }

  async changes(commits: readonly LoggedCommit[], paths: readonly string[]) {
    const changes = new Map<string, readonly FileChange[]>();
    for (const { id } of commits) {
      const found = this.#changesIn(this.#world.objects.get(id as CommitId), paths);
      if (found.length > 0) changes.set(id, found);
    }
    return changes;
  }

  async filesAt(commit: string): Promise<readonly string[]> {
    return [...this.#world.objects.get(commit as CommitId).tree.keys()];
  }

  async read(ids: readonly string[], take: (id: string, bytes: Uint8Array) => void): Promise<void> {
    for (const id of ids) take(id, this.#contents.get(id)!);
  }

  /** Parents were added before their children. */
  #sourceLog(): readonly LoggedCommit[] {
    const { source } = this.#world;
    const known = [...source.parents].filter(([id]) => source.precedes(id, this.#tip)).reverse();
    return known.map(([id, parents]) => ({ id, parents, atMs: 0, author: "", message: "work\n" }));
  }

  #changesIn({ tree, parent }: Commit, paths: readonly string[]): readonly FileChange[] {
    const before = parent === undefined ? new Map() : this.#world.objects.get(parent).tree;
    const names = new Set<string>([...before.keys(), ...tree.keys()]);
    const isAsked = (name: string) =>
      paths.length === 0 || paths.some((path) => name === path || name.startsWith(`${path}/`));
    return [...names].filter(isAsked).flatMap((path) => {
      const change = {
        path,
        before: this.#keep(before.get(path)),
        after: this.#keep(tree.get(path)),
      };
      return change.before === change.after ? [] : [change];
    });
  }

  #keep(bytes: Uint8Array | undefined): string | undefined {
    if (bytes === undefined) return undefined;
    const id = idOf(bytes);
    this.#contents.set(id, bytes);
    return id;
  }
}

function asLogged({ id, parent, message }: Commit): LoggedCommit {
  return { id, parents: parent === undefined ? [] : [parent], atMs: 0, author: "", message };
}
