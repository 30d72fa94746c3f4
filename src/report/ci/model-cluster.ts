/** What the commands that look at the cluster and the surroundings found, in brief. */

import type { Check, DoctorResult } from "../../core/results/doctor.ts";
import { cellsOf, type StatusResult, stateOfRow } from "../../core/results/status.ts";
import type { VerifyResult, VerifyStep } from "../../core/results/verify.ts";
import { counted, printSpan } from "../html/words.ts";
import { type Notice, type ReportModel, single, tally } from "./model.ts";
import { mentionNotices, mentionTable } from "./notices.ts";

const stepStates = ["done", "failed", "waiting", "unreadable", "skipped"] as const;
/** What differs is certain, so it is worse than what could not be read. */
const rowStates = ["differs", "unreadable", "same"] as const;
const checkStates = ["ok", "warn", "fail", "skipped"] as const;

/** Returns a verification in brief. */
export function verifyReport(result: VerifyResult): ReportModel {
  const { command, outcome, exit, tag, revision, commit, tookMs, steps } = result;
  const wrong = steps.filter(({ state }) => state !== "done" && state !== "skipped");
  const tallied = { name: "landfall_verify_steps", help: "Steps, by state.", label: "state" };
  return {
    ...{ command, verdict: outcome, exit },
    headline: `${outcome}: ${tag}${outcome === "verified" ? " is what runs" : " is not seen to run"}`,
    facts: [
      ["Revision", revision],
      ["Deploy commit", commit],
      ["Took", printSpan(tookMs)],
    ],
    tables: [
      {
        title: "Steps",
        heads: ["Step", "Of", "State", "What was seen"],
        rows: steps.map(({ name, target, state, detail }) => [name, target, state, detail]),
      },
    ],
    troubles: [],
    notices: wrong.map(stepNotice),
    outputs: [
      ["outcome", outcome],
      ["revision", revision],
      ["commit", commit],
      ["tag", tag],
    ],
    gauges: [
      single("landfall_run_duration_seconds", "Wall time of the run.", tookMs / 1000),
      tally(
        tallied,
        stepStates,
        steps.map(({ state }) => state),
      ),
    ],
  };
}

function stepNotice({ name, target, state, detail, hint }: VerifyStep): Notice {
  return { level: "error", title: `${name} ${target}: ${state}`, message: detail, hint };
}

/** Returns what `status` saw in brief. */
export function statusReport(result: StatusResult): ReportModel {
  const { command, exit, repository, branch, tip, images } = result;
  const states = images.map(stateOfRow);
  const verdict = rowStates.find((state) => states.includes(state)) ?? "same";
  const wrong = images.filter((row) => stateOfRow(row) !== "same");
  const said = {
    name: "landfall_status_images",
    help: "Images, by how places agree.",
    label: "state",
  };
  const same = "All places agree";
  return {
    ...{ command, verdict, exit },
    headline:
      wrong.length === 0 ? same : `${counted(wrong.length, "image")} not the same everywhere`,
    facts: [
      ["Manifests", `${branch} of ${repository}`],
      ["Tip", tip],
    ],
    tables: [
      {
        title: "Images",
        heads: ["Image", "Git", "Registry", "Pins", "Argo CD", "Flux", "Cluster"],
        rows: images.map(({ image, git, registry, pins, argocd, flux, cluster }) => [
          ...[image, git.tag, registry.text, pins.text],
          ...[argocd?.text ?? "", flux?.text ?? "", cluster?.text ?? ""],
        ]),
      },
    ],
    troubles: [],
    notices: wrong.map((row): Notice => {
      const amiss = cellsOf(row).filter(({ state }) => state !== "same");
      const message = amiss.map(({ text, detail }) => detail ?? text).join("; ");
      return { level: "warning", title: `${row.image}: ${stateOfRow(row)}`, message };
    }),
    outputs: [["tip", tip]],
    gauges: [tally(said, rowStates, states)],
  };
}

/** Returns an examination in brief. */
export function doctorReport({ command, exit, checks, mentions }: DoctorResult): ReportModel {
  const bad = checks.filter(({ state }) => state === "fail").length;
  const said = { name: "landfall_doctor_checks", help: "Checks, by state.", label: "state" };
  return {
    ...{ command, exit, verdict: bad > 0 ? "unwell" : "well" },
    headline: bad > 0 ? `${counted(bad, "check")} failed` : "Nothing is missing for a deploy",
    facts: [],
    tables: [
      {
        title: "Checks",
        heads: ["Check", "State", "What was seen", "Remedy"],
        rows: checks.map(({ name, state, detail, remedy }) => [name, state, detail, remedy ?? ""]),
      },
      mentionTable(mentions),
    ],
    troubles: [],
    notices: [...checks.flatMap(checkNotices), ...mentionNotices(mentions)],
    outputs: [],
    gauges: [
      tally(
        said,
        checkStates,
        checks.map(({ state }) => state),
      ),
    ],
  };
}

function checkNotices({ name, state, detail, remedy }: Check): readonly Notice[] {
  if (state !== "fail" && state !== "warn") return [];
  const level = state === "fail" ? "error" : "warning";
  return [{ level, title: `doctor: ${name}`, message: detail, hint: remedy }];
}
