// One problem of the input as text: the same shape as a finding, so that the eye knows where to look.
//
//   error[TRACE_FIELD_TYPE]: A field holds a value of the wrong type.
//     --> boot.jsonl:3:23
//      |
//    3 | {"op":"alloc","order":"3","pfn":64}
//      |                       ^^^ expected a number, found "3"
//
//  1. Where no line can be quoted, what was expected is a note.

import { PROBLEMS, type Problem } from "../problem.ts";
import { noteLines, placeLine, titleLines } from "./diagnostic.ts";
import type { Look } from "./look.ts";
import { gutterFor, quoted } from "./quote.ts";
import { tokenColumns } from "./token.ts";
import { visible } from "./visible.ts";

/** The problem, line by line. */
export function problemText({ code, place, expected, found, source }: Problem, look: Look): readonly string[] {
  const { line, column } = place;
  const gutter = gutterFor([line]);
  const { red } = look.colours;
  const text = `${expected}, found ${found}`;
  const quote = {
    line,
    text: source,
    column: Math.max(column, 1),
    columns: tokenColumns({ code, place, source }),
    label: `expected ${text}`,
  };
  return [
    ...titleLines(`error[${code}]`, PROBLEMS[code], red, look),
    placeLine(place, gutter, look),
    ...(source === ""
      ? noteLines({ kind: "sentence", heading: "expected", text: visible(text) }, gutter, look)
      : quoted(quote, [], gutter, red, look)),
  ];
}
