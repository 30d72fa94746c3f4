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
  /** A GitHub App in place of a token, and where its API is when that cannot be told. */
  readonly githubAppId?: string | undefined;
  readonly githubAppPrivateKey?: Secret | undefined;
  readonly githubApi?: string | undefined;
  /** Text of the SSH key that signs deploy commits. */
  readonly signingKey?: Secret | undefined;
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
/** Only the user of the container may read a mounted secret. */
const owners = { mode: 0o400 };

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
  const texts = {
    LANDFALL_GIT_USERNAME: access.gitUsername,
    LANDFALL_GITHUB_APP_ID: access.githubAppId,
    LANDFALL_GITHUB_API: access.githubApi,
    LANDFALL_REGISTRY_USERNAME: access.registryUsername,
  };
  for (const [name, text] of Object.entries(texts)) if (text) at = at.withEnvVariable(name, text);
  const secrets = {
    LANDFALL_GIT_TOKEN: access.gitToken,
    LANDFALL_GITHUB_APP_PRIVATE_KEY: access.githubAppPrivateKey,
    LANDFALL_SIGNING_KEY: access.signingKey,
    LANDFALL_REGISTRY_PASSWORD: access.registryPassword,
    LANDFALL_ARGOCD_TOKEN: access.argocdToken,
  };
  for (const [name, secret] of Object.entries(secrets)) {
    if (secret) at = at.withSecretVariable(name, secret);
  }
  const files = {
    LANDFALL_SSH_KEY_FILE: access.sshKey,
    LANDFALL_SSH_KNOWN_HOSTS: access.sshKnownHosts,
    KUBECONFIG: access.kubeconfig,
  };
  for (const [name, secret] of Object.entries(files)) {
    const path = `/run/secrets/${name}`;
    if (secret) at = at.withMountedSecret(path, secret, owners).withEnvVariable(name, path);
  }
  const { gitService, registryService } = access;
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

/** Repeats what a command said on stderr, and ends as it did. */
const again = `process.stderr.write(require("node:fs").readFileSync(0));
process.exitCode = Number(process.argv[1]);`;

/**
 * Runs a command that writes reports, and returns them also when it found something amiss. When it
 * could not look, `dagger call` exits with the command's own status.
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
  const status = await ran.exitCode();
  if (!looked.has(status)) {
    // A status reaches the caller by the engine's own error alone, which only an exec brings about.
    const stdin = await ran.stderr();
    await ran.withExec(["node", "-e", again, String(status)], { stdin }).sync();
  }
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
