/** The functions that `dagger call` offers: one for each command. The engine loads this file. */

import {
  argument,
  type Container,
  check,
  type Directory,
  func,
  object,
  type Secret,
  type Service,
} from "@dagger.io/dagger";
import { type BuildPlan, buildImage, giveExtraTags, isRelease, publishImages } from "./images.js";
import { runRace } from "./race.js";
import { type Access, atSource, reports, run, toolContainer } from "./tool.js";

/** What was installed into a source is not uploaded: what is built comes from its commits. */
const installed = ["**/node_modules", "!.git/**"];

/**
 * Builds the images of a commit, publishes them, and lands their tags in the manifests in git.
 *
 * A deploy survives any race for the branch, and says `landed` only after reading it back. The same
 * call does the same on a laptop and in CI.
 */
@object()
export class Landfall {
  /** The library: src, package.json and the lock file. */
  @func()
  lib: Directory;

  /** Image of the tool container: Node 22.18 or newer, with git. */
  @func()
  toolImage: string;

  constructor(
    /** The library itself. Only someone who works on Landfall sets it. */
    @argument({
      defaultPath: ".",
      ignore: [
        "*",
        "!src",
        "!test",
        "!bench",
        "!examples",
        "!dagger",
        "dagger/sdk",
        "!docs",
        "!.ci",
        "!.github",
        "!*.json",
        "!*.md",
        "!*.ts",
        "!.npmrc",
        "!.gitignore",
        "!LICENSE",
      ],
    })
    lib: Directory,
    /** Image of the tool container: Node 22.18 or newer, with git. It is used as it is. */
    toolImage = "node:24-bookworm",
  ) {
    this.lib = lib;
    this.toolImage = toolImage;
  }

  /** Builds one image of the source, to go on with: run it, look into it, export it. */
  @func({ cache: "never" })
  async build(
    /** The source repository with its .git, for example `.`. No node_modules is uploaded. */
    @argument({ ignore: installed })
    source: Directory,
    /** Name of the image, as landfall.yaml has it. */
    image: string,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** Commit to work for. Default: the one that the source has checked out. */
    revision?: string,
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
    /** Password or token of the registry, for example env:REGISTRY_PASSWORD. */
    registryPassword?: Secret,
    /** User name at the registry. */
    registryUsername?: string,
    /** Git server that only this call can reach, as the host `git`. */
    gitService?: Service,
    /** Registry that only this call can reach, as the host `registry`. */
    registryService?: Service,
  ): Promise<Container> {
    const access = {
      ...{ gitToken, gitUsername, sshKey, sshKnownHosts },
      ...{ githubAppId, githubAppPrivateKey, githubApi },
      ...{ registryPassword, registryUsername, gitService, registryService },
    };
    const at = standing(this, source, access);
    const words = ["--image", image, "--rebuild"];
    const plan = await planOf(at, { config, revision: await headOf(source, revision), words });
    const [planned] = plan.images;
    if (planned === undefined) throw new Error(`landfall.yaml lists no image "${image}"`);
    return buildImage(treeOf(source, plan.revision), planned);
  }

  /**
   * Publishes the images of a commit and returns their references with digests, a line each, and
   * then their further tags: one that a newer revision has by now is left there.
   *
   * What has not changed since it was deployed is given the new tag without a build. One image that
   * fails to build stops all before the first is published.
   */
  @func({ cache: "never" })
  async publish(
    /** The source repository with its .git, for example `.`. No node_modules is uploaded. */
    @argument({ ignore: installed })
    source: Directory,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** Commit to work for. Default: the one that the source has checked out. */
    revision?: string,
    /** Build every image, whatever is published. */
    rebuild = false,
    /** Ref that CI runs for: the default branch gives extraTags, a release tag v* itself. */
    ref?: string,
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
    /** Password or token of the registry, for example env:REGISTRY_PASSWORD. */
    registryPassword?: Secret,
    /** User name at the registry. */
    registryUsername?: string,
    /** Git server that only this call can reach, as the host `git`. */
    gitService?: Service,
    /** Registry that only this call can reach, as the host `registry`. */
    registryService?: Service,
  ): Promise<string> {
    const access = {
      ...{ gitToken, gitUsername, sshKey, sshKnownHosts },
      ...{ githubAppId, githubAppPrivateKey, githubApi },
      ...{ registryPassword, registryUsername, gitService, registryService },
    };
    const at = standing(this, source, access);
    const words = [...(rebuild ? ["--rebuild"] : []), ...option("--ref", ref)];
    const plan = await planOf(at, { config, revision: await headOf(source, revision), words });
    const how = { at, access, settings: shared(config) };
    const published = await publishImages(plan, treeOf(source, plan.revision), how);
    const tagged = await giveExtraTags(plan, how, { ref, words: [] });
    return `${published.join("\n")}\n${tagged}`;
  }

