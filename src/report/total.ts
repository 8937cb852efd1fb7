// Many traces at a glance: one line each, and a table of all.
//
//  1. One line says the verdict and the first thing to look at.
//  2. The table counts laws that were not judged beside every verdict, so that "holds" is not read as more.

import { problemLine } from "../problem.ts";
import type { Finding, TraceResult } from "../verify/result.ts";
import type { Colours, Look } from "./look.ts";
import { counted } from "./names.ts";
import { verdictWords } from "./summary.ts";
import { visible } from "./visible.ts";

/** `boot.jsonl: violated, 1 finding, the first at line 57 (no-overlap)`. */
export function traceLine(result: TraceResult, colours: Colours): string {
  const [problem] = result.problems;
  if (problem !== undefined) {
    const more = result.problems.length > 1 ? ` (and ${result.problems.length - 1} more)` : "";
    return `${visible(problemLine(problem))}${more}`;
  }
  const first = result.findings[0];
  const seen = first === undefined ? counted(result.events, "event") : `the first at ${placeWords(first)}`;
  const unchecked = uncheckedLaws(result);
  const open = unchecked === 0 ? "" : `, ${counted(unchecked, "law")} not checked`;
  return `${visible(result.file)}: ${verdictWords(result, colours)}, ${seen}${open}`;
}

function placeWords({ line, violation }: Finding): string {
  return `line ${line} (${violation.law})`;
}

function uncheckedLaws({ notChecked }: TraceResult): number {
  return new Set(notChecked.map(({ law }) => law)).size;
}

interface Row {
  readonly file: string;
  readonly verdict: string;
  readonly events: string;
  readonly findings: string;
  readonly unchecked: string;
  readonly first: string;
}

/** A row per trace, and how many there are of each verdict. */
export function totalTable(results: readonly TraceResult[], { colours }: Look): readonly string[] {
  const heading: Row = {
    file: "trace",
    verdict: "verdict",
    events: "events",
    findings: "findings",
    unchecked: "not checked",
    first: "first",
  };
  const rows = [heading, ...results.map(tableRow)];
  const wide = (Object.keys(heading) as (keyof Row)[]).map((column) =>
    Math.max(...rows.map((row) => row[column].length)),
  );
  const lines = rows.map((row) => tableLine(row, wide));
  return [colours.bold(lines[0]), ...lines.slice(1), "", totalWords(results)];
}

/** Words to the left, numbers to the right of their columns, which are `wide`. */
function tableLine({ file, verdict, events, findings, unchecked, first }: Row, wide: readonly number[]): string {
  const words = [file, verdict].map((text, column) => text.padEnd(wide[column] as number));
  const numbers = [events, findings, unchecked].map((text, column) => text.padStart(wide[column + 2] as number));
  return [...words, ...numbers, first].join("  ").trimEnd();
}

function tableRow(result: TraceResult): Row {
  const [first] = result.findings;
  const [problem] = result.problems;
  const judged = problem === undefined;
  return {
    file: visible(result.file),
    verdict: judged ? result.verdict : "not judged",
    events: judged ? String(result.events) : "-",
    findings: judged ? String(result.findingCount) : "-",
    unchecked: judged ? counted(uncheckedLaws(result), "law") : "-",
    first: judged ? (first === undefined ? "" : placeWords(first)) : `line ${problem.place.line} (${problem.code})`,
  };
}

/** `12 traces: 9 hold, 2 violated, 1 undecided`. */
function totalWords(results: readonly TraceResult[]): string {
  const judged = results.filter(({ problems }) => problems.length === 0);
  const [holds, violated, undecided, vacuous] = (["holds", "violated", "undecided", "vacuous"] as const).map(
    (verdict) => judged.filter((result) => result.verdict === verdict).length,
  );
  const kinds = [
    [holds, holds === 1 ? "holds" : "hold"],
    [violated, "violated"],
    [undecided, "undecided"],
    [vacuous, "vacuous"],
    [results.length - judged.length, "not judged"],
  ] as const;
  const parts = kinds.flatMap(([count = 0, word]) => (count > 0 ? [`${count} ${word}`] : []));
  return `${counted(results.length, "trace")}: ${parts.join(", ")}`;
}
