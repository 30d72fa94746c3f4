/** The rules by which forges refuse a push, known by their words: what each asks of the reader. */

const bypass =
  "let Landfall's own account past it (a GitHub App or a deploy key on the ruleset's bypass list), or keep the manifests on another branch.";

/** The first that fits counts: what asks most of a reader stands first. */
const rules: readonly (readonly [RegExp, string])[] = [
  [
    /must have (?:verified|valid) signatures|must be signed|unsigned commit|unverified (?:commit|signature)/i,
    "The branch takes signed commits alone: give a key by LANDFALL_SIGNING_KEY or `signing` in landfall.yaml, and its public half to the server.",
  ],
  [/merge queue/i, `The branch takes changes from its merge queue alone: ${bypass}`],
  [
    /must be made through a (?:pull|merge) request|review is required/i,
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
    /(?:author|committer|e-?mail|commit message) .*(?:must match|does not follow|not a member|not verified|must not)/i,
    "The server has a rule for who commits, or for messages: set `identity` in landfall.yaml, or change the rule.",
  ],
  [
    /not allowed to push code to (?:this )?protected branch|cannot push to (?:this )?protected branch/i,
    "The branch is protected: let the token's own role push to it.",
  ],
  [/archived so it is read-only/i, "The repository is archived: name another, or revive it."],
  [
    /marked as read.only|Permission to \S+ denied|Write access to repository not granted/i,
    "Give the token or key write access to this repository's contents.",
  ],
  [
    /cannot contain secrets|secret scanning|GH009/i,
    "The server takes something in the manifests for a secret: look at what it names.",
  ],
];

/** Returns what the rule in a refusal asks for, or undefined for words that nobody knows. */
export function remedyOf(words: string): string | undefined {
  return rules.find(([pattern]) => pattern.test(words))?.[1];
}
