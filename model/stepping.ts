// A call in atomic steps: what another processor may come between, and what it may not.
//
//  1. A call is a generator. Each piece of it, up to its next pause or its end, is one atomic step.
//  2. A pause says what the step behind it does, and when that may be taken at all: a lock is waited for with `when`,
//     not in a loop, so that a call that waits takes no steps.
//  3. What a call remembers between its steps is its own; everything else is in the state that is saved.

/** Where a call pauses. */
export interface Pause {
  /** What the next step does, such as "unlink 4:2". */
  readonly step: string;
  /** May the next step be taken now? */
  readonly when: () => boolean;
}

/** A call that pauses between its steps. */
export type Stepping<Answer> = Generator<Pause, Answer, undefined>;

/** A pause before a step that nothing keeps from being taken. */
export function before(step: string): Pause {
  return { step, when: always };
}

function always(): boolean {
  return true;
}