  /**
   * Moves the tags of published images in the manifests, pushes, and proves it on the remote.
   *
   * Exits as the command line does: 0 landed, unchanged or superseded, 4 held or refused, 5
   * unknown.
   */
  @func({ cache: "never" })
  async promote(
    /** The source repository with its .git, for example `.`. No node_modules is uploaded. */
    @argument({ ignore: installed })
    source: Directory,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** Commit to work for. Default: the one that the source has checked out. */
    revision?: string,
    /** Print the change that would be pushed, and push nothing. */
    dryRun = false,
    /** Return one JSON object, not text. The name `--json` is taken by `dagger call` itself. */
    asJson = false,
    /** Further words for the command line, for example --branch=main. */
    flags: string[] = [],
    /** Private SSH key without a passphrase: deploy commits are signed with it. */
    signingKey?: Secret,
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
    /** Password or token of the registry, for example env:REGISTRY_PASSWORD. */
    registryPassword?: Secret,
    /** User name at the registry. */
    registryUsername?: string,
    /** Git server that only this call can reach, as the host `git`. */
    gitService?: Service,
    /** Registry that only this call can reach, as the host `registry`. */
    registryService?: Service,
  ): Promise<string> {
    const access = {
      ...{ gitToken, gitUsername, sshKey, sshKnownHosts },
      ...{ githubAppId, githubAppPrivateKey, githubApi, signingKey },
      ...{ registryPassword, registryUsername, gitService, registryService },
    };
    const words = ["promote", "--revision", await headOf(source, revision)];
    if (dryRun) words.push("--dry-run");
    return run(standing(this, source, access), [...words, ...shared(config, asJson), ...flags]);
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
    /** The source repository with its .git, for example `.`. No node_modules is uploaded. */
    @argument({ ignore: installed })
    source: Directory,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** Commit to work for. Default: the one that the source has checked out. */
    revision?: string,
    /** Build every image, whatever is published. */
    rebuild = false,
    /** Ref that CI runs for: the default branch gives extraTags, a release tag v* itself. */
    ref?: string,
    /** Watch what has landed arrive, where landfall.yaml has `verify`. */
    verify = true,
    /** Return one JSON object, not text. The name `--json` is taken by `dagger call` itself. */
    asJson = false,
    /** Further words for the command line of promote, for example --branch=main. */
    flags: string[] = [],
    /** Token of Argo CD, for example env:ARGOCD_AUTH_TOKEN. */
    argocdToken?: Secret,
    /** Kubeconfig of the cluster whose rollout is watched, for example file:kubeconfig. */
    kubeconfig?: Secret,
    /** Private SSH key without a passphrase: deploy commits are signed with it. */
    signingKey?: Secret,
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
    /** Password or token of the registry, for example env:REGISTRY_PASSWORD. */
    registryPassword?: Secret,
    /** User name at the registry. */
    registryUsername?: string,
    /** Git server that only this call can reach, as the host `git`. */
    gitService?: Service,
    /** Registry that only this call can reach, as the host `registry`. */
    registryService?: Service,
  ): Promise<string> {
    const access = {
      ...{ gitToken, gitUsername, sshKey, sshKnownHosts },
      ...{ githubAppId, githubAppPrivateKey, githubApi, signingKey },
      ...{ registryPassword, registryUsername, gitService, registryService },
    };
    const at = standing(this, source, access);
    const commit = await headOf(source, revision);
    const where = flags.filter((word) => /^--(?:repository|branch|path|source)=/.test(word));
    const format = flags.filter((word) => word.startsWith("--tag-format="));
    const words = [...(rebuild ? ["--rebuild"] : []), ...option("--ref", ref)];
    words.push(...where, ...format);
    const plan = await planOf(at, { config, revision: commit, words });
    const how = { at, access, settings: shared(config) };
    await publishImages(plan, treeOf(source, plan.revision), how);
    const repositories = where.filter((word) => /^--(?:repository|source)=/.test(word));
    const asked = { ref, words: [...repositories, ...(asJson ? ["--json"] : [])] };
    // A release's tag is this revision's for good; `latest` only follows what has landed.
    const released = isRelease(ref) ? await giveExtraTags(plan, how, asked) : "";
    const promote = ["promote", "--revision", commit, ...shared(config, asJson), ...flags];
    const landed = await run(at, promote);
    const join = asJson ? joinJson : joinText;
    let told = join(landed, "retag", released);
    if (!stands(landed)) return told;
    if (!isRelease(ref)) {
      const followed = await goOn(told, () => giveExtraTags(plan, how, asked));
      told = join(told, "retag", followed);
    }
    if (!verify || !plan.verify) return told;
    const watching = standing(this, source, { ...access, argocdToken, kubeconfig });
    const about = ["--revision", commit, ...shared(config, asJson), ...where];
    return join(told, "verify", await goOn(told, () => run(watching, ["verify", ...about])));
  }

