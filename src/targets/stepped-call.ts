// A call that is a generator, as a call in steps (target.ts): whoever drives it decides what comes in between.
//
//  1. A pause is a text, what the next step does, or `{ step, when }`: `when` says whether it may be taken now.
//  2. What a call throws, also in `when`, and what it yields that is no pause, is a crash, as in any other call.
//  3. A call that is driven alone and has to wait waits for ever: it ends in a `deadlock`.

import type { Outcome } from "../../model/command.ts";
import type { Pause } from "../../model/stepping.ts";
import type { Crashed, SteppedCall } from "./target.ts";

/** How calls end that wait for one another, or for nothing that can come. */
export const DEADLOCK: Crashed = { kind: "crashed", how: "deadlock" };

/** Is this what a generator function answers? */
export function isPausing(value: unknown): value is Iterator<unknown, unknown, undefined> {
  return (
    typeof value === "object" && value !== null && typeof (value as Partial<Iterator<unknown>>).next === "function"
  );
}

/** A call under way: guards its pause, and what became of it. */
export class PausingCall implements SteppedCall {
  outcome: Outcome | null = null;
  readonly hasLooked: boolean;
  readonly #pieces: Iterator<unknown, Outcome, undefined>;
  readonly #threw: (error: unknown) => Crashed;
  #pause: Pause | null = null;

  /** Takes the first piece. `threw` says what an error is to the client. */
  constructor(
    pieces: Iterator<unknown, Outcome, undefined>,
    threw: (error: unknown) => Crashed,
    hasLooked: boolean = true,
  ) {
    this.hasLooked = hasLooked;
    this.#pieces = pieces;
    this.#threw = threw;
    this.step();
  }

  get next(): string {
    return this.#pause?.step ?? "";
  }

  isReady(): boolean {
    if (this.outcome !== null || this.#pause === null) return false;
    try {
      return this.#pause.when();
    } catch (error) {
      this.outcome = this.#threw(error);
      return false;
    }
  }

  step(): void {
    try {
      const { done, value } = this.#pieces.next();
      if (done === true) this.outcome = value;
      else this.#pause = pauseOf(value);
    } catch (error) {
      this.outcome = this.#threw(error);
    }
  }
}

/** Takes all steps of a call that nothing else is under way beside. */
export function finish(call: SteppedCall): Outcome {
  while (call.outcome === null) {
    if (!call.isReady()) return call.outcome ?? DEADLOCK;
    call.step();
  }
  return call.outcome;
}

function pauseOf(yielded: unknown): Pause {
  if (typeof yielded === "string") return { step: yielded, when: () => true };
  const { step, when } = (typeof yielded === "object" && yielded !== null ? yielded : {}) as Partial<Pause>;
  if (typeof step === "string" && typeof when === "function") return { step, when };
  throw new TypeError("a call yielded neither the words for its next step nor { step, when }");
}
