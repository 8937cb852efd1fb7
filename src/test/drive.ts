// Drives a target with a random client and asks the one relation about every answer.
//
//  1. A run follows from its options alone: equal options give equal runs. It stops at the first violation.
//  2. Every `lookEvery` commands the free lists and the counts are looked at, as far as the target shows them, then
//     again one command later, so that the laws about a single call between two snapshots are judged as well.
//  3. At its end a run gives everything back and looks once more: law `drained`.
//  4. A violation blamed on the client is no failure: silence is what such a profile answers to misuse, and the
//     ledger is right to say whose fault it is.

import { formatStep } from "../../model/notation.ts";
import type { Violation } from "../../model/violation.ts";
import type { Move, Script } from "../targets/script.ts";
import { Client } from "./client.ts";
import { countMove, createTally, type Tally } from "./tally.ts";
import type { LawCounts } from "../search/judged.ts";
import { createRandom } from "./random.ts";
import type { Playing, Stage } from "./stage.ts";

export interface DriveOptions {
  readonly stage: Stage;
  readonly seed: number;
  /** Calls before everything is given back. */
  readonly commands: number;
  readonly lookEvery: number;
  /** Can the target be given an address inside a page? */
  readonly takesFractions: boolean;
}

/** The first broken law of a run. */
export interface DriveFailure {
  /** Number of the command, from 1; 0 for the pool as it was found. */
  readonly command: number;
  readonly violations: readonly Violation[];
  /** The last steps in notation, the broken one at the end. */
  readonly trace: string;
  /** All moves of the run. */
  readonly script: Script;
}

export interface DriveResult {
  readonly commands: number;
  readonly tally: Tally;
  readonly laws: LawCounts;
  readonly failure: DriveFailure | null;
}

/** Steps of a failed run that are shown. */
const STEPS_SHOWN = 12;

/** Runs one client against one target. */
export function drive(options: DriveOptions): DriveResult {
  const run = new Run(options);
  run.look();
  for (let number = 1; number <= options.commands && run.goesOn; number++) {
    run.call();
    if (number % options.lookEvery <= 1) run.look();
  }
  run.drain();
  return run.result();
}

/** One run: guards the client and what was counted so far. */
class Run {
  readonly #playing: Playing;
  readonly #client: Client;
  readonly #laws: LawCounts = new Map();
  readonly #tally: Tally;
  readonly #script: Move[] = [];
  #commands = 0;

  constructor({ stage, seed, takesFractions }: DriveOptions) {
    const { geometry } = stage.opening;
    const { calls, takesZones } = stage.session;
    const random = createRandom(seed);
    this.#playing = stage.begin();
    this.#playing.laws = this.#laws;
    this.#playing.ledger.gathersEvidence = false;
    this.#tally = createTally(geometry.maxOrder);
    this.#client = new Client(this.#playing.ledger, random, { calls, takesZones, takesFractions });
  }

  get goesOn(): boolean {
    return this.#playing.failure === null;
  }

  /** One call of the client, answered, judged and counted. */
  call(): void {
    const move = this.#client.next();
    this.#script.push(move);
    const outcome = this.#playing.give(move);
    if (outcome === null) return;
    this.#commands++;
    countMove(this.#tally, move, outcome);
    this.#client.answered(move, outcome);
  }

  look(): void {
    if (this.#playing.look()) this.#tally.looks++;
  }

  drain(): void {
    this.#client.leave();
    while (this.goesOn && !this.#client.isDone) this.call();
    this.look();
  }

  result(): DriveResult {
    const { failure } = this.#playing;
    const found =
      failure === null
        ? null
        : {
            command: this.#commands,
            violations: failure.violations,
            trace: this.#shown(),
            script: this.#script,
          };
    return { commands: this.#commands, tally: this.#tally, laws: this.#laws, failure: found };
  }

  #shown(): string {
    const { steps, ledger } = this.#playing;
    const { basePfn } = ledger.geometry;
    const last = steps.slice(-STEPS_SHOWN);
    return last.map(({ command, outcome }) => formatStep(command, outcome, basePfn) ?? command.kind).join(" ");
  }
}
