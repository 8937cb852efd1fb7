// What an implementation under test is to the engines: it opens pools and answers commands.
//
//  1. A target in this process opens a session, which answers one command at a time. A target in a process of
//     its own is given whole scripts, because a round trip for each command would cost more than the command.
//  2. pfns are absolute on both sides of a session, as everywhere in `model/`. What an implementation counts from
//     its own start is shifted by whoever adapts it.
//  3. A crash, a trap, a hang and garbage are outcomes (`crashed`), never exceptions: they shrink like any other
//     failure. A target that cannot be opened at all has crashed before its first command (`how: "init"`).
//  4. What a target cannot show is null: the laws about it are then reported as not checked. One that crashes
//     as it shows its lists has crashed in a `snapshot` or `counts` command.
//  5. A state is bytes. Equal bytes mean equal behaviour; whoever adapts a target keeps out of them what changes
//     without meaning anything (call counters, clocks).

import type { Command, Counts, Outcome, Snapshot } from "../../model/command.ts";
import type { Geometry } from "../../model/geometry.ts";
import type { Listing } from "../../model/numbers.ts";
import type { Profile } from "../../model/profile.ts";
import type { Script } from "./script.ts";

/** What a pool is opened with. */
export interface Opening {
  readonly geometry: Geometry;
  readonly profile: Profile;
}

export type Crashed = Extract<Outcome, { readonly kind: "crashed" }>;

/** Calls that an implementation may have. It is given no others than those it has. */
export const CALLS = ["alloc", "alloc-pages", "free", "free-order", "free-pages", "add", "remove"] as const;

export type Call = (typeof CALLS)[number];

/** One pool of a target in this process, from its opening on. */
export interface Session {
  /** What it can be asked. A request may name a zone only where `takesZones` says so. */
  readonly calls: ReadonlySet<Call>;
  readonly takesZones: boolean;
  /** Gives a command and answers what the client sees of it. */
  answer(command: Command): Outcome;
  /** The free lists in list order, null where it cannot show them, or how it crashed showing them. */
  snapshot(): Snapshot | Crashed | null;
  /** Free blocks per order over all zones, likewise. */
  counts(): Counts | Crashed | null;
  /** The pool as it was opened. */
  reset(): void;
  /** The same border in numbers, where the session can do that with less; null for the way through `answer`. */
  readonly numbers: Numbers | null;
  /** The state as bytes, or null where it cannot be saved. */
  readonly memory: Memory | null;
  /** Its calls in atomic steps, or null where they run through at once. */
  readonly steps: Steps | null;
  /** What was said as it crashed last, such as an error with its stack, for reports; "" if nothing was. */
  readonly lastWords: string;
}

/** A session spoken to in numbers (model/numbers.ts). */
export interface Numbers {
  /** Blocks served so far whose pages somebody looked at and found zero. */
  readonly zeroSeen: number;
  /** The outcome behind the last answer that was odd; null before there was one. */
  readonly odd: Outcome | null;
  /** Gives a command and answers what the client sees of it. */
  call(call: number, first: number, second: number): number;
  /** Writes the free lists down: SHOWN, HIDDEN or SHOWN_ODD. */
  list(listing: Listing): number;
  /** Writes the free blocks per order, likewise. */
  count(counts: Float64Array): number;
}

/** A state that can be copied out and back. */
export interface Memory {
  /** Bytes of a state. A target that grows says more from then on. */
  readonly byteLength: number;
  /** Copies the state to `row[at]` and on. */
  save(row: Uint8Array, at: number): void;
  /** Makes the state at `row[at]` the target's own. */
  restore(row: Uint8Array, at: number): void;
  /** The same state as words that can be told and set one by one, where a target has them so; else null. */
  readonly words: MemoryWords | null;
}

/** The words of a state where they lie. Their bytes are those that `save` writes, in its order. */
export interface MemoryWords {
  readonly count: number;
  /** Writes to `places` which words differ from `words`, in rising order; how many these are. */
  differences(words: Int32Array, places: Int32Array): number;
  at(place: number): number;
  /** Makes the words at the first `count` of these places what they are in `words`. */
  write(words: Int32Array, places: Int32Array, count: number): void;
}

/** Calls that pause between atomic steps, so that several can be under way. */
export interface Steps {
  /** Begins a call: its first piece is taken, up to its first pause. */
  begin(command: Command): SteppedCall;
}

/** A call under way. It cannot be saved: whoever wants it in an earlier state begins it again. */
export interface SteppedCall {
  /** What it has answered; null while it is under way. */
  readonly outcome: Outcome | null;
  /** What its next step does, in words. */
  readonly next: string;
  /** May its first piece have looked at the state? */
  readonly hasLooked: boolean;
  /** May its next step be taken now? */
  isReady(): boolean;
  /** Takes its next step, which must be ready. */
  step(): void;
}

/** A target in this process. */
export interface SessionTarget {
  readonly kind: "session";
  /** As the user named it, for reports. */
  readonly name: string;
  /** Opens a pool. A pool that cannot be opened answers every command with `crashed`. */
  open(opening: Opening): Session;
}

/**
 * What came of a script: an outcome for each move that was given, and null for each that named no block. A crash ends
 * the script, and then `outcomes`.
 */
export interface ScriptRun {
  readonly outcomes: readonly (Outcome | null)[];
  /** Free lists after the last move, null where it cannot show them, or how it crashed showing them. */
  readonly snapshot: Snapshot | Crashed | null;
  /** What was said as it crashed, such as the end of standard error; "" if nothing was. */
  readonly lastWords: string;
}

/** A target in a process of its own. */
export interface ScriptTarget {
  readonly kind: "script";
  readonly name: string;
  /** What it can be asked, once it has been started; a target that cannot be started has no calls. */
  calls(): Promise<ReadonlySet<Call>>;
  /** Runs each script in a fresh pool, in the order given. */
  run(opening: Opening, scripts: readonly Script[]): Promise<readonly ScriptRun[]>;
  /** Ends the process. */
  close(): Promise<void>;
}

export type Target = SessionTarget | ScriptTarget;
