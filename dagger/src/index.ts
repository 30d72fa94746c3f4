/** The functions that `dagger call` offers: one for each command. The engine loads this file. */

import {
  argument,
  check,
  type Directory,
  func,
  object,
  type Secret,
  type Service,
  type Workspace,
} from "@dagger.io/dagger";
import { runDeploy } from "./deploy.js";
import type { Images } from "./images.js";
import { runRace } from "./race.js";
import type { Result } from "./result.js";
import { on, type Settings, sourceAt } from "./source.js";
import { say, toolContainer } from "./tool.js";

/** What was installed into a source is not uploaded: what is built comes from its commits. */
const installed = ["**/node_modules", "!.git/**"];
/** What the tool container needs of this repository; nothing else is uploaded. */
const library = ["*", "!src", "!examples", "!package.json", "!package-lock.json"];

/**
 * Builds the images of a commit, publishes them, and lands their tags in the manifests in git.
 *
 * A deploy survives any race for the branch, and says landed only after reading it back. The same
 * call does the same on a laptop and in CI. Access is given once, before the function, as in
 * dagger call --git-token=env:GITHUB_TOKEN deploy text.
 */
@object()
export class Landfall implements Settings {
  readonly gitToken?: Secret;
  readonly gitUsername?: string;
  readonly sshKey?: Secret;
  readonly sshKnownHosts?: Secret;
  readonly githubAppId?: string;
  readonly githubAppPrivateKey?: Secret;
  readonly githubApi?: string;
  readonly signingKey?: Secret;
  readonly registryUsername?: string;
  readonly registryPassword?: Secret;
  readonly argocdToken?: Secret;
  readonly kubeconfig?: Secret;
  readonly by?: string;
  readonly gitService?: Service;
  readonly registryService?: Service;
  readonly config?: string;
  readonly env: string[];
  readonly flags: string[];
  readonly anyOutcome: boolean;
  readonly toolImage: string;
  readonly lib: Directory;

  constructor(
    /** The library itself. Only someone who works on Landfall sets it. */
    @argument({ defaultPath: ".", ignore: library })
    lib: Directory,
    /** Token that may push to the repository with the manifests, for example env:GITHUB_TOKEN. */
    gitToken?: Secret,
    /** User name that goes with the token, where the server minds it. */
    gitUsername?: string,
    /** Private SSH key, where the repository is reached by SSH. */
    sshKey?: Secret,
    /** Known hosts of SSH: the keys that the server may show. */
    sshKnownHosts?: Secret,
    /** Id of a GitHub App that may push to the repository with the manifests: no token then. */
    githubAppId?: string,
    /** Private key of the GitHub App, for example env:APP_PRIVATE_KEY. */
    githubAppPrivateKey?: Secret,
    /** API of a GitHub server of your own, for example https://github.example.org/api/v3. */
    githubApi?: string,
    /** Private SSH key without a passphrase: deploy commits are signed with it. */
    signingKey?: Secret,
    /** User name at the registry. */
    registryUsername?: string,
    /** Password or token of the registry, for example env:REGISTRY_PASSWORD. */
    registryPassword?: Secret,
    /** Token of Argo CD, for example env:ARGOCD_AUTH_TOKEN. */
    argocdToken?: Secret,
    /** Kubeconfig of the cluster whose rollout is watched, for example file:kubeconfig. */
    kubeconfig?: Secret,
    /** Who does it, for the records of a rollback, a freeze and an approval. */
    by?: string,
    /** Git server that only this call can reach, under the host name git. */
    gitService?: Service,
    /** Registry that only this call can reach, under the host name registry. */
    registryService?: Service,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** Environment of the settings file that is meant, for example prod; repeatable. */
    env: string[] = [],
    /** Further words for the command line of the function, for example --branch=main. */
    flags: string[] = [],
    /** Return what a command came to whatever its exit status, instead of failing with that. */
    anyOutcome = false,
    /** Image of the tool container: Node 22.18 or newer, with git. It is used as it is. */
    toolImage = "node:24-bookworm",
  ) {
    this.lib = lib;
    this.env = env;
    this.flags = flags;
    this.anyOutcome = anyOutcome;
    this.toolImage = toolImage;
    const git = { gitToken, gitUsername, sshKey, sshKnownHosts, gitService, signingKey };
    const app = { githubAppId, githubAppPrivateKey, githubApi };
    const registry = { registryUsername, registryPassword, registryService };
    const given = { ...git, ...app, ...registry, argocdToken, kubeconfig, config, by };
    // The engine gives null for what is not given, and cannot keep it.
    for (const [name, value] of Object.entries(given))
      if (value) Object.assign(this, { [name]: value });
  }

