/** Types only: what the use cases ask of the world, and what each answer promises. */

import type { Application } from "./core/cluster/argo-application.ts";
import type { ArgoRef, ArgoSelector } from "./core/cluster/argo-ref.ts";
import type { SyncWindows } from "./core/cluster/argo-windows.ts";
import type { FluxObject, FluxRef, FluxSource, SourceRef } from "./core/cluster/flux-object.ts";
import type { Pod } from "./core/cluster/pod.ts";
import type { PageReply, SmokePage } from "./core/cluster/smoke.ts";
import type { NamespaceRef, Workload, WorkloadRef } from "./core/cluster/workload.ts";
import type { FileChange, LoggedCommit, SourceTag } from "./core/history/commits.ts";
import type { CommitId, Digest, Revision, Tag } from "./core/ids.ts";
import type { ImageName } from "./core/image-ref.ts";
import type { Mark } from "./core/landing/mark.ts";
import type { PushReply, Reread } from "./core/landing/push-outcome.ts";
import type { ManifestRules } from "./core/pins/rules.ts";
import type { Along, WaitingRoom } from "./ports-waiting.ts";

/** A file of the manifests branch that mentions an image we look for. */
export interface ManifestFile {
  /** Path from the root of the repository, with forward slashes. */
  readonly path: string;
  /** Of a link, those of the file that it leads to. */
  readonly bytes: Uint8Array;
  /** Why it is not ours to edit, if so: `links to "../web.yaml", …`. Reported, never written. */
  readonly unread?: string | undefined;
}

/** A commit to be written: the same fields give the same commit id, however often it is made. */
export interface CommitDraft {
  readonly parent: CommitId;
  /**
   * New content by path. Empty means a commit that changes no file. `undefined` bytes remove the
   * file.
   */
  readonly changes: readonly { readonly path: string; readonly bytes: Uint8Array | undefined }[];
  readonly message: string;
  /** Author and committer date, in whole seconds since the epoch. */
  readonly atSeconds: number;
  /** Whose change it is. Absent: the committer's. */
  readonly author?: { readonly name: string; readonly email: string } | undefined;
}

/** A commit that is there already, by what it says of itself. */
export interface PastCommit {
  readonly message: string;
  /** Committer's date, in whole seconds since the epoch. */
  readonly atSeconds: number;
}

/** The branch that holds the manifests, on a server that we do not trust to answer. */
export interface Remote {
  /** What people say about the manifests of this branch. None: nothing. */
  readonly rules?: ManifestRules;
  /**
   * Reads the branch's tip from the server, with its trees, into our own repository.
   *
   * @throws Failure `remote-unreachable`, `remote-denied`, `remote-not-found` or `throttled`.
   */
  fetchTip(): Promise<CommitId>;
  /**
   * Returns the regular files under `paths` at `tip` whose bytes contain one of `needles`
   * (fixed strings), and what leads out of the paths: such links, folders' and files' that contain
   * one, and submodules. A path that does not exist is a Failure `usage`; a symlink or submodule
   * whose path is asked for is a Failure `bad-manifest`.
   */
  findManifests(
    tip: CommitId,
    paths: readonly string[],
    needles: readonly string[],
  ): Promise<readonly ManifestFile[]>;
  /** Returns one file's bytes at `tip`, or undefined when there is none. */
  readFile(tip: CommitId, path: string): Promise<Uint8Array | undefined>;
  /** Returns the message of a commit that has been fetched. */
  messageOf(commit: CommitId): Promise<string>;
  /**
   * Returns the messages of `tip` and of the commits before it, newest first, `count` of them where
   * there are as many. A merge may have put the branch's own past on a side. Asks the server for
   * what is not here; a server that does not show them leaves those that are.
   *
   * @throws Failure `remote-unreachable`, `throttled`.
   */
  messagesBefore(tip: CommitId, count: number): Promise<readonly string[]>;
  /**
   * Returns the paths that the newest of those commits changed which `isIt` knows; undefined when
   * there is none, or it cannot be seen. Absent: that cannot be asked.
   */
  changedPaths?(
    tip: CommitId,
    commits: { readonly isIt: (commit: PastCommit) => boolean; readonly count: number },
  ): Promise<readonly string[] | undefined>;
  /**
   * Returns whether `commit` is `tip` or one of its ancestors. Asks no server: what is not here is
   * no ancestor of a tip that was fetched.
   */
  contains(tip: CommitId, commit: CommitId): Promise<boolean>;
  /** Writes a commit into our own object database. Moves no ref and touches no work tree. */
  commit(draft: CommitDraft): Promise<CommitId>;
  /**
   * Asks the server to move the branch to `commit`, which it does only from the commit's parent.
   * Never throws for the world's failures: a push that was cut off is `silent`.
   */
  push(commit: CommitId, along?: Along): Promise<PushReply>;
  /** Where changes wait. Absent: none may. */
  readonly waiting?: WaitingRoom | undefined;
  /**
   * Reads the branch from the server, without trusting anything remembered, and looks for `commit`
   * (made on `before`) in its ancestry. Never throws for the world's failures: those are
   * `unreadable`.
   */
  reread(before: CommitId, commit: CommitId): Promise<Reread>;
  /** Lists the marks beside the branch, in no order. Throws as `fetchTip` does. */
  marks(): Promise<readonly Mark[]>;
  /**
   * Leaves a mark beside the branch: a commit that changes nothing, on top of a tip.
   *
   * @throws Failure as `fetchTip` does; `remote-denied` when the server takes no such refs.
   */
  mark(mark: Mark, words: { readonly tip: CommitId; readonly message: string }): Promise<void>;
}

