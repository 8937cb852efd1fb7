// Reports for people: of verified traces, and of wrong input.
//
//  1. For each trace its findings in file order, then its summary; after several traces, a table of all.
//  2. Of several traces those that hold are left to the table; one alone is always summed up.
//  3. The command that explains a law stands at its first finding only, the one that shows a trace's first
//     finding again at that finding.
//  4. Text in, text out: colours and width are arguments, and without colour nothing is lost.

import type { LawId } from "../../model/invariants.ts";
import type { Problem } from "../problem.ts";
import type { Finding, TraceResult } from "../verify/result.ts";
import type { Note } from "./diagnostic.ts";
import { findingText, type FindingSetting } from "./finding-text.ts";
import type { Look } from "./look.ts";
import { problemText } from "./problem-text.ts";
import { summaryText } from "./summary.ts";
import { totalTable, traceLine } from "./total.ts";
import { visible } from "./visible.ts";

export interface TextOptions extends Look {
  /** The command that shows the trace's first finding again. */
  readonly reproduce: (result: TraceResult) => string;
}

/** The whole report. */
export function textReport(results: readonly TraceResult[], options: TextOptions): string {
  const explained = new Set<LawId>();
  const told = results.flatMap((result) => traceText(result, explained, options, results.length === 1));
  const total = results.length > 1 ? [totalTable(results, options)] : [];
  return paragraphs([...told, ...total]);
}

/** One line per trace. */
export function quietReport(results: readonly TraceResult[], { colours }: Look): string {
  return results.map((result) => `${traceLine(result, colours)}\n`).join("");
}

/** Wrong input, one diagnostic per problem. */
export function problemReport(problems: readonly Problem[], look: Look): string {
  return paragraphs(problems.map((problem) => problemText(problem, look)));
}

/** A trace's problems, findings and summary, a paragraph each. */
function traceText(
  result: TraceResult,
  explained: Set<LawId>,
  options: TextOptions,
  alone: boolean,
): readonly (readonly string[])[] {
  const problems = result.problems.map((problem) => problemText(problem, options));
  const findings = result.findings.map((finding) =>
    findingText(finding, setting(result, options, notesOf(finding, result, explained, options))),
  );
  const untold = !alone && result.verdict === "holds" && problems.length === 0;
  return [...problems, ...findings, ...(untold ? [] : [summaryText(result, options)])];
}

function setting(result: TraceResult, look: Look, notes: readonly Note[]): FindingSetting {
  const { file, header, base } = result;
  const naming = { basePfn: base, pageSize: header?.pageSize ?? 1, event: "line" } as const;
  return { file, naming, look, notes };
}

function notesOf(
  { number, violation }: Finding,
  result: TraceResult,
  explained: Set<LawId>,
  { reproduce }: TextOptions,
): readonly Note[] {
  const notes: Note[] = [];
  if (!explained.has(violation.law))
    notes.push({ kind: "command", heading: "help", text: `run \`buddycheck explain ${violation.law}\`` });
  explained.add(violation.law);
  if (number === 1) notes.push({ kind: "command", heading: "reproduce", text: visible(reproduce(result)) });
  return notes;
}

/** Paragraphs with an empty line between them, and a line end after the last. */
function paragraphs(parts: readonly (readonly string[])[]): string {
  return `${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}
