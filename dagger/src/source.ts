/** A caller's source, with the tool container at it: where every command runs. */

import type { Container, Directory, Secret, Service, Workspace } from "@dagger.io/dagger";
import { type BuildPlan, Images } from "./images.js";
import { type Result, resultOf } from "./result.js";
import { type Run, run, toolContainer } from "./tool.js";

/** What all functions share: access, settings, and the tool itself. */
export interface Settings {
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
  readonly env: readonly string[];
  readonly flags: readonly string[];
  readonly anyOutcome: boolean;
  readonly toolImage: string;
  readonly lib: Directory;
}

/** What a plan is asked for. */
export interface Planning {
  readonly revision?: string;
  readonly ref?: string;
  readonly words: readonly string[];
}

/** Commands that commit, or try the key: only they see it. */
const committing = /^(?:promote|sync|rollback|release|freeze|thaw|approve|doctor)$/;
/** Commands that look at the cluster: only they see what opens it. */
const watching = /^(?:verify|status|doctor)$/;
const work = "/source";
/** Only the container's user may read a mounted secret. */
const owners = { mode: 0o400 };

/** Returns the source that was named, else the one that the caller is in. */
export function sourceAt(settings: Settings, source?: Directory, here?: Workspace): Source {
  // From its root on, for manifests, contexts and .git lie anywhere in it.
  const found = source ?? here?.directory("/", { exclude: ["**/node_modules", "!.git/**"] });
  if (found === undefined) throw new Error("Cannot tell the source: name it with --source");
  return new Source(settings, found);
}

/** A source to run commands at. */
export class Source {
  private readonly settings: Settings;
  private readonly directory: Directory;

  constructor(settings: Settings, directory: Directory) {
    this.settings = settings;
    this.directory = directory;
  }

  /** The further words that were given. */
  get flags(): readonly string[] {
    return this.settings.flags;
  }

  /** Returns the revision that was asked for, else the one that the source has checked out. */
  async head(revision?: string): Promise<string> {
    if (revision) return revision;
    try {
      return await this.directory.asGit().head().commit();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`Cannot tell the revision: --source has no usable .git (${why})`);
    }
  }

  /** The words of every command: which settings file and environments are meant. */
  get words(): string[] {
    const { config, env } = this.settings;
    return [...on("--config", config), ...env.flatMap((name) => ["--env", name])];
  }

  /** Returns a command, to be run. */
  command(words: readonly string[]): Run {
    const { anyOutcome } = this.settings;
    const at = open(this.settings, words[0] ?? "").withMountedDirectory(work, this.directory);
    return { at: at.withWorkdir(work), words: [...words, ...this.words], anyOutcome };
  }

  /** Runs a command, with the further words that were given. */
  async result(words: readonly string[]): Promise<Result> {
    return resultOf(await run(this.command([...words, ...this.flags])));
  }

  /** Plans the images of a revision. */
  async plan({ revision, ref, words }: Planning): Promise<Images> {
    const about = ["--revision", await this.head(revision), ...on("--ref", ref)];
    const planning = this.command(["plan", ...about, ...words]);
    const { text, json } = await run({ ...planning, anyOutcome: false });
    const plan: BuildPlan = { ...JSON.parse(json), isRelease: /^refs\/tags\//.test(ref ?? "") };
    // What is built is what the commit says, whatever lies uncommitted beside it.
    const tree = this.directory.asGit().ref(plan.revision).tree({ discardGitDir: true });
    const { registryUsername, registryPassword, registryService } = this.settings;
    return Object.assign(new Images(), {
      ...{
        text,
        json: JSON.stringify(plan),
        tool: planning.at,
        tree,
        words: this.words,
      },
      ...{ registryUsername, registryPassword, registryService },
    });
  }
}

/** Returns the words of a flag, when it is given. The engine gives null for what is not. */
export function on(name: string, value: string | number | boolean | null | undefined): string[] {
  if (typeof value === "boolean") return value ? [name] : [];
  return value === undefined || value === null || value === "" ? [] : [name, String(value)];
}

/** Returns the tool container with the secrets and servers that a command may use. */
function open(settings: Settings, verb: string): Container {
  let at = toolContainer(settings.lib, settings.toolImage);
  const texts = {
    LANDFALL_GIT_USERNAME: settings.gitUsername,
    LANDFALL_GITHUB_APP_ID: settings.githubAppId,
    LANDFALL_GITHUB_API: settings.githubApi,
    LANDFALL_REGISTRY_USERNAME: settings.registryUsername,
    LANDFALL_BY: settings.by,
    LANDFALL_PLAIN_HTTP_HOSTS: settings.gitService && "git",
  };
  for (const [name, text] of Object.entries(texts)) if (text) at = at.withEnvVariable(name, text);
  const secrets = {
    LANDFALL_GIT_TOKEN: settings.gitToken,
    LANDFALL_GITHUB_APP_PRIVATE_KEY: settings.githubAppPrivateKey,
    LANDFALL_REGISTRY_PASSWORD: settings.registryPassword,
    LANDFALL_SIGNING_KEY: committing.test(verb) ? settings.signingKey : undefined,
    LANDFALL_ARGOCD_TOKEN: watching.test(verb) ? settings.argocdToken : undefined,
  };
  for (const [name, secret] of Object.entries(secrets)) {
    if (secret) at = at.withSecretVariable(name, secret);
  }
  const files = {
    LANDFALL_SSH_KEY_FILE: settings.sshKey,
    LANDFALL_SSH_KNOWN_HOSTS: settings.sshKnownHosts,
    KUBECONFIG: watching.test(verb) ? settings.kubeconfig : undefined,
  };
  for (const [name, secret] of Object.entries(files)) {
    const path = `/run/secrets/${name}`;
    if (secret) at = at.withMountedSecret(path, secret, owners).withEnvVariable(name, path);
  }
  const servers = { git: settings.gitService, registry: settings.registryService };
  for (const [name, server] of Object.entries(servers)) {
    if (server) at = at.withServiceBinding(name, server);
  }
  return at;
}
