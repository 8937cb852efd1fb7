// The parts that every diagnostic is made of, of a finding as of a problem in the input.
//
//   error[no-overlap]: No frame belongs to two live blocks.          the title
//     --> boot.jsonl:57:31                                           the place
//      |                                                             the quotation (quote.ts)
//      = seen: served page 389, but …                                notes
//
//  1. The gutter is as wide as the largest line number shown, and everything hangs from it.
//  2. A sentence is broken into lines, a command stays whole, to be copied.

import type { Place } from "../problem.ts";
import { readingColumns, type Look } from "./look.ts";
import { visible } from "./visible.ts";
import { hanging } from "./wrap.ts";

export interface Note {
  readonly kind: "sentence" | "command";
  readonly heading: string;
  readonly text: string;
}

/** What kind of diagnostic it is, in its colour, and its sentence, all of it bold. */
export function titleLines(
  kind: string,
  sentence: string,
  paint: (text: string) => string,
  look: Look,
): readonly string[] {
  const { bold } = look.colours;
  const [first, ...rest] = hanging(`${kind}: `, sentence, readingColumns(look), 2) as [string, ...string[]];
  return [bold(paint(kind)) + bold(first.slice(kind.length)), ...rest.map((line) => bold(line))];
}

/** `  --> boot.jsonl:57:31`, or the file alone where there is no line. */
export function placeLine({ file, line, column }: Place, gutter: number, { colours }: Look): string {
  const at = line === 0 ? "" : `:${line}:${column}`;
  return `${" ".repeat(gutter)}${colours.blueBright("-->")} ${visible(file)}${at}`;
}

/** ` = seen: served page 389, …`, its further lines indented; nothing where there is nothing to say. */
export function noteLines({ kind, heading, text }: Note, gutter: number, look: Look): readonly string[] {
  if (text === "") return [];
  const start = `${" ".repeat(gutter)} = ${heading}: `;
  const columns = kind === "command" ? Infinity : readingColumns(look);
  const [first, ...rest] = hanging(start, text, columns) as [string, ...string[]];
  return [headed(heading, first.slice(start.length), gutter, look), ...rest];
}

/** A note of ready-made rows below its heading. */
export function noteRows(heading: string, rows: readonly string[], gutter: number, look: Look): readonly string[] {
  if (rows.length === 0) return [];
  const indent = " ".repeat(gutter + " = ".length + 2);
  return [headed(heading, "", gutter, look), ...rows.map((row) => indent + row)];
}

function headed(heading: string, text: string, gutter: number, { colours }: Look): string {
  return `${" ".repeat(gutter)} ${colours.blueBright("=")} ${colours.bold(`${heading}:`)} ${text}`.trimEnd();
}
