// What came of every command in some states, written down so that another thread can go on with it.
//
//  1. States arrive as plain rows (subject-space.ts, rule 1), one behind the other. In each, first the lists are judged,
//     then every command is given, as a search on one thread does when it finds the state and when it expands it.
//  2. The record of a state: how many looks were judged (snapshots, counts, those with nothing held), then a word for
//     each command: its move, what it was answered, and how many words of the row it changed; these follow, each as its
//     place and its value:
//
//       move | answer << 3 | changed << 6     place value  place value ...
//
//  3. What breaks a law or cannot be explored ends the record, and says no more: one thread finds it again.

import { BROKEN, MOVED, type Move } from "./space.ts";
import { answerOf, type SubjectSpace } from "./subject-space.ts";

/** States to expand, or only to look at. */
export interface ExpansionTask {
  /** Rows of `words` words each. */
  readonly rows: Int32Array;
  readonly words: number;
  readonly does: "expand" | "look";
}

export interface Expansion {
  readonly records: Int32Array;
  readonly isBroken: boolean;
}

const MOVE_MASK = 7;
const ANSWER_SHIFT = 3;
const CHANGED_SHIFT = 6;

/** Looks that a record begins with. */
export const LOOKS = 3;

/** Carries a task out; `ended` is told of each state that came to its end. */
export function expand(space: SubjectSpace, { rows, words, does }: ExpansionTask, ended: () => void): Expansion {
  space.widenTo(words);
  const records = new Records();
  for (let at = 0; at < rows.length; at += words) {
    const row = new Int32Array(space.row.length);
    row.set(rows.subarray(at, at + words));
    const isFine = expandOne(space, row, does, records);
    if (!isFine) return { records: records.written, isBroken: true };
    ended();
  }
  return { records: records.written, isBroken: false };
}

/** False if a law is broken, or the target is in trouble. */
function expandOne(space: SubjectSpace, loaded: Int32Array, does: ExpansionTask["does"], records: Records): boolean {
  const { snapshots, counts, drained } = space.looks;
  const start = records.count;
  for (let look = 0; look < LOOKS; look++) records.push(0);
  space.load(loaded, 0);
  if (!space.inspectLoaded()) return false;
  const commandCount = does === "expand" ? space.commandCount : 0;
  for (let command = 0; command < commandCount; command++) {
    const move = space.step(command);
    if (move === BROKEN) return false;
    const header = records.count;
    records.push(0);
    const changed = move === MOVED ? pushChanges(records, loaded, space.row) : 0;
    records.set(header, move | (answerOf(space.outcome) << ANSWER_SHIFT) | (changed << CHANGED_SHIFT));
  }
  records.set(start, space.looks.snapshots - snapshots);
  records.set(start + 1, space.looks.counts - counts);
  records.set(start + 2, space.looks.drained - drained);
  return true;
}

function pushChanges(records: Records, loaded: Int32Array, row: Int32Array): number {
  let changed = 0;
  for (let place = 0; place < row.length; place++) {
    const value = row[place] as number;
    if (value === (place < loaded.length ? loaded[place] : 0)) continue;
    records.pushPair(place, value);
    changed++;
  }
  return changed;
}

/** Words that are written one after the other. */
class Records {
  count = 0;
  #words: Int32Array = new Int32Array(1 << 12);

  push(word: number): void {
    if (this.count === this.#words.length) {
      const larger = new Int32Array(2 * this.count);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words[this.count++] = word;
  }

  pushPair(first: number, second: number): void {
    this.push(first);
    this.push(second);
  }

  set(at: number, word: number): void {
    this.#words[at] = word;
  }

  get written(): Int32Array {
    return this.#words.slice(0, this.count);
  }
}

/** Reads records back, in the order in which they were written. */
export class RecordReader {
  move: Move = MOVED;
  answer = 0;
  /** Words of the row that the command changed: `places[i]` is `values[i]` now. */
  changed = 0;
  readonly #records: Int32Array;
  #at = 0;

  constructor(records: Int32Array) {
    this.#records = records;
  }

  /** A number that stands alone. */
  next(): number {
    return this.#records[this.#at++] as number;
  }

  /** The next command; its changes are to be read by `next`, place and value in turn. */
  command(): void {
    const header = this.next();
    this.move = (header & MOVE_MASK) as Move;
    this.answer = (header >>> ANSWER_SHIFT) & MOVE_MASK;
    this.changed = header >>> CHANGED_SHIFT;
  }
}
