// Concurrent histories: events with a time of call and of return, put into the order in which they must count.
//
//  1. A block is surely live from the return of its allocation to the call of its free. So an allocation
//     counts at its return and a free at its call: two blocks that overlap then are sound evidence, whatever
//     order the calls really took effect in.
//  2. A refusal or an observation saw some instant between its call and its return. It is evidence by itself only if no
//     other call was under way in between; otherwise it is handed on as `overlapped`, a refused request with the calls
//     that count later and were made before it returned: crowd.ts says what follows all the same.
//  3. Where events were lost, what counts up to the latest call counts. A call that returned later but before the first
//     call after the gap may have met what is missing, be it the free of its block: it is handed on as `cut`, and
//     proves nothing. One that returned later still counts at its return, as ever.
//  4. Events arrive roughly in order. At most `WINDOW` of them wait to be sorted; one that arrives later than
//     that is handed on at once, as `late`, and proves nothing.
//
// Why this is sound: docs/trace-format.md, "Concurrent histories".

import type { Command, FreeCommand, Outcome } from "../../model/command.ts";
import type { Interval } from "../trace/event.ts";

const WINDOW = 2 ** 16;

/** An event that waits for its turn; commands and outcomes are copies. */
export interface Waiting {
  readonly command: Command;
  readonly outcome: Outcome;
  readonly line: number;
  /** Place among the trace's events and losses, from 1. */
  readonly number: number;
  readonly text: string;
  readonly interval: Interval;
}

/** How an event may be used as evidence, see rules 2 to 4. */
export type Standing = "alone" | "overlapped" | "cut" | "late";

/** `under` are the calls of rule 2; null where not all of them are known, or for what is no refused request. */
type Release = (event: Waiting, standing: Standing, under: readonly Waiting[] | null) => void;

/** Sorts events by the time at which they count, in bounded memory. */
export class Reorder {
  readonly #release: Release;
  /** Binary heap by `countsAt`, ties broken for frees and then by line. */
  readonly #heap: Waiting[] = [];
  #released = -Infinity;
  #returned = -Infinity;
  /** Calls that were under way when events were lost, while no event has arrived since. */
  readonly #pending: Waiting[] = [];
  /** The latest call of all events that have arrived. */
  #called = -Infinity;

  constructor(release: Release) {
    this.#release = release;
  }

  add(event: Waiting): void {
    this.#called = Math.max(this.#called, event.interval.called);
    if (this.#pending.length > 0) this.#endGap(event.interval.called);
    if (countsAt(event) < this.#released) {
      this.#release(event, "late", null);
      return;
    }
    this.#push(event);
    if (this.#heap.length > WINDOW) this.#next();
  }

  flush(): void {
    this.#endGap(Infinity);
    while (this.#heap.length > 0) this.#next();
  }

  /** Events were lost here: see rule 3. */
  cut(): void {
    const known = this.#called;
    while (this.#heap.length > 0 && countsAt(this.#heap[0] as Waiting) <= known) this.#next(known);
    this.#pending.push(...this.#heap.splice(0));
  }

  /** The gap has ended with this call: what returned in it is cut, the rest waits for its return. */
  #endGap(called: number): void {
    for (const event of this.#pending.splice(0).sort((one, other) => one.line - other.line)) {
      if (event.interval.returned > called) this.#push(event);
      else {
        this.#returned = Math.max(this.#returned, event.interval.returned);
        this.#release(event, "cut", null);
      }
    }
  }

  #push(event: Waiting): void {
    this.#heap.push(event);
    this.#rise(this.#heap.length - 1);
  }

  /** Hands on the next event; what happened after `known` is not known. */
  #next(known: number = Infinity): void {
    const event = this.#pop();
    const { returned } = event.interval;
    const overlapped = needsQuiet(event) ? !this.#isAlone(event, known) : this.#mayBeSecond(event);
    this.#released = countsAt(event);
    this.#returned = Math.max(this.#returned, returned);
    const isKnown = overlapped && returned <= known && event.outcome.kind === "refused";
    const under = isKnown ? this.#heap.filter((other) => other.interval.called < returned) : null;
    this.#release(event, overlapped ? "overlapped" : "alone", under);
  }

  /** Was no other call under way while this one was? */
  #isAlone({ interval }: Waiting, known: number): boolean {
    const { called, returned } = interval;
    const isFirst = this.#returned <= called && returned <= known;
    return isFirst && !this.#heap.some((other) => other.interval.called < returned);
  }

  /** Is this a refused free that an accepted one of the same page overlaps? It is right if it took effect second. */
  #mayBeSecond({ command, outcome, interval }: Waiting): boolean {
    if (outcome.kind !== "refused" || !isFree(command)) return false;
    return this.#heap.some(
      (other) =>
        isFree(other.command) &&
        other.command.pfn === command.pfn &&
        other.outcome.kind !== "refused" &&
        other.interval.called < interval.returned,
    );
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

function isFree(command: Command): command is FreeCommand {
  return command.kind === "free" || command.kind === "free-order" || command.kind === "free-pages";
}

function isBefore(one: Waiting, other: Waiting): boolean {
  const difference = countsAt(one) - countsAt(other);
  if (difference !== 0) return difference < 0;
  const oneGives = one.outcome.kind === "block";
  const otherGives = other.outcome.kind === "block";
  return oneGives === otherGives ? one.line < other.line : !oneGives;
}
