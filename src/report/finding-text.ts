// One finding as text, in the manner of a compiler's diagnostic.
//
//   error[no-overlap]: No frame belongs to two live blocks.
//     --> boot.jsonl:57:31
//      |
//    3 | {"op":"alloc","order":3,"pfn":384}
//   57 | {"op":"alloc","order":0,"pfn":389}
//      |                               ^^^ live already
//      |
//      = seen: served page 389, but the block 384..391 (order 3) is still live: served at line 3
//
//  1. The law speaks first, then the place, then the facts; what to do next comes last.
//  2. The lines above the one at issue are the latest that named the same pages.
//  3. An error loses or corrupts memory, a warning breaks a promise of policy; a client error is a
//     mistake of the allocator's caller.

import { lawOf } from "../../model/invariants.ts";
import type { Violation } from "../../model/violation.ts";
import type { Finding } from "../verify/result.ts";
import { consequenceWords, historyWords } from "./context-words.ts";
import { noteLines, noteRows, placeLine, titleLines, type Note } from "./diagnostic.ts";
import { drawing } from "./drawing.ts";
import { faultLabel } from "./label.ts";
import type { Colours, Look } from "./look.ts";
import type { Naming } from "./names.ts";
import { inUsersNumbering } from "./numbering.ts";
import { gutterFor, quoted } from "./quote.ts";
import { allowedWords, assumedWords, faultWords } from "./words.ts";

/** Where a finding is shown, and what is said besides its own facts. */
export interface FindingSetting {
  readonly file: string;
  readonly naming: Naming;
  readonly look: Look;
  /** What to do next: how to learn more, how to see it again. */
  readonly notes: readonly Note[];
}

/** The finding, line by line. */
export function findingText(finding: Finding, { file, naming, look, notes }: FindingSetting): readonly string[] {
  const violation = inUsersNumbering(finding.violation, naming.basePfn);
  const { line, text, column, columns, history } = finding;
  const gutter = gutterFor([line, ...history.map((earlier) => earlier.line)]);
  const paint = painter(violation, look.colours);
  const label = faultLabel(violation.fault);
  return [
    ...titleLines(`${severityWords(violation)}[${violation.law}]`, lawOf(violation.law).statement, paint, look),
    placeLine({ file, line, column }, gutter, look),
    ...quoted({ line, text, column, columns, label }, history, gutter, paint, look),
    look.colours.blueBright(`${" ".repeat(gutter)} |`),
    ...sentences({ seen: faultWords(violation.fault, naming), allowed: allowedWords(violation) }, gutter, look),
    ...noteRows("pages just before", drawing(violation, naming), gutter, look),
    ...sentences(storyOf(finding), gutter, look),
    ...notes.flatMap((note) => noteLines(note, gutter, look)),
  ];
}

/** "error", "warning", or either of the client's. */
function severityWords({ law, blame }: Violation): string {
  const { severity } = lawOf(law);
  return blame === "client" ? `client ${severity}` : severity;
}

function painter({ law }: Violation, colours: Colours): (text: string) => string {
  return lawOf(law).severity === "error" ? colours.red : colours.yellow;
}

/** What came before the finding and what comes after it. */
function storyOf(finding: Finding): Readonly<Record<string, string>> {
  return {
    history: historyWords(finding),
    "assumed from here on": assumedWords(finding.violation.assumed),
    caused: consequenceWords(finding),
  };
}

function sentences(byHeading: Readonly<Record<string, string>>, gutter: number, look: Look): readonly string[] {
  return Object.entries(byHeading).flatMap(([heading, text]) =>
    noteLines({ kind: "sentence", heading, text }, gutter, look),
  );
}
