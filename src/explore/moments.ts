// What makes two moments of a group one: the states between the steps of calls that are under way.
//
//  1. A moment is the memory, and for each call what it remembers. That is hidden in a generator. But a call is a
//     function of its command and of the memory that each of its steps found: two calls with one command whose steps
//     found equal memories remember the same. So a call is told by its history: its command, then those memories.
//  2. Equal moments go on alike, whatever schedules led to them, so only the first is followed. No schedule is lost.
//  3. Histories keep apart more than must be kept apart (a step may not have looked at what differed). That costs
//     time and hides nothing: no promise of the target is needed but that its memory is all that calls share.
//  4. Calls know not on which processor they run. So moments whose calls have changed places are one.
//  5. A moment also has who took the last step, for the schedules with the fewest switches are looked for, and for
//     each call which others had returned before it was called, for its answer is judged by that.
//
// Source: the visited sets of explicit-state model checkers; Flanagan, Godefroid (2005) on why histories of accesses
// determine local states.

import type { SubjectMemory } from "../search/subject.ts";
import { RowPool } from "../search/rows.ts";
import { VisitedSet } from "../search/visited.ts";

/** A call in its group, as far as it tells moments apart. */
export interface Told {
  /** Number of its history; see rule 1. */
  readonly history: number;
  /** Bit i: call i had returned when this one was called. */
  readonly after: number;
}

/** Numbers the memories, histories and moments of one group. */
export class Moments {
  readonly #memories: VisitedSet;
  /** Rows of two words: the history so far (or the command, below 0), and the memory that the next step found. */
  readonly #histories: VisitedSet = new VisitedSet(new RowPool(2));
  readonly #moments: VisitedSet;
  readonly #memory: SubjectMemory;
  #row: Int32Array;
  readonly #pair = new Int32Array(2);
  readonly #moment: Int32Array;

  /** For groups of up to `calls` calls. */
  constructor(memory: SubjectMemory, calls: number) {
    this.#memory = memory;
    this.#row = new Int32Array(wordsOf(memory));
    this.#memories = new VisitedSet(new RowPool(this.#row.length));
    this.#moment = new Int32Array(2 + 2 * calls);
    this.#moments = new VisitedSet(new RowPool(this.#moment.length));
  }

  /** The number of the memory as it is. */
  memoryNow(): number {
    const words = wordsOf(this.#memory);
    if (words > this.#row.length) {
      this.#row = new Int32Array(words);
      this.#memories.pool.widen(words);
    }
    this.#row.fill(0);
    this.#memory.save(new Uint8Array(this.#row.buffer), 0);
    return this.#memories.add(this.#row);
  }

  /** The history of a call of this command (its letter) whose first piece found this memory, -1 if it did not look. */
  begun(letter: number, memory: number): number {
    return this.wentOn(-1 - letter, memory);
  }

  /** The history that this one becomes by a step that found this memory. */
  wentOn(history: number, memory: number): number {
    this.#pair[0] = history;
    this.#pair[1] = memory;
    return this.#histories.add(this.#pair);
  }

  /** The number of a moment, `last` being the call that took the last step. Those that are new count up. */
  numberOf(memory: number, last: number, calls: readonly Told[]): number {
    const row = this.#moment.fill(0);
    row[0] = memory;
    row[1] = 1 + (calls[last]?.history ?? -1);
    // A bit names a call by its place, so calls change places only where there is no bit yet.
    const mayMove = calls.every(({ after }) => after === 0);
    const placed = mayMove ? calls.toSorted((one, other) => one.history - other.history) : calls;
    placed.forEach(({ history, after }, at) => {
      row[2 + 2 * at] = history + 1;
      row[3 + 2 * at] = after;
    });
    return this.#moments.add(row);
  }

  get count(): number {
    return this.#moments.pool.count;
  }
}

function wordsOf({ byteLength }: SubjectMemory): number {
  return Math.ceil(byteLength / 4);
}
