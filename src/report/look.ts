// How a text report looks: its colours and its width.
//
//  1. Both are arguments: nothing here asks whether there is a terminal.
//  2. Quoted lines may take the whole width, sentences at most `COLUMNS_MAX`.

import type picocolors from "picocolors";

export type Colours = ReturnType<typeof picocolors.createColors>;

export interface Look {
  readonly colours: Colours;
  /** Width of the terminal. */
  readonly columns: number;
}

/** Sentences wider than this tire the eye, however wide the terminal is. */
const COLUMNS_MAX = 100;

/** The columns that sentences may take. */
export function readingColumns({ columns }: Look): number {
  return Math.min(columns, COLUMNS_MAX);
}
