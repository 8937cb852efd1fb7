// The report of a suite for machines.
//
//  1. `schemaVersion` counts up when a field goes or changes its meaning; new fields come without notice.
//  2. Every law stands in every part, with 0 where it was never put to the test.

import { LAW_IDS, type LawId } from "../../model/invariants.ts";
import {
  partVerdict,
  suiteVerdict,
  type Check,
  type PartResult,
  type SuiteResult,
  type SuiteVerdict,
} from "../checks.ts";
import type { Shard } from "../share.ts";

export interface RunReport {
  readonly schemaVersion: 1;
  readonly kind: "buddycheck-run";
  readonly suites: readonly SuiteReport[];
}

export interface SuiteReport {
  readonly name: string;
  readonly file: string;
  readonly summary: string;
  readonly verdict: SuiteVerdict;
  /** Which share of the checks this is, or null where it is all. */
  readonly shard: Shard | null;
  readonly parts: readonly SuiteReportPart[];
}

export interface SuiteReportPart {
  readonly kind: PartResult["kind"];
  readonly name: string;
  readonly summary: string;
  readonly verdict: SuiteVerdict;
  readonly vacuous: string | null;
  readonly figures: Readonly<Record<string, number>>;
  readonly laws: Readonly<Record<LawId, number>>;
  readonly checks: readonly Check[];
}

/** The report of a run as JSON. */
export function suiteJson(results: readonly SuiteResult[]): string {
  const report: RunReport = { schemaVersion: 1, kind: "buddycheck-run", suites: results.map(suiteReport) };
  return JSON.stringify(report, null, 2);
}

function suiteReport(result: SuiteResult): SuiteReport {
  const { name, file, summary, shard, parts } = result;
  return { name, file, summary, verdict: suiteVerdict(result), shard, parts: parts.map(partReport) };
}

function partReport(part: PartResult): SuiteReportPart {
  const { kind, name, summary, vacuous, checks } = part;
  const figures = Object.fromEntries(part.figures.map((figure) => [figure.name, figure.count]));
  const laws = Object.fromEntries(LAW_IDS.map((law) => [law, part.laws.get(law) ?? 0])) as Record<LawId, number>;
  return { kind, name, summary, verdict: partVerdict(part), vacuous, figures, laws, checks };
}
