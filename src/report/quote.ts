// The quoted line of an input, with a gutter of line numbers and carets under the value at issue.
//
//    3 | {"op":"alloc","order":3,"pfn":384}
//   57 | {"op":"alloc","order":0,"pfn":389}
//      |                               ^^^ live already
//
//  1. A line that does not fit is cut around the value at issue, with … for what is left out.
//  2. Carets under more than `CARETS_MAX` columns stop there: the start of the value is what counts.
//  3. The label stands behind the carets where there is room, otherwise below them.

import { glyphs, visible, type Glyph } from "./visible.ts";
import type { Look } from "./look.ts";

/** A line of the input and what to point at in it: `column` from 1, `columns` its length. */
export interface Quote {
  readonly line: number;
  readonly text: string;
  readonly column: number;
  readonly columns: number;
  readonly label: string;
}

/** An earlier line, shown without carets. */
export interface EarlierLine {
  readonly line: number;
  readonly text: string;
}

/** Part of a line, with the carets' place in it: columns on the screen, from 0. */
interface Excerpt {
  readonly text: string;
  readonly indent: number;
  readonly carets: number;
}

const MARGIN = " ".length + "| ".length;
const EXCERPT_MIN = 30;
const CARETS_MAX = 24;

/** Digits that the gutter needs for these lines. */
export function gutterFor(lines: readonly number[]): number {
  return Math.max(...lines.map((line) => String(line).length), 2);
}

/** The earlier lines, dimmed, then the line at issue with its carets. `paint` colours the carets. */
export function quoted(
  quote: Quote,
  earlier: readonly EarlierLine[],
  gutter: number,
  paint: (text: string) => string,
  { colours, columns }: Look,
): readonly string[] {
  const room = Math.max(columns - gutter - MARGIN, EXCERPT_MIN);
  const bar = colours.blueBright(`${" ".repeat(gutter)} |`);
  const { text, indent, carets } = excerpt(quote, room);
  const under = labelled(indent, "^".repeat(Math.min(carets, CARETS_MAX)), visible(quote.label), room);
  return [
    bar,
    ...earlier.map((told) => `${numbered(told.line, gutter, colours)} ${colours.dim(shortened(told.text, room))}`),
    `${numbered(quote.line, gutter, colours)} ${text}`,
    ...under.map((row) => `${bar} ${" ".repeat(row.indent)}${paint(row.text)}`),
  ];
}

function numbered(line: number, gutter: number, colours: Look["colours"]): string {
  return colours.blueBright(`${String(line).padStart(gutter)} |`);
}

/** The beginning of a line, at most `room` columns of it. */
function shortened(text: string, room: number): string {
  return excerpt({ line: 0, text, column: 1, columns: 1, label: "" }, room).text;
}

function excerpt({ text, column, columns }: Quote, room: number): Excerpt {
  const all = glyphs(text);
  const [from, to] = window(all, column - 1, column - 1 + columns, room);
  const shown = all.slice(from, to);
  const [before, after] = [from > 0 ? "…" : "", to < all.length ? "…" : ""];
  const indent = before.length + width(shown.filter(({ offset }) => offset < column - 1));
  const pointed = shown.filter(({ offset }) => offset >= column - 1 && offset < column - 1 + columns);
  return {
    text: before + shown.map((glyph) => glyph.shown).join("") + after,
    indent,
    carets: Math.max(width(pointed), 1),
  };
}

/** Which glyphs to show: all, or those from the start, or some with a third of the room before the value. */
function window(all: readonly Glyph[], start: number, end: number, room: number): readonly [number, number] {
  if (width(all) <= room) return [0, all.length];
  const space = room - "……".length;
  if (width(all.filter(({ offset }) => offset < end)) <= space) return [0, reach(all, 0, space)];
  const value = all.filter(({ offset }) => offset < start).length;
  const from = value - reach(all.slice(0, value).reverse(), 0, space / 3);
  const to = reach(all, from, space);
  if (to < all.length) return [from, to];
  return [all.length - reach([...all].reverse(), 0, space), to];
}

/** How far glyphs from `from` on fit into `space` columns. */
function reach(all: readonly Glyph[], from: number, space: number): number {
  let to = from;
  for (let left = space; to < all.length; to++) {
    left -= (all[to] as Glyph).columns;
    if (left < 0) break;
  }
  return to;
}

function width(some: readonly Glyph[]): number {
  return some.reduce((sum, { columns }) => sum + columns, 0);
}

interface Row {
  readonly indent: number;
  readonly text: string;
}

/** Carets with their label behind them, or below them, as far left as it takes. */
function labelled(indent: number, carets: string, label: string, room: number): readonly Row[] {
  if (indent + carets.length + 1 + label.length <= room) return [{ indent, text: `${carets} ${label}`.trimEnd() }];
  return [
    { indent, text: carets },
    { indent: Math.max(Math.min(indent, room - label.length), 0), text: label },
  ];
}