  /**
   * Waits until the cluster runs what was landed: Argo CD, the rollout, the pages of landfall.yaml.
   */
  @func({ cache: "never" })
  verify(
    /** The source repository with its .git, for example `.`. No node_modules is uploaded. */
    @argument({ ignore: installed })
    source: Directory,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** Commit to look for, or a newer one. Default: the one that the manifests pin. */
    revision?: string,
    /** How long to wait, for example 5m. */
    timeout?: string,
    /** Ask Argo CD to sync. */
    sync = false,
    /** Return one JSON object, not text. The name `--json` is taken by `dagger call` itself. */
    asJson = false,
    /** Further words for the command line, for example --branch=main. */
    flags: string[] = [],
    /** Token of Argo CD, for example env:ARGOCD_AUTH_TOKEN. */
    argocdToken?: Secret,
    /** Kubeconfig of the cluster whose rollout is watched, for example file:kubeconfig. */
    kubeconfig?: Secret,
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
    /** Password or token of the registry, for example env:REGISTRY_PASSWORD. */
    registryPassword?: Secret,
    /** User name at the registry. */
    registryUsername?: string,
    /** Git server that only this call can reach, as the host `git`. */
    gitService?: Service,
    /** Registry that only this call can reach, as the host `registry`. */
    registryService?: Service,
  ): Promise<string> {
    const access = {
      ...{ gitToken, gitUsername, sshKey, sshKnownHosts },
      ...{ githubAppId, githubAppPrivateKey, githubApi },
      ...{ registryPassword, registryUsername, gitService, registryService },
    };
    const at = standing(this, source, { ...access, argocdToken, kubeconfig });
    const words = ["verify", ...option("--revision", revision), ...option("--timeout", timeout)];
    if (sync) words.push("--sync");
    return run(at, [...words, ...shared(config, asJson), ...flags]);
  }

  /**
   * Finds what was published and never landed, and lands it: 0 in sync or repaired, 3 with
   * `--dry-run` when there is something to repair.
   */
  @func({ cache: "never" })
  sync(
    /** The source repository with its .git, for example `.`. No node_modules is uploaded. */
    @argument({ ignore: installed })
    source: Directory,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** Only say what there is to repair. */
    dryRun = false,
    /** Also land again what somebody moved away by hand. */
    force = false,
    /** How many commits of the source to look back. */
    lookback?: number,
    /** How long a revision may be on its way before it counts as lost, for example 30m. */
    grace?: string,
    /** Return one JSON object, not text. The name `--json` is taken by `dagger call` itself. */
    asJson = false,
    /** Further words for the command line, for example --branch=main. */
    flags: string[] = [],
    /** Private SSH key without a passphrase: deploy commits are signed with it. */
    signingKey?: Secret,
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
    /** Password or token of the registry, for example env:REGISTRY_PASSWORD. */
    registryPassword?: Secret,
    /** User name at the registry. */
    registryUsername?: string,
    /** Git server that only this call can reach, as the host `git`. */
    gitService?: Service,
    /** Registry that only this call can reach, as the host `registry`. */
    registryService?: Service,
  ): Promise<string> {
    const access = {
      ...{ gitToken, gitUsername, sshKey, sshKnownHosts },
      ...{ githubAppId, githubAppPrivateKey, githubApi, signingKey },
      ...{ registryPassword, registryUsername, gitService, registryService },
    };
    const at = standing(this, source, access);
    const words = ["sync", ...option("--lookback", lookback), ...option("--grace", grace)];
    if (dryRun) words.push("--dry-run");
    if (force) words.push("--force");
    return run(at, [...words, ...shared(config, asJson), ...flags]);
  }

