/**
 * Landfall: build the images of a commit, publish them, and land their tags in the manifests in
 * git.
 *
 * A deploy survives any race for the branch, and says `landed` only after reading it back. The same
 * call does the same on a laptop and in CI.
 */
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
import { type BuildPlan, buildImage, publishImages } from "./images.js";
import { atSource, run, toolContainer } from "./tool.js";

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
    /** The source repository with its .git, for example `.`. */
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
      gitToken,
      gitUsername,
      sshKey,
      sshKnownHosts,
      registryPassword,
      registryUsername,
      gitService,
      registryService,
    };
    const at = atSource(toolContainer(this.lib, this.toolImage), source, access);
    const words = ["--image", image, "--rebuild"];
    const plan = await planOf(at, { config, revision: await headOf(source, revision), words });
    const [planned] = plan.images;
    if (planned === undefined) throw new Error(`landfall.yaml lists no image "${image}"`);
    return buildImage(source, planned);
  }

  /**
   * Publishes the images of a commit and returns their references with digests, a line each.
   *
   * What has not changed since it was deployed is given the new tag without a build. One image that
   * fails to build stops all before the first is published.
   */
  @func({ cache: "never" })
  async publish(
    /** The source repository with its .git, for example `.`. */
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
      gitToken,
      gitUsername,
      sshKey,
      sshKnownHosts,
      registryPassword,
      registryUsername,
      gitService,
      registryService,
    };
    const at = atSource(toolContainer(this.lib, this.toolImage), source, access);
    const words = [...(rebuild ? ["--rebuild"] : []), ...(ref ? ["--ref", ref] : [])];
    const plan = await planOf(at, { config, revision: await headOf(source, revision), words });
    const published = await publishImages(plan, source, { at, access });
    await giveExtraTags(at, plan);
    return `${published.join("\n")}\n`;
  }

  /**
   * Moves the tags of published images in the manifests, pushes, and proves it on the remote.
   *
   * Exits as the command line does: 0 landed, unchanged or superseded, 4 held or refused, 5
   * unknown.
   */
  @func({ cache: "never" })
  async promote(
    /** The source repository with its .git, for example `.`. */
    source: Directory,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** Commit to work for. Default: the one that the source has checked out. */
    revision?: string,
    /** Print the change that would be pushed, and push nothing. */
    dryRun = false,
    /** Return one JSON object instead of text. (`--json` is a flag of `dagger call` itself.) */
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
      gitToken,
      gitUsername,
      sshKey,
      sshKnownHosts,
      registryPassword,
      registryUsername,
      gitService,
      registryService,
    };
    const words = ["promote", "--revision", await headOf(source, revision)];
    if (dryRun) words.push("--dry-run");
    return run(atSource(toolContainer(this.lib, this.toolImage), source, access), [
      ...words,
      ...shared(config, asJson),
      ...flags,
    ]);
  }

  /**
   * Deploys a commit: builds and publishes its images, then lands their tags in the manifests.
   *
   * All or nothing: if one image fails to build or to publish, nothing is promoted.
   */
  @func({ cache: "never" })
  async deploy(
    /** The source repository with its .git, for example `.`. */
    source: Directory,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** Commit to work for. Default: the one that the source has checked out. */
    revision?: string,
    /** Build every image, whatever is published. */
    rebuild = false,
    /** Ref that CI runs for: the default branch gives extraTags, a release tag v* itself. */
    ref?: string,
    /** Return one JSON object instead of text. (`--json` is a flag of `dagger call` itself.) */
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
      gitToken,
      gitUsername,
      sshKey,
      sshKnownHosts,
      registryPassword,
      registryUsername,
      gitService,
      registryService,
    };
    const at = atSource(toolContainer(this.lib, this.toolImage), source, access);
    const commit = await headOf(source, revision);
    const words = [...(rebuild ? ["--rebuild"] : []), ...(ref ? ["--ref", ref] : [])];
    const plan = await planOf(at, { config, revision: commit, words });
    await publishImages(plan, source, { at, access });
    const promote = ["promote", "--revision", commit, ...shared(config, asJson), ...flags];
    const told = await run(at, promote);
    // Only now, so that `latest` never names what did not land, nor goes back behind it.
    if (/^landed|"outcome":"landed"/.test(told)) await giveExtraTags(at, plan);
    return told;
  }

  /** Lists every place on the manifests branch that pins an image: file, line, object, tag. */
  @func({ cache: "never" })
  pins(
    /** The source repository with its .git, for example `.`. */
    source: Directory,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** Return one JSON object instead of text. (`--json` is a flag of `dagger call` itself.) */
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
      gitToken,
      gitUsername,
      sshKey,
      sshKnownHosts,
      registryPassword,
      registryUsername,
      gitService,
      registryService,
    };
    return run(atSource(toolContainer(this.lib, this.toolImage), source, access), [
      "pins",
      ...shared(config, asJson),
      ...flags,
    ]);
  }

  /** Says which images of a commit need a build, a further tag, or nothing. */
  @func({ cache: "never" })
  async plan(
    /** The source repository with its .git, for example `.`. */
    source: Directory,
    /** Settings file inside the source. Default: landfall.yaml. */
    config?: string,
    /** Commit to work for. Default: the one that the source has checked out. */
    revision?: string,
    /** Build every image, whatever is published. */
    rebuild = false,
    /** Ref that CI runs for: the default branch gives extraTags, a release tag v* itself. */
    ref?: string,
    /** Return one JSON object instead of text. (`--json` is a flag of `dagger call` itself.) */
    asJson = false,
    /** Token that may push to the repository with the manifests, for example env:GITHUB_TOKEN. */
    gitToken?: Secret,
    /** User name that goes with the token, where the server minds it. */
    gitUsername?: string,
    /** Private SSH key, where the repository is reached by SSH. */
    sshKey?: Secret,
    /** Known hosts of SSH: the keys that the server may show. */
    sshKnownHosts?: Secret,
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
      gitToken,
      gitUsername,
      sshKey,
      sshKnownHosts,
      registryPassword,
      registryUsername,
      gitService,
      registryService,
    };
    const words = ["plan", "--revision", await headOf(source, revision), ...shared(config, asJson)];
    if (rebuild) words.push("--rebuild");
    if (ref) words.push("--ref", ref);
    return run(atSource(toolContainer(this.lib, this.toolImage), source, access), words);
  }

  /** Shows the whole loop in one container: a git server, a registry, and two racing deploys. */
  @func({ cache: "never" })
  demo(): Promise<string> {
    return run(toolContainer(this.lib, this.toolImage), ["demo"]);
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

/** Asks the command line for the plan of a revision. */
async function planOf(
  at: Container,
  asked: { config?: string | undefined; revision: string; words: readonly string[] },
): Promise<BuildPlan> {
  const words = ["plan", "--revision", asked.revision, ...shared(asked.config, true)];
  return JSON.parse(await run(at, [...words, ...asked.words])) as BuildPlan;
}

/** Gives the plan's images its further tags, at the same digests. */
async function giveExtraTags(at: Container, plan: BuildPlan): Promise<void> {
  if (plan.extraTags.length === 0) return;
  const images = plan.images.map(({ image, tag }) => `${image}=${tag}`);
  await run(at, ["retag", ...images, ...plan.extraTags.flatMap((tag) => ["--to", tag])]);
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
function shared(config: string | undefined, json: boolean): string[] {
  return [...(config ? ["--config", config] : []), ...(json ? ["--json"] : [])];
}
