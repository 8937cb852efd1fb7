// What can be searched: states as rows, and commands that lead from one to the next.
//
//  1. Commands are numbered from 0, and the same in every state; one that makes no sense in a state is passed over.
//  2. A search loads a state, then gives it every command. The space sees to it that each command starts from the
//     state that was loaded, and restores only what the last one changed.
//  3. A space judges: `step` the transition, `inspect` the state reached, which a search asks only of new states.
//  4. The row may become wider between two steps (rows.ts, rule 2); then `row` is another array from then on.

/** What came of a command. */
export type Move =
  /** It makes no sense here, and was not given. */
  | typeof PASSED
  /** It was given and changed nothing. */
  | typeof STAYED
  /** It led to the state in `row`. */
  | typeof MOVED
  /** It was the last: nobody can go on from here, and no law is broken by that. */
  | typeof ENDED
  /** It broke a law, or could not be judged at all. */
  | typeof BROKEN;

export const PASSED = 0;
export const STAYED = 1;
export const MOVED = 2;
export const ENDED = 3;
export const BROKEN = 4;

/** A state space with its laws. */
export interface Space {
  /** Commands are 0 to `commandCount - 1`. */
  readonly commandCount: number;
  /** The row of the state that the last `start` or `step` reached; its length is the width of all rows. */
  readonly row: Int32Array;
  /** Goes to the first state, which is in `row` then. */
  start(): void;
  /** Goes to the state at `rows[at]`: where the next steps begin. */
  load(rows: Int32Array, at: number): void;
  /** Gives a command in the state that was loaded. */
  step(command: number): Move;
  /** Judges the state just reached; false if it breaks a law. */
  inspect(): boolean;
}