  /**
   * Looks as `sync --dry-run` does, and returns what it found as `report.html` and `summary.md`,
   * whatever the verdict. Save them with `-o`.
   */
  @func({ cache: "never" })
  syncReport(
    /** The source repository with its .git, for example `.`. No node_modules is uploaded. */
    @argument({ ignore: installed })
    source: Directory,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** How many commits of the source to look back. */
    lookback?: number,
    /** How long a revision may be on its way before it counts as lost, for example 30m. */
    grace?: string,
    /** Further words for the command line, for example --branch=main. */
    flags: string[] = [],
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
    /** Password or token of the registry, for example env:REGISTRY_PASSWORD. */
    registryPassword?: Secret,
    /** User name at the registry. */
    registryUsername?: string,
    /** Git server that only this call can reach, as the host `git`. */
    gitService?: Service,
    /** Registry that only this call can reach, as the host `registry`. */
    registryService?: Service,
  ): Promise<Directory> {
    const access = {
      ...{ gitToken, gitUsername, sshKey, sshKnownHosts },
      ...{ githubAppId, githubAppPrivateKey, githubApi },
      ...{ registryPassword, registryUsername, gitService, registryService },
    };
    const at = standing(this, source, access);
    const words = ["sync", "--dry-run", ...option("--lookback", lookback)];
    const files = ["--html", "report.html", "--summary", "summary.md"];
    return reports(at, [...words, ...option("--grace", grace), ...shared(config), ...flags], files);
  }

  /**
   * Says of each commit of the source how it reached the manifests, or that it did not: 3 when one
   * is missing.
   */
  @func({ cache: "never" })
  audit(
    /** The source repository with its .git, for example `.`. No node_modules is uploaded. */
    @argument({ ignore: installed })
    source: Directory,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** How far to look back, for example 30d. */
    since?: string,
    /** Return one JSON object, not text. The name `--json` is taken by `dagger call` itself. */
    asJson = false,
    /** Further words for the command line, for example --branch=main. */
    flags: string[] = [],
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
    /** Password or token of the registry, for example env:REGISTRY_PASSWORD. */
    registryPassword?: Secret,
    /** User name at the registry. */
    registryUsername?: string,
    /** Git server that only this call can reach, as the host `git`. */
    gitService?: Service,
    /** Registry that only this call can reach, as the host `registry`. */
    registryService?: Service,
  ): Promise<string> {
    const access = {
      ...{ gitToken, gitUsername, sshKey, sshKnownHosts },
      ...{ githubAppId, githubAppPrivateKey, githubApi },
      ...{ registryPassword, registryUsername, gitService, registryService },
    };
    const words = ["audit", ...option("--since", since), ...shared(config, asJson), ...flags];
    return run(standing(this, source, access), words);
  }

  /** Audits, and returns the ledger as `report.html`, whatever the verdict. Save it with `-o`. */
  @func({ cache: "never" })
  auditReport(
    /** The source repository with its .git, for example `.`. No node_modules is uploaded. */
    @argument({ ignore: installed })
    source: Directory,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** How far to look back, for example 30d. */
    since?: string,
    /** Further words for the command line, for example --branch=main. */
    flags: string[] = [],
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
    /** Password or token of the registry, for example env:REGISTRY_PASSWORD. */
    registryPassword?: Secret,
    /** User name at the registry. */
    registryUsername?: string,
    /** Git server that only this call can reach, as the host `git`. */
    gitService?: Service,
    /** Registry that only this call can reach, as the host `registry`. */
    registryService?: Service,
  ): Promise<Directory> {
    const access = {
      ...{ gitToken, gitUsername, sshKey, sshKnownHosts },
      ...{ githubAppId, githubAppPrivateKey, githubApi },
      ...{ registryPassword, registryUsername, gitService, registryService },
    };
    const words = ["audit", ...option("--since", since), ...shared(config), ...flags];
    return reports(standing(this, source, access), words, ["--html", "report.html"]);
  }

