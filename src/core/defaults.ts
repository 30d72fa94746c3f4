/** What holds where neither a flag, nor the environment, nor landfall.yaml says anything. */

/** The settings' defaults, as they are written in landfall.yaml. */
export const defaults = {
  tag: "sha-{revision:7}",
  branch: "main",
  source: ".",
  together: "auto",
  identity: { name: "Landfall", email: "landfall@localhost" },
  sync: { lookback: 100, grace: "30m" },
  audit: {
    /** The seed's own deploy commits, from before Landfall. */
    pattern: "^chore\\(gitops\\): (?:update image tags|recover missing manifest update) to sha-",
    since: "30d",
    behind: 3,
  },
  argocd: { tokenVariable: "LANDFALL_ARGOCD_TOKEN" },
  smoke: { status: 200 },
} as const;
