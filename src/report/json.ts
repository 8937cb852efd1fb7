// The report of verified traces for machines: JSON whose fields are a promise (docs/json-report.md).
//
//  1. `schemaVersion` counts up when a field goes or changes its meaning; new fields come without notice.
//     specs/schemas/verify-report.schema.json describes them all, and a test holds the two together.
//  2. pfns are in the numbering of the trace; ranges are half-open, as in the trace format.
//  3. Every fact stands twice: as data under a stable `kind`, and as the sentence that the text report has.

import { lawOf, type LawId } from "../../model/invariants.ts";
import type { Allowed, Assumed, Fault, Piece, Violation } from "../../model/violation.ts";
import type { FrameRange } from "../../model/geometry.ts";
import { PROBLEMS, type Problem } from "../problem.ts";
import type { TraceHeader } from "../trace/event.ts";
import type { NotChecked, VerdictKind } from "../verdict.ts";
import type { Consequence, Finding, HistoryLine, Tally, TraceResult } from "../verify/result.ts";
import { faultLabel } from "./label.ts";
import type { Naming } from "./names.ts";
import { inUsersNumbering } from "./numbering.ts";
import { allowedWords, assumedWords, faultWords } from "./words.ts";

export interface VerifyReport {
  readonly schemaVersion: 1;
  readonly kind: "buddycheck-verify";
  readonly summary: ReportSummary;
  readonly traces: readonly ReportTrace[];
}

/** How many traces there are of each verdict; one with problems in its input has none. */
export type ReportSummary = { readonly [Verdict in VerdictKind | "notJudged" | "traces"]: number };

export interface ReportTrace {
  readonly file: string;
  /** null where the input is wrong. */
  readonly verdict: VerdictKind | null;
  readonly profile: string;
  /** null where the header could not be read. */
  readonly pool: ReportPool | null;
  readonly lines: number;
  readonly events: number;
  readonly tally: Readonly<Tally>;
  readonly peakLiveBlocks: number;
  readonly livePages: number;
  readonly findingCount: number;
  readonly violationCount: number;
  readonly findings: readonly ReportFinding[];
  readonly notChecked: readonly NotChecked[];
  readonly advice: readonly string[];
  readonly problems: readonly ReportProblem[];
}

export interface ReportPool {
  readonly allocator: string;
  readonly pages: number;
  readonly pageSizeBytes: number;
  readonly basePfn: number;
  readonly maxOrder: number;
  readonly start: TraceHeader["start"];
  readonly reserved: readonly FrameRange[];
  readonly zones: readonly (FrameRange & { readonly name: string })[];
}

export interface ReportFinding {
  readonly number: number;
  readonly law: LawId;
  readonly severity: "error" | "warning";
  readonly blame: Violation["blame"];
  readonly line: number;
  readonly column: number;
  readonly columns: number;
  readonly text: string;
  readonly label: string;
  /** The law, what was seen, what was allowed and what is assumed, as sentences. */
  readonly words: { readonly law: string; readonly seen: string; readonly allowed: string; readonly assumed: string };
  readonly fault: Fault;
  readonly allowed: Allowed;
  readonly assumed: Assumed;
  readonly frames: readonly FrameRange[];
  readonly around: readonly Piece[];
  readonly history: readonly HistoryLine[];
  readonly historyTotal: number | null;
  readonly consequences: readonly Consequence[];
  readonly consequenceCount: number;
}

export interface ReportProblem {
  readonly code: Problem["code"];
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  readonly found: string;
  readonly source: string;
}

/** The report as JSON text, indented, with a line end. */
export function jsonReport(results: readonly TraceResult[]): string {
  return `${JSON.stringify(verifyReport(results), null, 2)}\n`;
}

/** The report as data. */
export function verifyReport(results: readonly TraceResult[]): VerifyReport {
  const traces = results.map(reportTrace);
  return { schemaVersion: 1, kind: "buddycheck-verify", summary: summaryOf(traces), traces };
}

/** Counts traces by their verdicts. */
export function summaryOf(traces: readonly Pick<ReportTrace, "verdict">[]): ReportSummary {
  return {
    traces: traces.length,
    holds: countOf(traces, "holds"),
    violated: countOf(traces, "violated"),
    undecided: countOf(traces, "undecided"),
    vacuous: countOf(traces, "vacuous"),
    notJudged: countOf(traces, null),
  };
}

function countOf(traces: readonly Pick<ReportTrace, "verdict">[], wanted: ReportTrace["verdict"]): number {
  return traces.filter(({ verdict }) => verdict === wanted).length;
}

function reportTrace(result: TraceResult): ReportTrace {
  const naming: Naming = { basePfn: result.base, pageSize: result.header?.pageSize ?? 1, event: "line" };
  return {
    file: result.file,
    verdict: result.problems.length > 0 ? null : result.verdict,
    profile: result.profileName,
    pool: result.header === null ? null : poolOf(result.header),
    lines: result.lines,
    events: result.events,
    tally: result.tally,
    peakLiveBlocks: result.peakLiveBlocks,
    livePages: result.livePages,
    findingCount: result.findingCount,
    violationCount: result.violationCount,
    findings: result.findings.map((finding) => reportFinding(finding, naming)),
    notChecked: result.notChecked,
    advice: result.advice,
    problems: result.problems.map(reportProblem),
  };
}

function poolOf({ allocator, pageSize, shape, start }: TraceHeader): ReportPool {
  const { pages, basePfn, maxOrder, reserved, zones } = shape;
  return { allocator, pages, pageSizeBytes: pageSize, basePfn, maxOrder, start, reserved, zones };
}

function reportFinding(finding: Finding, naming: Naming): ReportFinding {
  const { violation: recorded, number, line, text, column, columns } = finding;
  const { history, historyTotal, consequences, consequenceCount } = finding;
  const violation = inUsersNumbering(recorded, naming.basePfn);
  const { law, blame, fault, allowed, assumed, frames, around } = violation;
  const { statement, severity } = lawOf(law);
  const words = {
    law: statement,
    seen: faultWords(fault, naming),
    allowed: allowedWords(violation),
    assumed: assumedWords(assumed),
  };
  const place = { line, column, columns, text, label: faultLabel(fault) };
  const facts = { fault, allowed, assumed, frames, around };
  const story = { history, historyTotal, consequences, consequenceCount };
  return { number, law, severity, blame, ...place, words, ...facts, ...story };
}

export function reportProblem({ code, place, expected, found, source }: Problem): ReportProblem {
  return { code, message: PROBLEMS[code], ...place, expected, found, source };
}