  /** Goes back to an older revision, and holds the newer ones out until somebody releases them. */
  @func({ cache: "never" })
  rollback(
    /** The source repository with its .git, for example `.`. No node_modules is uploaded. */
    @argument({ ignore: installed })
    source: Directory,
    /** Why, for whoever reads the history. */
    reason: string,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** Revision or tag to go back to. */
    to?: string,
    /** How many deploys to go back, instead of a revision. */
    steps?: number,
    /** Image to move back, instead of all; repeatable. */
    image: string[] = [],
    /** Print the change that would be pushed, and push nothing. */
    dryRun = false,
    /** Return one JSON object, not text. The name `--json` is taken by `dagger call` itself. */
    asJson = false,
    /** Further words for the command line, for example --branch=main. */
    flags: string[] = [],
    /** Private SSH key without a passphrase: deploy commits are signed with it. */
    signingKey?: Secret,
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
    /** Password or token of the registry, for example env:REGISTRY_PASSWORD. */
    registryPassword?: Secret,
    /** User name at the registry. */
    registryUsername?: string,
    /** Git server that only this call can reach, as the host `git`. */
    gitService?: Service,
    /** Registry that only this call can reach, as the host `registry`. */
    registryService?: Service,
  ): Promise<string> {
    const access = {
      ...{ gitToken, gitUsername, sshKey, sshKnownHosts },
      ...{ githubAppId, githubAppPrivateKey, githubApi, signingKey },
      ...{ registryPassword, registryUsername, gitService, registryService },
    };
    const words = ["rollback", ...option("--to", to), ...option("--steps", steps)];
    words.push("--reason", reason, ...image.flatMap((name) => ["--image", name]));
    if (dryRun) words.push("--dry-run");
    return run(standing(this, source, access), [...words, ...shared(config, asJson), ...flags]);
  }

  /** Lifts the holds that a rollback left, so that newer revisions may land again. */
  @func({ cache: "never" })
  release(
    /** The source repository with its .git, for example `.`. No node_modules is uploaded. */
    @argument({ ignore: installed })
    source: Directory,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** Image to release, instead of all; repeatable. */
    image: string[] = [],
    /** Print the change that would be pushed, and push nothing. */
    dryRun = false,
    /** Return one JSON object, not text. The name `--json` is taken by `dagger call` itself. */
    asJson = false,
    /** Further words for the command line, for example --branch=main. */
    flags: string[] = [],
    /** Private SSH key without a passphrase: deploy commits are signed with it. */
    signingKey?: Secret,
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
    /** Password or token of the registry, for example env:REGISTRY_PASSWORD. */
    registryPassword?: Secret,
    /** User name at the registry. */
    registryUsername?: string,
    /** Git server that only this call can reach, as the host `git`. */
    gitService?: Service,
    /** Registry that only this call can reach, as the host `registry`. */
    registryService?: Service,
  ): Promise<string> {
    const access = {
      ...{ gitToken, gitUsername, sshKey, sshKnownHosts },
      ...{ githubAppId, githubAppPrivateKey, githubApi, signingKey },
      ...{ registryPassword, registryUsername, gitService, registryService },
    };
    const words = ["release", ...image.flatMap((name) => ["--image", name])];
    if (dryRun) words.push("--dry-run");
    return run(standing(this, source, access), [...words, ...shared(config, asJson), ...flags]);
  }

  /**
   * Shows git, registry, pins, Argo CD and cluster side by side, whichever of them are configured:
   * 3 when they differ.
   */
  @func({ cache: "never" })
  status(
    /** The source repository with its .git, for example `.`. No node_modules is uploaded. */
    @argument({ ignore: installed })
    source: Directory,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** Commit to look for. Default: the newest that the manifests pin. */
    revision?: string,
    /** Return one JSON object, not text. The name `--json` is taken by `dagger call` itself. */
    asJson = false,
    /** Further words for the command line, for example --branch=main. */
    flags: string[] = [],
    /** Token of Argo CD, for example env:ARGOCD_AUTH_TOKEN. */
    argocdToken?: Secret,
    /** Kubeconfig of the cluster whose rollout is watched, for example file:kubeconfig. */
    kubeconfig?: Secret,
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
    /** Password or token of the registry, for example env:REGISTRY_PASSWORD. */
    registryPassword?: Secret,
    /** User name at the registry. */
    registryUsername?: string,
    /** Git server that only this call can reach, as the host `git`. */
    gitService?: Service,
    /** Registry that only this call can reach, as the host `registry`. */
    registryService?: Service,
  ): Promise<string> {
    const access = {
      ...{ gitToken, gitUsername, sshKey, sshKnownHosts },
      ...{ githubAppId, githubAppPrivateKey, githubApi },
      ...{ registryPassword, registryUsername, gitService, registryService },
    };
    const at = standing(this, source, { ...access, argocdToken, kubeconfig });
    const words = ["status", ...option("--revision", revision), ...shared(config, asJson)];
    return run(at, [...words, ...flags]);
  }

