// What a search can try commands on: an allocator that answers, shows its lists, and whose state is bytes.
//
// It is the part of a target's session (src/targets/target.ts) that a search uses, so that a session is a subject
// as it is.

import type { Command, Counts, Outcome, Snapshot } from "../../model/command.ts";

/** A state that can be copied out and back. */
export interface SubjectMemory {
  /** Bytes of a state; more from then on, if the subject grows. */
  readonly byteLength: number;
  save(row: Uint8Array, at: number): void;
  restore(row: Uint8Array, at: number): void;
  /** The same state as words, if they can be told and set one by one; else null. */
  readonly words: StateWords | null;
}

/** The words of a state where they lie. Their bytes are those that `save` writes, in its order. */
export interface StateWords {
  /** How many there are; more once the state has grown. */
  readonly count: number;
  /** Writes to `places` which words differ from `words`, in rising order; how many these are. */
  differences(words: Int32Array, places: Int32Array): number;
  /** The word at a place, as it was when the differences were told last. */
  at(place: number): number;
  /** Makes the words at the first `count` of these places what they are in `words`. */
  write(words: Int32Array, places: Int32Array, count: number): void;
}

/** An allocator with one pool. What it cannot show is null, and a death as it shows something is an outcome. */
export interface Subject {
  answer(command: Command): Outcome;
  snapshot(): Snapshot | Outcome | null;
  counts(): Counts | Outcome | null;
  /** The pool as it was opened. */
  reset(): void;
}

/** Calls that an allocator may have. */
export type SubjectCall = "alloc" | "alloc-pages" | "free" | "free-order" | "free-pages" | "add" | "remove";
