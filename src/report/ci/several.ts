/** The reports of several environments' results, put together as one. */

import type { Gauge, ReportModel } from "./model.ts";

/** A result's report, and the environment that it is about. */
export interface EnvironmentReport {
  readonly environment: string;
  readonly report: ReportModel;
}

/** Returns one report of what each environment's report says, with its name. */
export function combined(
  command: string,
  exit: number,
  reports: readonly EnvironmentReport[],
): ReportModel {
  const of = <Item>(pick: (one: EnvironmentReport) => readonly Item[]) => reports.flatMap(pick);
  const worst = reports.find(({ report }) => report.exit === exit)?.report.verdict;
  return {
    command,
    verdict: worst ?? "mixed",
    headline: reports.map((one) => `${one.environment}: ${one.report.headline}`).join("; "),
    exit,
    facts: of(({ environment, report }) =>
      report.facts.map(([name, ...rest]) => [`${name} (${environment})`, ...rest] as const),
    ),
    tables: of(({ environment, report }) =>
      report.tables.map((table) => ({ ...table, title: `${table.title} in ${environment}` })),
    ),
    troubles: of(({ report }) => report.troubles),
    notices: of(({ report }) => report.notices),
    outputs: of(({ environment, report }) =>
      [["verdict", report.verdict] as const, ...report.outputs].map(
        ([name, value]) => [`${environment.replaceAll("-", "_")}_${name}`, value] as const,
      ),
    ),
    gauges: gaugesOf(reports),
  };
}

/** A gauge has one row for each environment: OpenMetrics names a metric once. */
function gaugesOf(reports: readonly EnvironmentReport[]): readonly Gauge[] {
  const byName = new Map<string, Gauge>();
  for (const { environment, report } of reports) {
    for (const gauge of report.gauges) {
      const samples = gauge.samples.map(
        ([labels, value]) => [{ environment, ...labels }, value] as const,
      );
      const before = byName.get(gauge.name)?.samples ?? [];
      byName.set(gauge.name, { ...gauge, samples: [...before, ...samples] });
    }
  }
  return [...byName.values()];
}
