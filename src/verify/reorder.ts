// Concurrent histories: events with a time of call and of return, put into the order in which they must count.
//
//  1. A block is surely live from the return of its allocation to the call of its free. So an allocation
//     counts at its return and a free at its call: two blocks that overlap then are sound evidence, whatever
//     order the calls really took effect in.
//  2. A refusal or an observation saw some instant between its call and its return. It is evidence only if no
//     other call was under way in between; otherwise it is handed on as not `alone`.
//  3. Events arrive roughly in order. At most `WINDOW` of them wait to be sorted; one that arrives later than
//     that is handed on at once, as `late`, and proves nothing.
//
// Why this is sound: docs/trace-format.md, "Concurrent histories".

import type { Command, Outcome } from "../../model/command.ts";
import type { Interval } from "../trace/event.ts";

const WINDOW = 2 ** 16;

/** An event that waits for its turn; commands and outcomes are copies. */
export interface Waiting {
  readonly command: Command;
  readonly outcome: Outcome;
  readonly line: number;
  readonly text: string;
  readonly interval: Interval;
}

/** How an event may be used as evidence, see rules 2 and 3. */
export type Standing = "alone" | "overlapped" | "late";

/** Sorts events by the time at which they count, in bounded memory. */
export class Reorder {
  readonly #release: (event: Waiting, standing: Standing) => void;
  /** Binary heap by `countsAt`, ties broken for frees and then by line. */
  readonly #heap: Waiting[] = [];
  #released = -Infinity;
  #returned = -Infinity;

  constructor(release: (event: Waiting, standing: Standing) => void) {
    this.#release = release;
  }

  add(event: Waiting): void {
    if (countsAt(event) < this.#released) {
      this.#release(event, "late");
      return;
    }
    this.#heap.push(event);
    this.#rise(this.#heap.length - 1);
    if (this.#heap.length > WINDOW) this.#next();
  }

  flush(): void {
    while (this.#heap.length > 0) this.#next();
  }

  #next(): void {
    const event = this.#pop();
    const { called, returned } = event.interval;
    const alone = this.#returned <= called && !this.#heap.some((other) => other.interval.called < returned);
    this.#released = countsAt(event);
    this.#returned = Math.max(this.#returned, returned);
    this.#release(event, needsQuiet(event) && !alone ? "overlapped" : "alone");
  }

  #pop(): Waiting {
    const first = this.#heap[0] as Waiting;
    const last = this.#heap.pop() as Waiting;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #rise(from: number): void {
    const heap = this.#heap;
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!isBefore(heap[at] as Waiting, heap[parent] as Waiting)) return;
      [heap[at], heap[parent]] = [heap[parent] as Waiting, heap[at] as Waiting];
      at = parent;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      if (left >= heap.length) return;
      const right = left + 1;
      const child = right < heap.length && isBefore(heap[right] as Waiting, heap[left] as Waiting) ? right : left;
      if (!isBefore(heap[child] as Waiting, heap[at] as Waiting)) return;
      [heap[at], heap[child]] = [heap[child] as Waiting, heap[at] as Waiting];
      at = child;
    }
  }
}

/** The time at which an event counts: rule 1. What gives nothing and takes nothing counts at its call. */
function countsAt({ outcome, interval }: Waiting): number {
  return outcome.kind === "block" ? interval.returned : interval.called;
}

/** Is the event evidence only while nothing else happens? */
function needsQuiet({ command, outcome }: Waiting): boolean {
  if (command.kind === "snapshot" || command.kind === "counts") return true;
  return outcome.kind === "refused" && (command.kind === "alloc" || command.kind === "alloc-pages");
}

function isBefore(one: Waiting, other: Waiting): boolean {
  const difference = countsAt(one) - countsAt(other);
  if (difference !== 0) return difference < 0;
  const oneGives = one.outcome.kind === "block";
  const otherGives = other.outcome.kind === "block";
  return oneGives === otherGives ? one.line < other.line : !oneGives;
}
