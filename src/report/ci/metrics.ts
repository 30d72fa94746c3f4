/**
 * A result as OpenMetrics text. All are gauges, so that the collector of Prometheus' node exporter,
 * which reads the older format, takes the same file.
 */

import { plain } from "../safe-text.ts";
import { type Gauge, type ReportModel, single } from "./model.ts";

/** Returns the text. `nowMs` is when the run ended, in milliseconds since the epoch. */
export function openMetrics(brief: ReportModel, nowMs: number): string {
  const { command, verdict, exit, gauges } = brief;
  const when = "When the run ended, in seconds since the epoch.";
  const all: readonly Gauge[] = [
    {
      name: "landfall_run_info",
      help: "The verdict of the run.",
      samples: [[{ verdict }, 1]],
    },
    single("landfall_run_exit_status", "The exit status of the run.", exit),
    single("landfall_run_timestamp_seconds", when, nowMs / 1000),
    ...gauges,
  ];
  return `${all.map((gauge) => family(gauge, command)).join("")}# EOF\n`;
}

function family({ name, help, samples }: Gauge, command: string): string {
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries({ command, ...labels });
    const inner = pairs.map(([label, text]) => `${label}="${escapeLabel(text)}"`).join(",");
    return `${name}{${inner}} ${value}\n`;
  });
  if (lines.length === 0) return "";
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join("")}`;
}

function escapeLabel(text: string): string {
  return plain(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}
