// What verified traces showed, as an outcome (outcome.ts): a section for the command, an item for each trace.
//
//  1. A violation's steps are the earlier lines that named the same pages, and the line itself.
//  2. What was not checked stands beside every verdict, so that "passed" is not read as more.
//  3. Of a kernel trace, a rule that needs one event only is an error when broken; the others are warnings, since
//     a missing event would explain them.

import { lawOf } from "../../model/invariants.ts";
import { PROBLEMS, type Problem } from "../problem.ts";
import type { VerdictKind } from "../verdict.ts";
import type { LinuxFinding, LinuxResult } from "../verify/linux-result.ts";
import type { Finding, HistoryLine, TraceResult } from "../verify/result.ts";
import { faultLabel } from "./label.ts";
import { explainedBy, seenWords } from "./linux-words.ts";
import { counted, type Naming } from "./names.ts";
import { inUsersNumbering } from "./numbering.ts";
import type { Context, Defect, Item, ItemVerdict, Outcome, Row } from "./outcome.ts";
import { allowedWords, faultWords, notCheckedWords } from "./words.ts";

/** A line of a trace, as it was recorded. */
type Line = Pick<HistoryLine, "line" | "text">;

/** A judged trace of either kind; `lines` are those that a finding needs in order to show, where they are known. */
export type Verified =
  | { readonly kind: "trace"; readonly result: TraceResult; readonly lines: ReadonlyMap<Finding, readonly Line[]> }
  | { readonly kind: "linux"; readonly result: LinuxResult };

const VERDICTS: Readonly<Record<VerdictKind, ItemVerdict>> = {
  holds: "passed",
  violated: "failed",
  undecided: "undecided",
  vacuous: "vacuous",
};

export function traceOutcome(verified: readonly Verified[], context: Context): Outcome {
  const items = verified.map((one) =>
    one.kind === "trace" ? traceItem(one.result, one.lines) : linuxItem(one.result),
  );
  return { context, name: "verify", sections: [{ name: "verify", summary: "recorded traces", items, notes: [] }] };
}

function traceItem(result: TraceResult, lines: ReadonlyMap<Finding, readonly Line[]>): Item {
  const { file, verdict, problems, findings, findingCount, notChecked, advice, profileName } = result;
  const isWrong = problems.length > 0;
  const unchecked = notChecked.map((each) => `not checked: ${each.law}, ${notCheckedWords(each)}`);
  const advised = advice.map((setting) => `the trace would hold under \`${setting}\``);
  return {
    group: "",
    name: file,
    shows: `The recording obeys the laws under the profile ${profileName}.`,
    verdict: isWrong ? "wrong" : VERDICTS[verdict],
    outcome: isWrong ? "not judged" : outcomeWords(verdict, result.events, findingCount),
    defects: [
      ...problems.map(problemDefect),
      ...findings.map((finding) => findingDefect(finding, result, lines.get(finding))),
    ],
    notes: isWrong ? [] : [...unchecked, ...advised],
  };
}

function outcomeWords(verdict: VerdictKind, events: number, findings: number): string {
  const found = findings === 0 ? "" : `, ${counted(findings, "finding")}`;
  return `${verdict}, ${counted(events, "event")}${found}`;
}

export function problemDefect({ code, place, expected, found }: Problem): Defect {
  const rows = [
    { heading: "expected", text: expected },
    { heading: "found", text: found },
  ];
  return { rule: code, level: "error", place, message: PROBLEMS[code].replace(/\.$/u, ""), rows, steps: [] };
}

/** A finding, with the lines that it needs, its own last; with its history where these are not known. */
export function findingDefect(
  finding: Finding,
  { file, base, header }: TraceResult,
  lines: readonly Line[] = [...finding.history, finding],
): Defect {
  const naming: Naming = { basePfn: base, pageSize: header?.pageSize ?? 1, event: "line" };
  const violation = inUsersNumbering(finding.violation, base);
  const { line, column, text } = finding;
  const place = { file, line, column };
  const message = faultWords(violation.fault, naming);
  const rows: Row[] = [
    { heading: "allowed", text: allowedWords(violation) },
    { heading: "blame", text: violation.blame },
  ];
  const steps = [
    ...lines
      .slice(0, -1)
      .map((earlier) => ({ place: { file, line: earlier.line, column: 1 }, text: earlier.text, words: "" })),
    { place, text, words: faultLabel(violation.fault) },
  ];
  return { rule: violation.law, level: lawOf(violation.law).severity, place, message, rows, steps };
}

function linuxItem(result: LinuxResult): Item {
  const { file, verdict, events, findings, findingCount, problems, unjudged } = result;
  const isWrong = problems.length > 0;
  return {
    group: "",
    name: file,
    shows: "Nothing that the kernel's page allocator did contradicts a correct one.",
    verdict: isWrong ? "wrong" : VERDICTS[verdict],
    outcome: isWrong ? "not judged" : outcomeWords(verdict, events, findingCount),
    defects: [...problems.map(problemDefect), ...findings.map((finding) => linuxDefect(finding, file))],
    notes: isWrong ? [] : unjudged.map(({ rule, reason }) => `not checked: ${rule.id}, ${reason}`),
  };
}

function linuxDefect(finding: LinuxFinding, file: string): Defect {
  const { rule, line, text, history, confidence } = finding;
  const place = { file, line, column: 1 };
  const message = seenWords(finding);
  const isCertain = rule.certainty === "always";
  const meaning = isCertain ? "a bug, whatever is missing" : `a bug of the kernel, or ${explainedBy(finding)}`;
  const rows = [
    { heading: "rule", text: rule.statement },
    { heading: "meaning", text: meaning },
    { heading: "confidence", text: `${confidence.level}: ${confidence.reason}` },
  ];
  const steps = [
    ...history.map((earlier) => ({ place: { file, line: earlier.line, column: 1 }, text: earlier.text, words: "" })),
    { place, text, words: rule.statement },
  ];
  return { rule: rule.id, level: isCertain ? "error" : "warning", place, message, rows, steps };
}