  /** Checks everything that a deploy needs, and says the remedy of what is missing. Only reads. */
  @func({ cache: "never" })
  doctor(
    /** The source repository with its .git, for example `.`. No node_modules is uploaded. */
    @argument({ ignore: installed })
    source: Directory,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** Return one JSON object, not text. The name `--json` is taken by `dagger call` itself. */
    asJson = false,
    /** Further words for the command line, for example --branch=main. */
    flags: string[] = [],
    /** Token of Argo CD, for example env:ARGOCD_AUTH_TOKEN. */
    argocdToken?: Secret,
    /** Kubeconfig of the cluster whose rollout is watched, for example file:kubeconfig. */
    kubeconfig?: Secret,
    /** Private SSH key without a passphrase: deploy commits are signed with it. */
    signingKey?: Secret,
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
    /** Password or token of the registry, for example env:REGISTRY_PASSWORD. */
    registryPassword?: Secret,
    /** User name at the registry. */
    registryUsername?: string,
    /** Git server that only this call can reach, as the host `git`. */
    gitService?: Service,
    /** Registry that only this call can reach, as the host `registry`. */
    registryService?: Service,
  ): Promise<string> {
    const access = {
      ...{ gitToken, gitUsername, sshKey, sshKnownHosts },
      ...{ githubAppId, githubAppPrivateKey, githubApi, signingKey },
      ...{ registryPassword, registryUsername, gitService, registryService },
    };
    const at = standing(this, source, { ...access, argocdToken, kubeconfig });
    return run(at, ["doctor", ...shared(config, asJson), ...flags]);
  }

  /** Lists every place on the manifests branch that pins an image: file, line, object, tag. */
  @func({ cache: "never" })
  pins(
    /** The source repository with its .git, for example `.`. No node_modules is uploaded. */
    @argument({ ignore: installed })
    source: Directory,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** Show what was deployed when, instead of what is pinned now. */
    history = false,
    /** Return one JSON object, not text. The name `--json` is taken by `dagger call` itself. */
    asJson = false,
    /** Further words for the command line, for example --branch=main. */
    flags: string[] = [],
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
    /** Password or token of the registry, for example env:REGISTRY_PASSWORD. */
    registryPassword?: Secret,
    /** User name at the registry. */
    registryUsername?: string,
    /** Git server that only this call can reach, as the host `git`. */
    gitService?: Service,
    /** Registry that only this call can reach, as the host `registry`. */
    registryService?: Service,
  ): Promise<string> {
    const access = {
      ...{ gitToken, gitUsername, sshKey, sshKnownHosts },
      ...{ githubAppId, githubAppPrivateKey, githubApi },
      ...{ registryPassword, registryUsername, gitService, registryService },
    };
    const words = ["pins", ...(history ? ["--history"] : []), ...shared(config, asJson), ...flags];
    return run(standing(this, source, access), words);
  }

  /** Says which images of a commit need a build, a further tag, or nothing. */
  @func({ cache: "never" })
  async plan(
    /** The source repository with its .git, for example `.`. No node_modules is uploaded. */
    @argument({ ignore: installed })
    source: Directory,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** Commit to work for. Default: the one that the source has checked out. */
    revision?: string,
    /** Build every image, whatever is published. */
    rebuild = false,
    /** Ref that CI runs for: the default branch gives extraTags, a release tag v* itself. */
    ref?: string,
    /** Return one JSON object, not text. The name `--json` is taken by `dagger call` itself. */
    asJson = false,
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
    /** Password or token of the registry, for example env:REGISTRY_PASSWORD. */
    registryPassword?: Secret,
    /** User name at the registry. */
    registryUsername?: string,
    /** Git server that only this call can reach, as the host `git`. */
    gitService?: Service,
    /** Registry that only this call can reach, as the host `registry`. */
    registryService?: Service,
  ): Promise<string> {
    const access = {
      ...{ gitToken, gitUsername, sshKey, sshKnownHosts },
      ...{ githubAppId, githubAppPrivateKey, githubApi },
      ...{ registryPassword, registryUsername, gitService, registryService },
    };
    const words = ["plan", "--revision", await headOf(source, revision), ...shared(config, asJson)];
    if (rebuild) words.push("--rebuild");
    return run(standing(this, source, access), [...words, ...option("--ref", ref)]);
  }

