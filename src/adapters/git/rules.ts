/** The rules by which forges refuse a push, known by their words: what each asks of the reader. */

const bypass =
  "set land.by to pull-request in landfall.yaml, let Landfall's own account past the rule (a GitHub App or a deploy key on the ruleset's bypass list), or keep the manifests on another branch.";

const unsigned =
  "The branch takes signed commits alone: give a key by LANDFALL_SIGNING_KEY or `signing` in landfall.yaml, its public half to the server, and set `identity.email` to its owner's address.";

/** A rule for signatures, in the words of GitHub, GitLab, Gitea and Forgejo. */
const signatures =
  /must have (?:verified|valid) signatures|must be signed|unsigned commit|unverified (?:commit|signature)/i;

/** Who we are may not write here, in the words of every forge and of gitolite. */
const noRight =
  /marked as read.only|Permission to \S+ denied|Write access to repository not granted|does not have write access|not allowed to push code|not authorized to write|denied for writing|access via a deployment key is read-only|repository access denied|GenericContribute|TF40(?:0813|1027)|DENIED by|(?:^|; )(?:remote: |ERROR: )*Unauthorized\.?(?:;|$)|does not support push/im;

const asleep = /archived so it is read-only|\bis archived\b|been archived/i;

/** The first that fits counts: what asks most of a reader is first. */
const rules: readonly (readonly [RegExp, string])[] = [
  [signatures, unsigned],
  // No rule, but no login: git would have asked for one.
  [
    /could not read (?:Username|Password)/,
    "No token was given: pass one by LANDFALL_GIT_TOKEN that may write this repository's contents.",
  ],
  [/merge queue/i, `The branch takes changes from its merge queue alone: ${bypass}`],
  [
    /must be made through a (?:pull|merge) request|review is required|must use a pull request|only be modified through pull requests|must be made through pull requests/i,
    `The branch takes changes by pull request alone: ${bypass}`,
  ],
  [
    /status checks? .*(?:expected|required)|required (?:status checks?|workflow)|deployments? .*must succeed/i,
    `The branch waits for checks that a direct push cannot have: ${bypass}`,
  ],
  [
    /refusing to allow .* workflow/i,
    "A path of the manifests leads to .github/workflows: name another in manifests.paths.",
  ],
  [
    /(?:author|committer|e-?mail|commit message).*(?:must match|does not (?:follow|match)|not a member|not verified|must not)|verified e-?mails?\b|expected (?:author|committer) (?:e-?mail|name)/i,
    "The server has a rule for who commits, or for messages: set `identity` in landfall.yaml, or change the rule.",
  ],
  [
    /protected from changing file/i,
    "A rule protects these files: take the manifests' paths out of it, or let Landfall's own account change them.",
  ],
  [
    /not allowed to push (?:code )?to (?:this )?protected branch|cannot push to (?:this )?protected branch|not authorized to push to this branch|Permission denied to update branch|push declined due to branch restrictions/i,
    "The branch is protected: let the token's own role push to it, or set land.by to pull-request in landfall.yaml.",
  ],
  [asleep, "The repository is archived: name another, or revive it."],
  [
    /mirror repository is read-only|read-only (?:mirror|GitLab instance)/i,
    "The repository is a mirror: name the one that it is a copy of.",
  ],
  [noRight, "Give the token or key write access to this repository's contents."],
  [
    /cannot contain secrets|secret scanning|GH009/i,
    "The server takes something in the manifests for a secret: look at what it names.",
  ],
];

/**
 * Returns whether a server that hung up before its first packet said no by that. Over ssh these are
 * all the words that there are, and nothing of a push was sent.
 */
export function isRefusalAtTheDoor(stderr: string): boolean {
  return noRight.test(stderr) || asleep.test(stderr);
}

/** Who signed the commits that were refused. */
export interface Signature {
  readonly isSigned: boolean;
  readonly email: string;
}

/**
 * Returns what a refusal asks for that is about signatures: the same words are used for a commit
 * without one, of a key that the server does not know, and of a committer who does not own the key.
 */
export function signatureRemedy(words: string, { isSigned, email }: Signature): string | undefined {
  if (!signatures.test(words)) return undefined;
  if (!isSigned) return unsigned;
  if (email.endsWith("@localhost")) {
    return `The commits are signed, but no account has the committer's address ${email}: set \`identity.email\` in landfall.yaml to a verified address of the key's owner.`;
  }
  return `The commits are signed, and the server cannot verify them: register the key's public half there as a signing key, with the account that has the verified address ${email}.`;
}

/** Returns what the rule in a refusal asks for, or undefined for words that nobody knows. */
export function remedyOf(words: string): string | undefined {
  return rules.find(([pattern]) => pattern.test(words))?.[1];
}
