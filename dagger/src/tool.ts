/**
 * The tool container: the library's command line on Node, with git, and nothing installed by the
 * system.
 */

import {
  type Container,
  type Directory,
  dag,
  ReturnType,
  type Secret,
  type Service,
} from "@dagger.io/dagger";

/** What a run of the command line may show, and to whom. */
export interface Access {
  readonly gitToken?: Secret | undefined;
  readonly gitUsername?: string | undefined;
  readonly sshKey?: Secret | undefined;
  readonly sshKnownHosts?: Secret | undefined;
  readonly registryUsername?: string | undefined;
  readonly registryPassword?: Secret | undefined;
  /** Token of Argo CD, for verifying. */
  readonly argocdToken?: Secret | undefined;
  /** Text of a kubeconfig, for verifying. */
  readonly kubeconfig?: Secret | undefined;
  /** A git server that only this call can reach, as the host `git`. */
  readonly gitService?: Service | undefined;
  /** A registry that only this call can reach, as the host `registry`. */
  readonly registryService?: Service | undefined;
}

/** Where the library and the user's source stand in the container. */
const home = "/landfall";
const work = "/source";

/** Returns the container with the library and its production dependencies; all of it is cached. */
export function toolContainer(lib: Directory, image: string): Container {
  return dag
    .container()
    .from(image)
    .withWorkdir(home)
    .withMountedCache("/root/.npm", dag.cacheVolume("landfall-npm"))
    .withFile("package.json", lib.file("package.json"))
    .withFile("package-lock.json", lib.file("package-lock.json"))
    .withExec(["npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"])
    .withDirectory("src", lib.directory("src"))
    .withDirectory("examples", lib.directory("examples"));
}

/** Returns the container at the user's source, with the secrets and servers of one call. */
export function atSource(tool: Container, source: Directory, access: Access): Container {
  let at = tool.withMountedDirectory(work, source).withWorkdir(work);
  const { gitToken, gitUsername, sshKey, sshKnownHosts } = access;
  if (gitToken) at = at.withSecretVariable("LANDFALL_GIT_TOKEN", gitToken);
  if (gitUsername) at = at.withEnvVariable("LANDFALL_GIT_USERNAME", gitUsername);
  if (sshKey) {
    at = at
      .withMountedSecret("/run/secrets/ssh-key", sshKey, { mode: 0o400 })
      .withEnvVariable("LANDFALL_SSH_KEY_FILE", "/run/secrets/ssh-key");
  }
  if (sshKnownHosts) {
    at = at
      .withMountedSecret("/run/secrets/known-hosts", sshKnownHosts)
      .withEnvVariable("LANDFALL_SSH_KNOWN_HOSTS", "/run/secrets/known-hosts");
  }
  const { registryUsername, registryPassword, gitService, registryService } = access;
  if (registryUsername) at = at.withEnvVariable("LANDFALL_REGISTRY_USERNAME", registryUsername);
  if (registryPassword) {
    at = at.withSecretVariable("LANDFALL_REGISTRY_PASSWORD", registryPassword);
  }
  const { argocdToken, kubeconfig } = access;
  if (argocdToken) at = at.withSecretVariable("LANDFALL_ARGOCD_TOKEN", argocdToken);
  if (kubeconfig) {
    at = at
      .withMountedSecret("/run/secrets/kubeconfig", kubeconfig, { mode: 0o400 })
      .withEnvVariable("KUBECONFIG", "/run/secrets/kubeconfig");
  }
  if (gitService) {
    at = at
      .withServiceBinding("git", gitService)
      .withEnvVariable("LANDFALL_PLAIN_HTTP_HOSTS", "git");
  }
  if (registryService) at = at.withServiceBinding("registry", registryService);
  return at;
}

/**
 * Runs one command and returns what it printed. Its failure is thrown as it is, so that
 * `dagger call` exits with the command's own status.
 *
 * The nonce goes right before the run: a run acts on the world, or looks at it, and the engine
 * would otherwise answer from its cache of the last one.
 */
export function run(at: Container, words: readonly string[]): Promise<string> {
  return fresh(at).withExec(command(words)).stdout();
}

/** Exit statuses of a command that looked, and has something to show. */
const looked = new Set([0, 3]);

/**
 * Runs a command that writes reports, and returns them also when it found something amiss. Throws
 * what it printed when it could not look.
 *
 * @param files Flags that say which files to write, by names inside the directory returned.
 */
export async function reports(
  at: Container,
  words: readonly string[],
  files: readonly string[],
): Promise<Directory> {
  const folder = "/reports";
  const flags = files.map((word) => (word.startsWith("-") ? word : `${folder}/${word}`));
  const ran = fresh(at.withDirectory(folder, dag.directory())).withExec(
    command([...words, ...flags]),
    { expect: ReturnType.Any },
  );
  if (!looked.has(await ran.exitCode())) throw new Error(await ran.stderr());
  return ran.directory(folder);
}

/** Returns the words that run a command of Landfall in the tool container. */
export function command(words: readonly string[]): string[] {
  return ["node", `${home}/src/cli.ts`, ...words];
}

/** Returns the container such that whatever runs next runs anew. */
export function fresh(at: Container): Container {
  return at.withEnvVariable("LANDFALL_RUN", crypto.randomUUID());
}
