// The report of verified kernel traces for machines: JSON whose fields are a promise (docs/json-report.md).
//
//  1. `schemaVersion` counts up when a field goes or changes its meaning; new fields come without notice.
//     specs/schemas/verify-linux-report.schema.json describes them all, and a test holds the two together.
//  2. pfns are numbers, lines count from 1, times are those of the trace. -1 stands for a number that nobody knows.
//  3. Facts stand as data under stable ids; sentences are for people and change without notice.

import { KIND_NAMES } from "../trace/linux-event.ts";
import type { LinuxHolder } from "../verify/linux-history.ts";
import type { Lifetimes } from "../verify/linux-lifetimes.ts";
import type { LinuxFinding, LinuxResult } from "../verify/linux-result.ts";
import { reportProblem, summaryOf } from "./json.ts";
import { explainedBy, seenWords } from "./linux-words.ts";

/** How memory was used during a recording: told on request, since it takes further readings. */
export interface LinuxUsage {
  readonly holders: readonly LinuxHolder[];
  readonly lifetimes: Lifetimes;
}

/** A judged kernel trace, with what was asked for besides. */
export interface LinuxJudged {
  readonly result: LinuxResult;
  readonly usage: LinuxUsage | null;
}

/** The report as JSON text, indented, with a line end. */
export function linuxJson(judged: readonly LinuxJudged[]): string {
  const traces = judged.map(reportTrace);
  const report = { schemaVersion: 1, kind: "buddycheck-verify-linux", summary: summaryOf(traces), traces };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function reportTrace({ result, usage }: LinuxJudged) {
  return {
    file: result.file,
    verdict: result.problems.length > 0 ? null : result.verdict,
    recorder: result.recorder,
    environmentFiles: result.environmentFiles,
    maxOrder: result.maxOrder,
    lines: result.lines,
    events: result.events,
    tally: Object.fromEntries(KIND_NAMES.map((name, kind) => [name, result.tally[kind] ?? 0])),
    others: result.others,
    unexplained: result.unexplained,
    unexplainedLines: result.unexplainedLines,
    findingCount: result.findingCount,
    findings: result.findings.map(reportFinding),
    ruleCounts: Object.fromEntries(result.ruleCounts.map(({ rule, count }) => [rule.id, count])),
    unjudged: result.unjudged.map(({ rule, reason }) => ({ rule: rule.id, reason })),
    classes: result.classes.map(({ class: { id, seen, cause }, count }) => ({ id, count, seen, cause })),
    losses: result.losses,
    completeness: result.completeness,
    exact: result.exact,
    usage,
    problems: result.problems.map(reportProblem),
  };
}

function reportFinding(finding: LinuxFinding): object {
  const { rule, ...facts } = finding;
  const { id, certainty, statement } = rule;
  const words = { seen: seenWords(finding), explainedBy: explainedBy(finding) };
  return { ...facts, rule: id, certainty, statement, words };
}
