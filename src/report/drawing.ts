// A drawing of the pages around a violation, as the ledger saw them just before it.
//
//   384     392         404 408
//   |       |           |   |
//   AAAAAAAA............BBBB........
//        ^ 389
//   A = 384..391 served at line 3, B = 404..407 served at line 9, . = free
//
//  1. It is at most `DRAWING_COLUMNS` wide, plain ASCII, and says everything without colour.
//  2. Up to `CELLS` pages one cell is one page. Above that each piece gets its share of the cells, and at
//     least one, and the legend says so.
//  3. A tick stands where a piece starts: two free blocks side by side are told apart by it. A piece
//     whose pfn finds no room above its tick goes without.
//  4. Carets mark the pages at issue, as far as they lie in the window.

import type { FrameRange } from "../../model/geometry.ts";
import type { Piece, Violation } from "../../model/violation.ts";
import { rangeName, servedAt, type Naming } from "./names.ts";
import { wrappedList } from "./wrap.ts";

export const DRAWING_COLUMNS = 72;

const CELLS = 64;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** What a cell of each state shows; live blocks get letters. */
const SIGNS = { free: ".", withheld: "?", unknown: "~", unmanaged: "#" } as const;

const MEANINGS: Readonly<Record<keyof typeof SIGNS, string>> = {
  free: "free",
  withheld: "neither live nor free",
  unknown: "unknown",
  unmanaged: "not managed",
};

/** A piece with its place in the drawing. */
interface Drawn {
  readonly piece: Piece;
  readonly column: number;
  readonly cells: number;
  readonly sign: string;
}

/** The drawing, line by line; no lines where the violation carries no neighbourhood. */
export function drawing({ around, frames }: Pick<Violation, "around" | "frames">, naming: Naming): readonly string[] {
  if (around.length === 0) return [];
  const drawn = laidOut(around.slice(0, LETTERS.length));
  const bar = drawn.map(({ sign, cells }) => sign.repeat(cells)).join("");
  return [ruler(drawn, frames), ticks(drawn), bar, ...carets(drawn, frames), ...legend(drawn, naming)];
}

/** Gives each piece its cells and its sign, from left to right. */
function laidOut(pieces: readonly Piece[]): readonly Drawn[] {
  const cells = shares(pieces.map(({ start, end }) => end - start));
  let column = 0;
  let letter = 0;
  return pieces.map((piece, index) => {
    const drawn = {
      piece,
      column,
      cells: cells[index] as number,
      sign: piece.state === "live" ? (LETTERS[letter++] as string) : SIGNS[piece.state],
    };
    column += drawn.cells;
    return drawn;
  });
}

/** Cells for pieces of these lengths: one each, the rest in proportion, larger pieces first where it does not come out even. */
function shares(lengths: readonly number[]): readonly number[] {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total <= CELLS) return lengths;
  const spare = CELLS - lengths.length;
  const cells = lengths.map((length) => 1 + Math.floor((spare * length) / total));
  const left = CELLS - cells.reduce((sum, each) => sum + each, 0);
  const largestFirst = lengths.map((_, index) => index).sort((a, b) => (lengths[b] as number) - (lengths[a] as number));
  for (const index of largestFirst.slice(0, left)) cells[index] = (cells[index] as number) + 1;
  return cells;
}

/** The first pfn of each piece above its tick, where there is room; pieces with pages at issue come first. */
function ruler(drawn: readonly Drawn[], frames: readonly FrameRange[]): string {
  const atIssue = drawn.filter(({ piece }) => frames.some(({ start, end }) => start < piece.end && piece.start < end));
  let row = " ".repeat(DRAWING_COLUMNS);
  for (const { piece, column } of [...atIssue, ...drawn]) {
    const label = String(piece.start);
    const end = column + label.length;
    const isFree = row.slice(Math.max(column - 1, 0), end + 1).trim() === "";
    if (isFree && end <= DRAWING_COLUMNS) row = row.slice(0, column) + label + row.slice(end);
  }
  return row.trimEnd();
}

function ticks(drawn: readonly Drawn[]): string {
  return drawn.reduce((row, { column }) => `${row.padEnd(column)}|`, "");
}

/** Marks the pages at issue; a single range is named beside its carets. */
function carets(drawn: readonly Drawn[], frames: readonly FrameRange[]): readonly string[] {
  const start = (drawn[0] as Drawn).piece.start;
  const end = (drawn.at(-1) as Drawn).piece.end;
  const marked = new Set<number>();
  for (const range of frames) {
    const first = Math.max(Math.floor(range.start), start);
    const last = Math.min(Math.ceil(range.end), end) - 1;
    if (first > last) continue;
    for (let column = columnOf(drawn, first); column <= columnOf(drawn, last); column++) marked.add(column);
  }
  if (marked.size === 0) return [];
  const row = Array.from({ length: Math.max(...marked) + 1 }, (_, column) => (marked.has(column) ? "^" : " ")).join("");
  const [only] = frames;
  const named = only !== undefined && frames.length === 1 ? `${row} ${rangeName(only)}` : row;
  return [named.length <= DRAWING_COLUMNS ? named : row];
}

/** Beyond 2^53 the last page of a range cannot be told from its end: it stands in the last cell. */
function columnOf(drawn: readonly Drawn[], pfn: number): number {
  const { piece, column, cells } = (drawn.find((each) => pfn < each.piece.end) ?? drawn.at(-1)) as Drawn;
  const cell = Math.floor(((pfn - piece.start) * cells) / (piece.end - piece.start));
  return column + Math.min(cell, cells - 1);
}

/** What the letters and signs of this drawing mean. */
function legend(drawn: readonly Drawn[], naming: Naming): readonly string[] {
  const blocks = drawn.flatMap(({ piece, sign }) =>
    piece.state === "live" ? [`${sign} = ${rangeName(piece)} ${servedAt(piece.since, naming)}`] : [],
  );
  const states = new Set(drawn.map(({ piece }) => piece.state));
  const signs = (Object.keys(SIGNS) as (keyof typeof SIGNS)[])
    .filter((state) => states.has(state))
    .map((state) => `${SIGNS[state]} = ${MEANINGS[state]}`);
  const toScale = drawn.every(({ piece, cells }) => cells === piece.end - piece.start);
  return wrappedList([...blocks, ...signs, ...(toScale ? [] : ["not to scale"])], DRAWING_COLUMNS);
}
