/** The model of the source: revisions and their parents, and the images published for them. */

import { Failure } from "../../core/failure.ts";
import { asRevision, type Digest, type Revision, type Tag } from "../../core/ids.ts";
import { type ImageName, printImageName } from "../../core/image-ref.ts";
import type { ImageFact, Registry, SourceHistory } from "../../ports.ts";
import type { World } from "../world.ts";
import { idOf } from "./objects.ts";

/** The history of a source, as plain data. */
export class ModelSource implements SourceHistory {
  /** Each revision with its parents. */
  readonly parents = new Map<Revision, readonly Revision[]>();
  readonly #ancestors = new Map<Revision, ReadonlySet<Revision>>();

  /** Adds a revision and returns it. The same name is the same revision. */
  add(name: string, ...parents: readonly Revision[]): Revision {
    const revision = asRevision(idOf(name))!;
    this.parents.set(revision, parents);
    this.#ancestors.set(
      revision,
      new Set([revision, ...parents.flatMap((parent) => [...this.#ancestors.get(parent)!])]),
    );
    return revision;
  }

  /** Returns whether a revision is another, or an ancestor of it. */
  precedes(ancestor: Revision, descendant: Revision): boolean {
    return this.#ancestors.get(descendant)?.has(ancestor) ?? false;
  }

  /** Returns the only revision that begins so. */
  find(digits: string): Revision | undefined {
    const [only, ...others] = this.#all(digits);
    return others.length === 0 ? only : undefined;
  }

  #all(digits: string): readonly Revision[] {
    if (!/^[0-9a-f]{4,40}$/.test(digits)) return [];
    return [...this.parents.keys()].filter((revision) => revision.startsWith(digits));
  }

  /** The newest revision: what the source's branch is at. */
  get tip(): Revision {
    return [...this.parents.keys()].at(-1)!;
  }

  async named(text: string): Promise<readonly Revision[]> {
    return text === "HEAD" ? [this.tip] : this.#all(text);
  }

  async candidates(digits: string): Promise<readonly Revision[]> {
    return this.#all(digits);
  }

  async resolve(digits: string): Promise<Revision | undefined> {
    return this.find(digits);
  }

  async isAncestor(ancestor: Revision, descendant: Revision): Promise<boolean> {
    return this.precedes(ancestor, descendant);
  }

  /** Nothing is ever unknown here that the source has. */
  refresh(): void {}

  /** The model has no files: every revision changes every image. */
  async changed(): Promise<boolean> {
    return true;
  }

  /** No two revisions of the model make the same change. */
  async lacking(from: Revision, to: Revision) {
    const lost = [...this.parents.keys()].filter(
      (revision) => this.precedes(revision, from) && !this.precedes(revision, to),
    );
    return lost.toReversed().map((revision) => ({ revision, subject: "feat: of the model" }));
  }

  /** The model has no releases. */
  async tagsAt(): Promise<readonly string[]> {
    return [];
  }

  async committedAtSeconds(): Promise<number> {
    return 0;
  }
}

/** Which images were published, and of which revision each is. */
export type PublishedImages = Map<string, Revision>;

/** Returns the name of an image's tag on the shelf. */
export function publishedKey(image: ImageName, tag: string): string {
  return `${printImageName(image)}:${tag}`;
}

/** One actor's view of the registry of a world. */
export class ModelRegistry implements Registry {
  readonly #world: World;
  readonly #shelf: PublishedImages;
  readonly #actor: string;

  constructor(world: World, shelf: PublishedImages, actor: string) {
    this.#world = world;
    this.#shelf = shelf;
    this.#actor = actor;
  }

  async find(image: ImageName, reference: Tag | Digest): Promise<ImageFact> {
    const name = publishedKey(image, reference);
    await this.#ask(name);
    if (!this.#shelf.has(name)) return { kind: "missing" };
    const digest = `sha256:${idOf(name)}${"0".repeat(24)}` as Digest;
    return { kind: "found", digest, mediaType: "application/vnd.oci.image.index.v1+json" };
  }

  async revisionOf(image: ImageName, reference: Tag | Digest): Promise<Revision | undefined> {
    const name = publishedKey(image, reference);
    await this.#ask(name);
    return this.#shelf.get(name);
  }

  async #ask(name: string): Promise<void> {
    const { fate, scheduler } = this.#world;
    // What is published does not change in a run, so the order of asking means nothing by itself.
    await scheduler.after(this.#actor, `ask for ${name}`, this.#world.latencyMs());
    const isAway = fate.strikes("registry");
    // An answer counts too: who has looked thrice goes on otherwise than who has looked once.
    const account = this.#world.accounts.get(this.#actor)!;
    account.told += isAway ? "registry away\n" : `looked for ${name}\n`;
    if (!isAway) return;
    const hint = "Try again later.";
    throw new Failure("registry-unreachable", `Cannot ask for "${name}": no answer`, hint);
  }
}