/** A commit of the source, as people know it. */
export interface SourceCommit {
  readonly revision: Revision;
  /** The first line of its message: not safe to print as it comes. */
  readonly subject: string;
}

/**
 * The source repository's history, which alone says what is newer: what its branches and tags
 * reach, as its server shows them, and what was named by `named`. A clone and a URL of the same
 * repository give the same answers, whatever else lies about in the clone.
 */
export interface SourceHistory {
  /**
   * Returns the commit that a user's word names: a full id or its first digits (4 and more), HEAD,
   * a branch or a tag. None where the source has no such thing, several where it names several.
   *
   * @throws Failure as `Remote.fetchTip` does.
   */
  named(text: string): Promise<readonly Revision[]>;
  /**
   * Returns the commits that a full id or its first digits (4 and more) name: several where the
   * digits are too few.
   */
  candidates(digits: string): Promise<readonly Revision[]>;
  /** Returns the only one of the `candidates`. */
  resolve(digits: string): Promise<Revision | undefined>;
  /**
   * Returns whether `ancestor` is `descendant` or reachable from it. Deepens a shallow history
   * first.
   */
  isAncestor(ancestor: Revision, descendant: Revision): Promise<boolean>;
  /**
   * Forgets what was unknown: commits may have come meanwhile. The next question that needs the
   * server asks it again.
   */
  refresh(): void;
  /**
   * Returns whether anything under `paths` differs between two revisions. What cannot be compared
   * counts as changed.
   */
  changed(from: Revision, to: Revision, paths: readonly string[]): Promise<boolean>;
  /**
   * Returns the commits that `from` has and `to` lacks, the newest first. One whose change `to` has
   * under another id (a cherry-pick) is not among them, as far as changes can be compared here.
   */
  lacking(from: Revision, to: Revision): Promise<readonly SourceCommit[]>;
  /** Returns the names of the git tags that are at a revision. */
  tagsAt(revision: Revision): Promise<readonly string[]>;
  /** Returns a revision's committer date, in seconds since the epoch. */
  committedAtSeconds(revision: Revision): Promise<number>;
}

/** The manifests branch and the source behind it, each read as a whole. */
export interface DeployLog {
  /** What people say about the manifests of this branch. None: nothing. */
  readonly rules?: ManifestRules;
  /**
   * Reads all commits of both, at least one, children before their parents, the tips first. Both
   * are the same array where the manifests are on the source's own branch.
   *
   * @throws Failure as `Remote.fetchTip` does.
   */
  histories(): Promise<{
    readonly manifests: readonly LoggedCommit[];
    readonly source: readonly LoggedCommit[];
  }>;
  /** Reads the git tags of the source. Throws as `histories` does. */
  tags(): Promise<readonly SourceTag[]>;
  /**
   * Returns the files at or under `paths` (none means all) that commits of the manifests branch
   * changed against their first parents, by commit. Commits that changed none are left out.
   */
  changes(
    commits: readonly LoggedCommit[],
    paths: readonly string[],
  ): Promise<ReadonlyMap<string, readonly FileChange[]>>;
  /** Returns the paths of all files at a commit of the manifests branch. */
  filesAt(commit: string): Promise<readonly string[]>;
  /**
   * Hands contents over, each once and in the order of the ids. What is no file, or too big for a
   * manifest, is left out.
   */
  read(ids: readonly string[], take: (id: string, bytes: Uint8Array) => void): Promise<void>;
}

/** What a registry says of one reference. */
export type ImageFact =
  | { readonly kind: "found"; readonly digest: Digest; readonly mediaType: string }
  | { readonly kind: "missing" };

/** The registries of the images, read only. */
export interface Registry {
  /**
   * Looks a tag or digest up. `missing` only when the registry itself said so in its own words.
   *
   * @throws Failure `registry-denied`, `registry-unreachable`, `registry-lied` or `throttled`.
   */
  find(image: ImageName, reference: Tag | Digest): Promise<ImageFact>;
  /**
   * Returns the label `org.opencontainers.image.revision` of an image, or undefined when it has
   * none. Throws as `find` does.
   */
  revisionOf(image: ImageName, reference: Tag | Digest): Promise<Revision | undefined>;
}

/** Names in the registries of the images, to be given. */
export interface Tagger {
  /**
   * Gives an image another tag, same digest, whatever has that tag now.
   *
   * @throws Failure as `Registry.find` does.
   */
  addTag(image: ImageName, from: Tag | Digest, to: Tag): Promise<Digest>;
}

