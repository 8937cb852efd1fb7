// The report of a verified kernel trace for machines: JSON whose fields are a promise.
//
//  1. `schemaVersion` counts up when a field goes or changes its meaning; new fields come without notice.
//  2. pfns are numbers, lines count from 1, times are those of the trace.
//  3. Facts stand as data under stable ids; sentences are for people and change without notice.

import { KIND_NAMES } from "../trace/linux-event.ts";
import type { LinuxHolder } from "../verify/linux-history.ts";
import type { Lifetimes } from "../verify/linux-lifetimes.ts";
import type { LinuxFinding, LinuxResult } from "../verify/linux-result.ts";
import { explainedBy, seenWords } from "./linux-words.ts";

/** How memory was used during a recording: told on request, since it takes further readings. */
export interface LinuxUsage {
  readonly holders: readonly LinuxHolder[];
  readonly lifetimes: Lifetimes;
}

/** The report as JSON text, indented, with a line end. */
export function linuxJson(results: readonly LinuxResult[], usage: LinuxUsage | null = null): string {
  const traces = results.map((result) => linuxJsonTrace(result));
  const report = { schemaVersion: 1, kind: "buddycheck-verify-linux", traces };
  return `${JSON.stringify(usage === null ? report : { ...report, ...usage }, null, 2)}\n`;
}

/** One trace as data. */
function linuxJsonTrace(result: LinuxResult): object {
  const { tally, findings, ruleCounts, classes, unjudged, verdict, problems, ...rest } = result;
  return {
    ...rest,
    verdict: problems.length > 0 ? null : verdict,
    tally: Object.fromEntries(KIND_NAMES.map((name, kind) => [name, tally[kind] ?? 0])),
    findings: findings.map(linuxJsonFinding),
    ruleCounts: Object.fromEntries(ruleCounts.map(({ rule, count }) => [rule.id, count])),
    classes: classes.map(({ class: { id, seen, cause }, count }) => ({ id, count, seen, cause })),
    unjudged: unjudged.map(({ rule, reason }) => ({ rule: rule.id, reason })),
    problems,
  };
}

function linuxJsonFinding(finding: LinuxFinding): object {
  const { rule, ...facts } = finding;
  const { id, certainty, statement } = rule;
  return {
    rule: id,
    certainty,
    statement,
    ...facts,
    words: { seen: seenWords(finding), explainedBy: explainedBy(finding) },
  };
}
