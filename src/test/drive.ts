// Drives a target with a random client and asks the one relation about every answer.
//
//  1. A run follows from its options alone: equal options give equal runs. It stops at the first violation.
//  2. Every `lookEvery` commands the free lists and the counts are looked at, as far as the target shows them, then
//     again one command later, so that the laws about a single call between two snapshots are judged as well.
//  3. At its end a run gives everything back and looks once more: law `drained`.
//  4. Where a run can be judged in numbers (quick-run.ts) it is, thirty times as fast. As soon as something is odd there,
//     the run is played again before the relation, and what that says is the result. Where the target does not repeat
//     what it did, the relation is shown the answers that were kept.
//  5. A violation blamed on the client is no failure: silence is what such a profile answers to misuse, and the
//     ledger is right to say whose fault it is.

import { formatStep } from "../../model/notation.ts";
import type { Violation } from "../../model/violation.ts";
import type { Move, Script } from "../targets/script.ts";
import type { LawCounts } from "../search/judged.ts";
import { answerOf } from "../../model/numbers.ts";
import { Client, type Speech } from "./client.ts";
import { recorded } from "./judged-run.ts";
import type { QuickPool } from "./quick-pool.ts";
import { QuickRun } from "./quick-run.ts";
import { createRandom } from "./random.ts";
import { Stage, type Playing } from "./stage.ts";
import { countMove, createTally, type Tally } from "./tally.ts";

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
  const { stage } = options;
  if (stage.quick === null) return driveByRelation(options);
  const run = quickRun(stage, stage.quick, options.seed, speechOf(options));
  if (playOut(run, options)) return resultOf(run);
  const { seen } = run;
  const again = driveByRelation(options);
  if (again.failure !== null) return again;
  const target = recorded("recorded", stage.session, [{ opening: stage.opening, script: [], ...seen }]);
  const kept = driveByRelation({ ...options, stage: new Stage(target, stage.opening, stage.eyes) });
  return kept.failure === null ? again : kept;
}

/** The same run before the relation alone: slow, and for every pool and profile. */
export function driveByRelation(options: DriveOptions): DriveResult {
  const run = new Run(options.stage, options.seed, speechOf(options));
  playOut(run, options);
  return run.result();
}

/** A run as it is played out, however it is judged. Each of its steps answers whether it goes on. */
interface Playable {
  readonly client: Client;
  call(): boolean;
  look(): boolean;
}

/** Gives the commands, then gives everything back; false if the run ended before that. */
function playOut(run: Playable, { commands, lookEvery }: DriveOptions): boolean {
  if (!run.look()) return false;
  for (let number = 1; number <= commands; number++) {
    if (!run.call()) return false;
    if (number % lookEvery <= 1 && !run.look()) return false;
  }
  run.client.leave();
  while (!run.client.isDone) if (!run.call()) return false;
  return run.look();
}

/** The same run in numbers, as far as it goes there: null where something is odd. */
export function driveInNumbers(options: DriveOptions): DriveResult | null {
  const { stage, seed } = options;
  if (stage.quick === null) return null;
  const run = quickRun(stage, stage.quick, seed, speechOf(options));
  return playOut(run, options) ? resultOf(run) : null;
}

function resultOf({ commands, tally, laws }: QuickRun): DriveResult {
  return { commands, tally, laws, failure: null };
}

/** What a client of this seed does in the pool of this stage, as a script of so many moves. */
export function drawScript(stage: Stage, seed: number, speech: Speech, length: number): Script {
  const run = stage.quick === null ? new Run(stage, seed, speech) : quickRun(stage, stage.quick, seed, speech);
  const script: Move[] = [];
  while (script.length < length && run.call()) script.push(run.client.move());
  return script;
}

function speechOf({ stage, takesFractions }: DriveOptions): Speech {
  const { calls, takesZones } = stage.session;
  return { calls, takesZones, takesFractions };
}

function quickRun({ opening, eyes }: Stage, pool: QuickPool, seed: number, speech: Speech): QuickRun {
  pool.begin();
  return new QuickRun(pool, new Client(opening, pool.judge, createRandom(seed), speech), eyes);
}

/** One run: guards the client and what was counted so far. */
class Run implements Playable {
  readonly client: Client;
  readonly #playing: Playing;
  readonly #laws: LawCounts = new Map();
  readonly #tally: Tally;
  readonly #script: Move[] = [];
  #commands = 0;

  constructor(stage: Stage, seed: number, speech: Speech) {
    const { opening } = stage;
    this.#playing = stage.begin();
    this.#playing.laws = this.#laws;
    this.#playing.ledger.gathersEvidence = false;
    this.#tally = createTally(opening.geometry.maxOrder);
    this.client = new Client(opening, this.#playing.freePages, createRandom(seed), speech);
  }

  /** One call of the client, answered, judged and counted. */
  call(): boolean {
    this.client.draw();
    const move = this.client.move();
    this.#script.push(move);
    const outcome = this.#playing.give(move);
    if (outcome === null) return true;
    this.#commands++;
    countMove(this.#tally, move, outcome);
    this.client.answered(outcome.kind === "block" ? outcome.pfn : answerOf(outcome));
    return this.#playing.failure === null;
  }

  look(): boolean {
    if (this.#playing.look()) this.#tally.looks++;
    return this.#playing.failure === null;
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
