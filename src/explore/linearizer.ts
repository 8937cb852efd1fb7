// Judges calls that overlapped: is there an order of them in which the relation accepts every answer?
//
//  1. A call takes effect at one moment between its call and its return. So an order may put any two calls either way,
//     unless one had returned before the other was called.
//  2. An order explains what was seen if the relation accepts each answer in turn, and the free lists after the last.
//     One such order is enough; that there is none is a violation.
//  3. A call that has not returned, because another one died, may have taken effect or not: of a free that can matter,
//     for what it freed is not live any more. It then counts as accepted. Nothing is seen after a death.
//  4. Which of the free blocks was picked depends on the order, and so does what fits best. These two laws are left out,
//     as `verify` leaves them out of concurrent histories: `profileFor`.
//
// With n calls there are at most n! orders; groups are of two or three.
//
// Source: Herlihy, Wing, Linearizability (1990); Wing, Gong, Testing and verifying concurrent objects (1993).

import { OK, type Command, type Outcome } from "../../model/command.ts";
import type { Profile } from "../../model/profile.ts";
import type { Judge } from "../search/judge.ts";

/** A call of a group. */
export interface Operation {
  readonly command: Command;
  /** Its answer; null if it has not returned. */
  readonly outcome: Outcome | null;
  /** Bit i: call i of the group had returned when this one was called. */
  readonly after: number;
}

/** The promises that do not depend on the order of calls. */
export function profileFor(profile: Profile): Profile {
  return { ...profile, fit: "any", placement: "any", servedHalf: "any" };
}

/** Looks for orders; the client's side of a state is a row of the judge's. */
export class Linearizer {
  readonly #judge: Judge;
  /** The client's side after so many calls of an order. */
  readonly #sides: Int32Array[] = [];
  #operations: readonly Operation[] = [];
  /** The order that was found last: numbers of calls. */
  order: readonly number[] = [];
  readonly #placed: number[] = [];

  constructor(judge: Judge) {
    this.#judge = judge;
  }

  /**
   * Is there an order that explains these answers, from the client's side in `side` on, and then what is seen? The
   * judge is asked by `isSeenFine`, and stands at that order's end when this answers true.
   */
  isExplained(side: Int32Array, operations: readonly Operation[], isSeenFine: () => boolean): boolean {
    this.#operations = operations;
    return this.#goOn(side, 0, 0, isSeenFine);
  }

  /** Tries every call that may come next; `placed` has a bit for each that was, in whatever order. */
  #goOn(side: Int32Array, placed: number, depth: number, isSeenFine: () => boolean): boolean {
    const operations = this.#operations;
    let isLast = true;
    for (let at = 0; at < operations.length; at++) {
      const { command, outcome, after } = operations[at] as Operation;
      if ((placed & (1 << at)) !== 0) continue;
      const pending = outcome === null;
      if (!pending) isLast = false;
      if ((after & ~placed) !== 0 || (pending && !isFree(command))) continue;
      this.#judge.load(side, 0);
      if (this.#judge.step(command, outcome ?? OK, () => null) === "broken") continue;
      this.#sides[depth] ??= new Int32Array(side.length);
      const next = this.#sides[depth];
      this.#judge.save(next, 0);
      this.#placed[depth] = at;
      if (this.#goOn(next, placed | (1 << at), depth + 1, isSeenFine)) return true;
    }
    if (!isLast || !isSeenFine()) return false;
    this.order = this.#placed.slice(0, depth);
    return true;
  }
}

function isFree({ kind }: Command): boolean {
  return kind === "free" || kind === "free-order" || kind === "free-pages";
}