/** What a reference stands for, as far as a cluster may name it. Read only. */
export interface ImageDigests {
  /**
   * Returns the digest of an image, and of an index also those of its platforms: some runtimes name
   * these. None when the registry has no such image. Throws as `Registry.find` does.
   */
  digestsOf(image: ImageName, reference: Tag | Digest): Promise<readonly Digest[]>;
}

/** Time, passed in so that a simulation can own it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  sleepMs(duration: number): Promise<void>;
}

/** Chance, passed in so that a seed can own it. */
export interface Random {
  /** A number in [0, 1). */
  unit(): number;
}

/** Messages for people while work goes on. Never part of the result. */
export interface Progress {
  step(message: string): void;
  warn(message: string): void;
}

/** Manifests in a folder of this machine, for edits without git. */
export interface Files {
  /**
   * Returns the manifests under `paths` whose bytes contain one of `needles` (fixed strings; none
   * means all), in the order of their paths. What is named like no manifest is not read, and `.git`
   * is not entered. A link into the given paths is passed over: its target has a path of its own.
   * One that leads out of them, to a folder or to a file that contains a needle, is `unread`.
   *
   * @throws Failure `usage` when a path does not exist; `bad-manifest` when a path is a link.
   */
  find(paths: readonly string[], needles: readonly string[]): Promise<readonly ManifestFile[]>;
  /**
   * Replaces the bytes of files and keeps their modes. Everything that can fail is done before the
   * first file is replaced, and no reader ever sees half a file.
   *
   * @throws Failure `usage` when a file or its folder cannot be written.
   */
  replace(files: readonly ManifestFile[]): Promise<void>;
}

/** The servers of Argo CD that the settings name. */
export interface ArgoCd {
  /**
   * Reads an Application. `refresh` makes Argo CD compare with git first, and answers after that;
   * an Application that syncs by itself then applies what is new to it.
   *
   * @throws Failure `cluster-denied`, `cluster-not-found`, `cluster-unreachable` or `throttled`.
   */
  application(ref: ArgoRef, how: "refresh" | "as-is"): Promise<Application>;
  /**
   * Reads the Applications that a selector may mean: its label, project and namespace decide, not
   * its name. Their resources are left out. Throws as `application` does.
   */
  applications(selector: ArgoSelector): Promise<readonly Application[]>;
  /**
   * Asks for a sync to what an Application follows. `busy` when another operation runs, `closed`
   * when a sync window forbids it. Throws as `application` does.
   */
  sync(ref: ArgoRef): Promise<"asked" | "busy" | "closed">;
  /** Returns whether our token may sync an Application of a project, if that is known. */
  maySync(ref: ArgoRef, project: string): Promise<boolean | undefined>;
  /** Returns an Application's sync windows, or undefined when they are not said. */
  syncWindows(ref: ArgoRef): Promise<SyncWindows | undefined>;
}

/** The clusters that run the images, read only: each ref names its own. */
export interface Cluster {
  /**
   * Reads a workload, or undefined when there is none of that name.
   *
   * @throws Failure `cluster-denied`, `cluster-unreachable` or `throttled`.
   */
  workload(ref: WorkloadRef): Promise<Workload | undefined>;
  /** Reads all workloads of a namespace. Throws as `workload` does. */
  workloadsIn(place: NamespaceRef): Promise<readonly Workload[]>;
  /** Reads the pods of a workload that live. Throws as `workload` does. */
  podsOf(workload: WorkloadRef & Pick<Workload, "podSelector" | "uid">): Promise<readonly Pod[]>;
  /** Returns whether there is such a namespace, or undefined when we may not know. */
  hasNamespace(place: NamespaceRef): Promise<boolean | undefined>;
}

/** What Flux applies. */
export interface Flux {
  /**
   * Reads an object and the source under it, or undefined when there is none of that name.
   *
   * @throws Failure `cluster-denied`, `cluster-not-found`, `cluster-unreachable` or `throttled`.
   */
  read(
    ref: FluxRef,
  ): Promise<{ readonly object: FluxObject; readonly source: FluxSource | undefined } | undefined>;
  /** Asks Flux to look at an object or a source now. Throws as `read` does. */
  reconcile(ref: FluxRef | SourceRef, requestedAt: string): Promise<void>;
}

/** Pages, read as a visitor does. */
export interface Probe {
  /**
   * Reads a page. Redirects are followed within its origin, unless a redirect is what is expected.
   *
   * @throws Failure `cluster-unreachable`.
   */
  read(page: SmokePage): Promise<PageReply>;
}

/** The files of a repository that somebody works in. */
export interface WorkTree {
  /** Every file, by its path from the root; the text of those that are of no interest is empty. */
  files(): Promise<readonly { readonly path: string; readonly text: string }[]>;
  /** Writes a new file. Throws when there is one. */
  create(file: { readonly path: string; readonly text: string }): Promise<void>;
}