  /**
   * Deploys a commit: builds and publishes its images, then lands their tags in the manifests.
   *
   * All or nothing: if one image fails to build or to publish, nothing is promoted. Where
   * landfall.yaml says what to verify, the cluster is watched until it runs what has landed; a
   * verification that fails gives its exit status, and undoes nothing.
   */
  @func({ cache: "never" })
  async deploy(
    /** The source repository with its .git. Default: the one that the caller is in. */
    @argument({ ignore: installed }) source?: Directory,
    /** Commit to work for. Default: the one that the source has checked out. */
    revision?: string,
    /** Build every image, whatever is published. */
    rebuild = false,
    /** Ref that CI runs for: the default branch gives extraTags, a release tag v* itself. */
    ref?: string,
    /** Watch what has landed arrive, where landfall.yaml has it under verify. */
    verify = true,
    here?: Workspace,
  ): Promise<Result> {
    return runDeploy(sourceAt(this, source, here), { revision, rebuild, ref, verify });
  }

  /** Plans the images of a commit: to be looked at, built, or published. */
  @func({ cache: "never" })
  async images(
    /** The source repository with its .git. Default: the one that the caller is in. */
    @argument({ ignore: installed }) source?: Directory,
    /** Image to work on, instead of all: its name, or a word of that. Repeatable. */
    only: string[] = [],
    /** Commit to work for. Default: the one that the source has checked out. */
    revision?: string,
    /** Build every image, whatever is published. */
    rebuild = false,
    /** Ref that CI runs for: the default branch gives extraTags, a release tag v* itself. */
    ref?: string,
    here?: Workspace,
  ): Promise<Images> {
    const words = [...on("--rebuild", rebuild), ...this.flags];
    const at = sourceAt(this, source, here);
    return (await at.plan({ revision, ref, words })).only(only);
  }

  /** Moves the tags of published images in the manifests, pushes, and proves it on the remote. */
  @func({ cache: "never" })
  async promote(
    /** The source repository with its .git. Default: the one that the caller is in. */
    @argument({ ignore: installed }) source?: Directory,
    /** Commit to work for. Default: the one that the source has checked out. */
    revision?: string,
    /** Environment whose revision to promote, instead of a commit. */
    from?: string,
    /** Only say what would be pushed, and push nothing. */
    dryRun = false,
    here?: Workspace,
  ): Promise<Result> {
    const at = sourceAt(this, source, here);
    const what = from ? ["--from", from] : ["--revision", await at.head(revision)];
    return at.result(["promote", ...what, ...on("--dry-run", dryRun)]);
  }

  /** Finds what was published and never landed, and lands it. */
  @func({ cache: "never" })
  sync(
    /** The source repository with its .git. Default: the one that the caller is in. */
    @argument({ ignore: installed }) source?: Directory,
    /** Only say what there is to repair; the exit status is then 3 when there is something. */
    dryRun = false,
    /** Also land again what somebody moved away by hand. */
    force = false,
    /** How many commits of the source to look back. */
    lookback?: number,
    /** How long a revision may be on its way before it counts as lost, for example 30m. */
    grace?: string,
    here?: Workspace,
  ): Promise<Result> {
    const how = [...on("--dry-run", dryRun), ...on("--force", force)];
    const limits = [...on("--lookback", lookback), ...on("--grace", grace)];
    return sourceAt(this, source, here).result(["sync", ...how, ...limits]);
  }

  /** Says of each commit of the source how it reached the manifests, or that it did not. */
  @func({ cache: "never" })
  audit(
    /** The source repository with its .git. Default: the one that the caller is in. */
    @argument({ ignore: installed }) source?: Directory,
    /** How far to look back, for example 30d. */
    since?: string,
    /** Whether deploys by hand are findings too. */
    strict = false,
    here?: Workspace,
  ): Promise<Result> {
    const asked = [...on("--since", since), ...on("--strict", strict)];
    return sourceAt(this, source, here).result(["audit", ...asked]);
  }

  /** Goes back to an older revision, and holds the newer ones out until somebody releases them. */
  @func({ cache: "never" })
  rollback(
    /** Why, for the people who read the history. */
    reason: string,
    /** The source repository with its .git. Default: the one that the caller is in. */
    @argument({ ignore: installed }) source?: Directory,
    /** Revision or tag to go back to. */
    to?: string,
    /** How many deploys to go back, instead of a revision. */
    steps?: number,
    /** Image to move back, instead of all; repeatable. */
    image: string[] = [],
    /** Only say what would be pushed, and push nothing. */
    dryRun = false,
    here?: Workspace,
  ): Promise<Result> {
    const goal = [...on("--to", to), ...on("--steps", steps), "--reason", reason];
    const which = [...image.flatMap((name) => ["--image", name]), ...on("--dry-run", dryRun)];
    return sourceAt(this, source, here).result(["rollback", ...goal, ...which]);
  }

  /** Lifts the holds that a rollback left, so that newer revisions may land again. */
  @func({ cache: "never" })
  release(
    /** The source repository with its .git. Default: the one that the caller is in. */
    @argument({ ignore: installed }) source?: Directory,
    /** Image to release, instead of all; repeatable. */
    image: string[] = [],
    /** Only say what would be pushed, and push nothing. */
    dryRun = false,
    here?: Workspace,
  ): Promise<Result> {
    const which = [...image.flatMap((name) => ["--image", name]), ...on("--dry-run", dryRun)];
    return sourceAt(this, source, here).result(["release", ...which]);
  }

