// Who judges the steps of a search, and what the client holds meanwhile.
//
//  1. A judge keeps the client's side of a state: which blocks it holds. A searched state is the subject's bytes and
//     this side together, so a subject that forgets what it served is found out however long that takes to show.
//  2. The relation of model/ decides (`LedgerJudge`). Where a pool and its profile allow, bit masks answer first
//     (`MaskJudge`): they say "fine" only where the relation would, and leave everything else to it.
//  3. A step blamed on the client alone is no failure: the search misbehaves on purpose.

import type { Command, Outcome, Snapshot } from "../../model/command.ts";

/** A step's judgement: as it should be, the client's own fault (so nothing changed), or a broken law. */
export type Judgement = "fine" | "client" | "broken";

export type HeldBlock = readonly [pfn: number, pages: number];

export interface Judge {
  /** Words that the client's side takes in a row. */
  readonly words: number;
  /** Nothing is held. */
  start(): void;
  /** The client's side of the state at `rows[at]` is what the next steps begin with. */
  load(rows: Int32Array, at: number): void;
  /** Pages of the block held at this head, 0 if none is, in the state that was loaded. */
  heldAt(pfn: number): number;
  /** Judges a step from the state that was loaded. `before` shows the lists there; it is asked for rarely. */
  step(command: Command, outcome: Outcome, before: () => Snapshot | null): Judgement;
  /** Nothing was done: what is seen next is seen in the state that was loaded. */
  stay(): void;
  /** Is nothing held after the last step? */
  holdsNothing(): boolean;
  /** The blocks that are held after the last step, each with its pages. */
  blocks(): readonly HeldBlock[];
  /** Writes the client's side after the last step to `row[at]`. */
  save(row: Int32Array, at: number): void;
  /** Judges what is seen after the last step, or after `start`. */
  observe(seen: Command, outcome: Outcome): Judgement;
}
