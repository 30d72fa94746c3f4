/** Signed commits: git itself signs what it wrote, with a key of the caller's. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import { asCommitId, type CommitId } from "../../core/ids.ts";
import type { CommitDraft } from "../../ports.ts";
import type { GitSetting } from "./auth.ts";
import { gitEnvironment } from "./env.ts";
import type { Identity } from "./objects.ts";
import { GitExit, type GitPlace, runGit } from "./run.ts";
import { type KeyAgent, startKeyAgent } from "./ssh-agent.ts";

/** With what commits are signed. */
export type SigningKey =
  /** A private SSH key's text. An agent of our own holds it, and no file. */
  | { readonly format: "ssh"; readonly text: string }
  /** A file of the caller's: a private SSH key, or a public one whose other half an agent has. */
  | {
      readonly format: "ssh";
      readonly file: string;
      readonly agentSocket?: string | undefined;
    }
  /** A key of the caller's own keyring. No id: the one of the committer. */
  | { readonly format: "openpgp"; readonly id?: string | undefined; readonly keyring: string };

/** Signs commits, until it is closed. */
export interface Signer {
  /**
   * Writes a commit again, signed, and returns its id; without a key returns it as it is. The same
   * commit is signed once: some keys make another signature each time, and the same content on the
   * same parent must stay the same commit.
   *
   * @throws Failure `usage` when there is no signing with this key.
   */
  sign(unsigned: CommitId, draft: CommitDraft): Promise<CommitId>;
  /** Whether there is no key, so that commits stay as they are. Throws as `sign` does. */
  isIdle(): Promise<boolean>;
  /** Whether what was written so far is signed. */
  hasKey(): Promise<boolean>;
  close(): Promise<void>;
}

/** What the signer needs to know of its surroundings. */
export interface SignerOptions {
  readonly keyOf: () => SigningKey | undefined;
  readonly identity: Identity;
  /** The repository that the commits are in. */
  readonly inside: GitPlace;
  /** The caller's environment, of which only a few names pass. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a key comes down to: settings of git, variables for the program that signs, an end. */
interface Desk {
  readonly settings: readonly GitSetting[];
  readonly variables: Readonly<Record<string, string>>;
  readonly agent?: KeyAgent;
}

/** Makes a signer. The key is asked for when the first commit is to be signed. */
export function createSigner(options: SignerOptions): Signer {
  const { inside, identity, env } = options;
  const home = inside.directory;
  const signed = new Map<CommitId, Promise<CommitId>>();
  let desk: Promise<Desk | undefined> | undefined;

  function open(): Promise<Desk | undefined> {
    desk ??= openDesk(options);
    return desk;
  }

  async function write(unsigned: CommitId, draft: CommitDraft): Promise<CommitId> {
    const opened = await open();
    if (opened === undefined) return unsigned;
    const { settings, variables } = opened;
    const place = {
      ...inside,
      env: { ...gitEnvironment({ env, home }, settings), ...variables, ...who(identity, draft) },
    };
    const args = ["commit-tree", "-S", "-p", draft.parent, `${unsigned}^{tree}`];
    const { stdout } = await runGit(place, args, { input: draft.message }).catch(unsignable);
    const id = asCommitId(stdout.toString("latin1").trim());
    if (id === undefined) throw new Error(`git commit-tree named no commit: ${stdout}`);
    return id;
  }

  return {
    sign(unsigned, draft) {
      const known = signed.get(unsigned) ?? write(unsigned, draft);
      signed.set(unsigned, known);
      return known;
    },
    isIdle: async () => (await open()) === undefined,
    hasKey: async () => (await desk?.catch(() => undefined)) !== undefined,
    async close() {
      await (await desk?.catch(() => undefined))?.agent?.close();
    },
  };
}

async function openDesk({ keyOf, inside, env }: SignerOptions): Promise<Desk | undefined> {
  const key = keyOf();
  if (key === undefined) return undefined;
  const home = inside.directory;
  // git leaves what is to be signed in a file for a moment; nobody is there to be asked.
  const quiet = { TMPDIR: home, SSH_ASKPASS: "/bin/false", SSH_ASKPASS_REQUIRE: "force" };
  if (key.format === "openpgp") {
    const id = key.id === undefined ? [] : ([["user.signingKey", key.id]] as const);
    return {
      settings: [["gpg.format", "openpgp"], ...id],
      variables: { ...quiet, GNUPGHOME: key.keyring },
    };
  }
  const ssh = (file: string) =>
    [
      ["gpg.format", "ssh"],
      ["user.signingKey", file],
    ] as const;
  if ("file" in key) {
    const { file, agentSocket } = key;
    const variables = agentSocket === undefined ? quiet : { ...quiet, SSH_AUTH_SOCK: agentSocket };
    return { settings: ssh(file), variables };
  }
  const agent = await startKeyAgent(key.text, { env, home, name: "signing-agent" });
  const file = join(home, "signing.pub");
  await writeFile(file, agent.publicKey);
  return { settings: ssh(file), variables: { ...quiet, SSH_AUTH_SOCK: agent.socket }, agent };
}

/** git takes names and dates of a commit by environment alone. */
function who(identity: Identity, draft: CommitDraft): Record<string, string> {
  const { author = identity, atSeconds } = draft;
  const { name, email } = identity;
  const date = `@${atSeconds} +0000`;
  return {
    ...{ GIT_AUTHOR_NAME: author.name, GIT_AUTHOR_EMAIL: author.email, GIT_AUTHOR_DATE: date },
    ...{ GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email, GIT_COMMITTER_DATE: date },
  };
}

function unsignable(error: unknown): never {
  if (!(error instanceof GitExit)) throw error;
  const words = error.stderr.split("\n").filter((line) => line.trim() !== "");
  throw new Failure(
    "usage",
    `Cannot sign the deploy commit: ${words.join("; ") || error.message}`,
    "Check LANDFALL_SIGNING_KEY or _FILE (SSH, without a passphrase), or `signing` and gpg's keyring.",
  );
}