  /** Shows the whole loop in one container: a git server, a registry, and two racing deploys. */
  @func({ cache: "never" })
  demo(): Promise<string> {
    return run(toolContainer(this.lib, this.toolImage), ["demo"]);
  }

  /**
   * Races deployers for one branch: a git server, a registry, and each deployer a container of its
   * own, all at the same time. Returns the verdict of the history checker.
   */
  @func({ cache: "never" })
  raceTest(
    /** How many deployers race, up to 64. */
    deployers = 8,
    /** Who deploys what, and when. The same seed gives the same verdict. */
    seed = 1,
  ): Promise<string> {
    return runRace(toolContainer(this.lib, this.toolImage), { deployers, seed });
  }

  /** Runs Landfall's own tests. */
  @func()
  @check()
  async test(): Promise<void> {
    await workshop(this)
      .withExec(["npm", "run", "build"])
      .withExec(["npx", "vitest", "run"])
      .sync();
  }

  /** Checks types, style and dead code of Landfall itself. */
  @func()
  @check()
  async lint(): Promise<void> {
    await workshop(this).withExec(["npm", "run", "types"]).withExec(["npm", "run", "lint"]).sync();
  }
}

// The helpers are functions, for the engine calls methods on a copy that has no private parts.

/** Returns the library with everything that working on it needs. */
function workshop({ lib, toolImage }: Landfall): Container {
  const at = toolContainer(lib, toolImage).withDirectory(".", lib);
  return at.withExec(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
}

/** Returns the tool container at the user's source. */
function standing({ lib, toolImage }: Landfall, source: Directory, access: Access): Container {
  return atSource(toolContainer(lib, toolImage), source, access);
}

/**
 * Returns the files of a commit. What is built is what the commit says, whatever lies uncommitted
 * beside it or is checked out now.
 */
function treeOf(source: Directory, revision: string): Directory {
  return source.asGit().ref(revision).tree({ discardGitDir: true });
}

/** Returns whether the pins hold the revision now, by what `promote` printed. */
function stands(told: string): boolean {
  return /^(?:landed|unchanged)\b|"outcome":"(?:landed|unchanged)"/.test(told);
}

/** Does what follows on a landing. Whatever it comes to, what is told by then is not lost. */
async function goOn<T>(told: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    // The engine's error stays what it is, for the exit status is in it.
    if (error instanceof Error) error.message = `${told}What followed failed: ${error.message}`;
    throw error;
  }
}

/** Puts what a further command printed below what is told. */
function joinText(told: string, _name: string, printed: string): string {
  return told + printed;
}

/** Puts a further command's object into the one told. Texts, for what they escape must stay so. */
function joinJson(told: string, name: string, printed: string): string {
  if (printed === "") return told;
  return `${told.trimEnd().slice(0, -1)},"${name}":${printed.trimEnd()}}\n`;
}

/** Asks the command line for the plan of a revision. */
async function planOf(
  at: Container,
  asked: { config?: string | undefined; revision: string; words: readonly string[] },
): Promise<BuildPlan> {
  const words = ["plan", "--revision", asked.revision, ...shared(asked.config, true)];
  return JSON.parse(await run(at, [...words, ...asked.words])) as BuildPlan;
}

/** Returns the revision that was asked for, else the one that the source has checked out. */
async function headOf(source: Directory, revision: string | undefined): Promise<string> {
  if (revision) return revision;
  try {
    return await source.asGit().head().commit();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot tell the revision: --source has no usable .git (${why})`);
  }
}

/** Words that many commands share. */
function shared(config: string | undefined, json = false): string[] {
  return [...option("--config", config), ...(json ? ["--json"] : [])];
}

/** Words of an option, when it was given. */
function option(name: string, value: string | number | undefined): string[] {
  return value === undefined || value === "" ? [] : [name, String(value)];
}