  /** Keeps everything new out until a date, or until a thaw; rollback still works. */
  @func({ cache: "never" })
  freeze(
    /** Why, for the people who read the history. */
    reason: string,
    /** The source repository with its .git. Default: the one that the caller is in. */
    @argument({ ignore: installed }) source?: Directory,
    /** Image to freeze, instead of all; repeatable. */
    image: string[] = [],
    /** When it ends by itself: a date, or a time from now such as 6h. Default: at a thaw. */
    until?: string,
    /** Only say what would be pushed, and push nothing. */
    dryRun = false,
    here?: Workspace,
  ): Promise<Result> {
    const end = /^(?:\d+(?:ms|[smhdw]))+$/.test(until ?? "") ? "--expires" : "--until";
    const which = [...image.flatMap((name) => ["--image", name]), ...on(end, until)];
    const words = ["freeze", "--reason", reason, ...which, ...on("--dry-run", dryRun)];
    return sourceAt(this, source, here).result(words);
  }

  /** Lets a commit through the gate of an environment that waits for an approval. */
  @func({ cache: "never" })
  async approve(
    /** Why, for the people who read the history. */
    reason: string,
    /** The source repository with its .git. Default: the one that the caller is in. */
    @argument({ ignore: installed }) source?: Directory,
    /** Commit to work for. Default: the one that the source has checked out. */
    revision?: string,
    here?: Workspace,
  ): Promise<Result> {
    const at = sourceAt(this, source, here);
    return at.result(["approve", "--reason", reason, "--revision", await at.head(revision)]);
  }

  /** Ends the freezes, so that new revisions land again. */
  @func({ cache: "never" })
  thaw(
    /** The source repository with its .git. Default: the one that the caller is in. */
    @argument({ ignore: installed }) source?: Directory,
    /** Only say what would be pushed, and push nothing. */
    dryRun = false,
    here?: Workspace,
  ): Promise<Result> {
    return sourceAt(this, source, here).result(["thaw", ...on("--dry-run", dryRun)]);
  }

  /** Waits until the cluster runs what was landed: Argo CD, the rollout, the pages to look at. */
  @func({ cache: "never" })
  verify(
    /** The source repository with its .git. Default: the one that the caller is in. */
    @argument({ ignore: installed }) source?: Directory,
    /** Commit to look for, or a newer one. Default: the one that the manifests pin. */
    revision?: string,
    /** How long to wait, for example 5m. */
    timeout?: string,
    /** Ask Argo CD to sync. */
    sync = false,
    here?: Workspace,
  ): Promise<Result> {
    const about = [...on("--revision", revision), ...on("--timeout", timeout)];
    return sourceAt(this, source, here).result(["verify", ...about, ...on("--sync", sync)]);
  }

  /** Shows git, registry, pins, Argo CD and cluster side by side, as far as they are configured. */
  @func({ cache: "never" })
  status(
    /** The source repository with its .git. Default: the one that the caller is in. */
    @argument({ ignore: installed }) source?: Directory,
    /** Commit to look for. Default: the newest that is published whole. */
    revision?: string,
    here?: Workspace,
  ): Promise<Result> {
    return sourceAt(this, source, here).result(["status", ...on("--revision", revision)]);
  }

  /** Checks everything that a deploy needs, and says the remedy of what is missing. Only reads. */
  @func({ cache: "never" })
  doctor(
    /** The source repository with its .git. Default: the one that the caller is in. */
    @argument({ ignore: installed }) source?: Directory,
    here?: Workspace,
  ): Promise<Result> {
    return sourceAt(this, source, here).result(["doctor"]);
  }

  /** Lists every place on the manifests branch that pins an image: file, line, object, tag. */
  @func({ cache: "never" })
  pins(
    /** The source repository with its .git. Default: the one that the caller is in. */
    @argument({ ignore: installed }) source?: Directory,
    /** Show what was deployed when, instead of what is pinned now. */
    history = false,
    here?: Workspace,
  ): Promise<Result> {
    return sourceAt(this, source, here).result(["pins", ...on("--history", history)]);
  }

  /** Checks that landfall.yaml is valid, and that the manifests pin its images. */
  @func({ cache: "never" })
  @check()
  async checkPins(here?: Workspace): Promise<void> {
    await sourceAt(this, undefined, here).result(["pins"]);
  }

  /** Checks that everything that is published has landed, and that all pinned images exist. */
  @func({ cache: "never" })
  @check()
  async checkSync(here?: Workspace): Promise<void> {
    await sourceAt(this, undefined, here).result(["sync", "--dry-run"]);
  }

  /** Shows the whole loop in one container: a git server, a registry, and two racing deploys. */
  @func({ cache: "never" })
  demo(): Promise<string> {
    return say(toolContainer(this.lib, this.toolImage), ["demo"]);
  }

  /** Races deployers for one branch, each a container of its own, and judges what came of it. */
  @func({ cache: "never" })
  raceTest(
    /** How many deployers race, up to 64. */
    deployers = 8,
    /** Who deploys what, and when. The same seed gives the same verdict. */
    seed = 1,
  ): Promise<string> {
    return runRace(toolContainer(this.lib, this.toolImage), { deployers, seed });
  }
}
