/** What a run does about its environment's request, from what the branch and the forge show. */

/** What our branch on the forge holds, seen from what this run would put there. */
export type Standing =
  /** There is no such branch, or nothing on it that the target lacks. */
  | "absent"
  /** The change that this run wants. */
  | "ours"
  /** The same revision, made for a tip that has moved on under it. */
  | "stale"
  | "older"
  /** A newer revision, or something that a person asked for, such as a rollback. */
  | "ahead"
  /** Commits that Landfall did not make. */
  | "edited"
  /** Another environment's change, or another settings file's. */
  | "other";

/** The newest request from that branch. `declined`: people closed it for this very revision. */
export type RequestState = "none" | "open" | "declined";

/** What is to be done next. */
export type Step =
  /** Put our commit on the branch, in place of what is there. */
  | "push"
  /** Open a request for what is on the branch. */
  | "open"
  /** The request says what we want: see that its text does, and wait for people. */
  | "keep"
  /** Something that goes first is proposed: wait for it. */
  | "yield"
  /** Leave it alone, and say why. */
  | "refuse";

const whileOpen: Readonly<Record<Standing, Step>> = {
  // The forge has not heard of the branch yet, or people have just removed it.
  absent: "push",
  ours: "keep",
  stale: "push",
  older: "push",
  ahead: "yield",
  edited: "refuse",
  other: "refuse",
};

const withoutRequest: Readonly<Record<Standing, Step>> = {
  ...whileOpen,
  // Whoever put it there was killed before the request was open, or is about to open it.
  ours: "open",
  ahead: "open",
};

/** Returns the next step. */
export function nextStep(request: RequestState, standing: Standing): Step {
  if (request === "declined") return "refuse";
  return request === "open" ? whileOpen[standing] : withoutRequest[standing];
}
