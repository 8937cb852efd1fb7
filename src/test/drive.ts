// Drives the reference allocator with a random client and asks the one relation about every answer.
//
//  1. A run follows from its options alone: equal options give equal runs. It stops at the first violation.
//  2. Every `lookEvery` commands the free lists and the counts are looked at, then again one command later,
//     so that the laws about a single call between two snapshots are judged as well.
//  3. At its end a run gives everything back and looks once more: law `drained`.
//  4. A violation blamed on the client is no failure where the client misbehaved on purpose: silence is
//     what such a profile answers, and the ledger is right to say whose fault it is.

import { Allocator } from "../../model/allocator.ts";
import { OK, type Command, type Outcome } from "../../model/command.ts";
import { orderFor, type Geometry } from "../../model/geometry.ts";
import { LAW_IDS, type LawId } from "../../model/invariants.ts";
import { createLedger, type Ledger } from "../../model/ledger.ts";
import { formatStep } from "../../model/notation.ts";
import type { Profile } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import type { Violation } from "../../model/violation.ts";
import { Client } from "./client.ts";
import { countLaws, type LawCounts } from "../search/judged.ts";
import { createRandom, type Random } from "./random.ts";

export interface DriveOptions {
  readonly geometry: Geometry;
  readonly profile: Profile;
  readonly seed: number;
  /** Calls before everything is given back. */
  readonly commands: number;
  readonly lookEvery: number;
  /** The laws that are judged; all by default. */
  readonly laws?: ReadonlySet<LawId>;
  /** The allocator to drive; the reference by default. */
  readonly create?: (geometry: Geometry, profile: Profile) => Allocator;
}

/** What happened, by kind. Observations are not commands. */
export interface DriveTally {
  served: number;
  refused: number;
  freed: number;
  /** Frees that were wrong and answered as the profile says. */
  misuse: number;
  /** Times that frames joined or left. */
  resized: number;
  snapshots: number;
  counts: number;
}

/** The first broken law of a run. */
export interface DriveFailure {
  /** Number of the command, from 1; 0 for the pool as it was found. */
  readonly command: number;
  readonly violations: readonly Violation[];
  /** The last steps in notation, the broken one at the end. */
  readonly trace: string;
}

export interface DriveResult {
  readonly commands: number;
  readonly tally: DriveTally;
  readonly laws: LawCounts;
  readonly failure: DriveFailure | null;
}

/** Steps of a failed run that are shown. */
const STEPS_SHOWN = 12;

/** Runs one client against one allocator. */
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

/** One run: guards the ledger, the client and what was counted so far. */
class Run {
  readonly #allocator: Allocator;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #client: Client;
  readonly #laws: LawCounts = new Map();
  readonly #tally: DriveTally = { served: 0, refused: 0, freed: 0, misuse: 0, resized: 0, snapshots: 0, counts: 0 };
  readonly #lastSteps: (readonly [Command, Outcome])[] = [];
  #commands = 0;
  #failure: DriveFailure | null = null;

  constructor(options: DriveOptions) {
    const { geometry, profile, seed, laws = new Set(LAW_IDS), create } = options;
    this.#allocator = create?.(geometry, profile) ?? new Allocator(geometry, profile);
    this.#ledger = createLedger({ geometry, profile, start: "empty", laws });
    this.#random = createRandom(seed);
    this.#client = new Client(this.#ledger, this.#random);
  }

  get goesOn(): boolean {
    return this.#failure === null;
  }

  /** One call of the client, answered, judged and counted. */
  call(): void {
    const { command, isMisuse } = this.#client.next();
    this.#ledger.now = ++this.#commands;
    const outcome = this.#allocator.answer(command);
    if (this.#judge(command, outcome, isMisuse)) this.#tell(command, outcome);
  }

  /** Looks at the lists, which tell more of what is wrong, and then at the counts. */
  look(): void {
    if (!this.goesOn) return;
    const { zones } = this.#ledger.geometry;
    const zone = zones.length === 1 ? null : this.#random.pick([null, ...zones.map(({ name }) => name)]);
    this.#tally.snapshots++;
    if (!this.#judge(this.#allocator.snapshot(), OK, false)) return;
    this.#tally.counts++;
    this.#judge(this.#allocator.counts(zone), OK, false);
  }

  drain(): void {
    this.#client.leave();
    while (this.goesOn && this.#ledger.liveBlocks > 0) this.call();
    this.look();
  }

  result(): DriveResult {
    return { commands: this.#commands, tally: this.#tally, laws: this.#laws, failure: this.#failure };
  }

  /** Judges a step; false if it broke a law, be it the client's own. */
  #judge(command: Command, outcome: Outcome, isMisuse: boolean): boolean {
    countLaws(this.#laws, this.#ledger, command, outcome);
    this.#lastSteps.push([command, outcome]);
    if (this.#lastSteps.length > STEPS_SHOWN) this.#lastSteps.shift();
    const violations = step(this.#ledger, command, outcome);
    if (violations.length === 0) return true;
    if (isMisuse && violations.every(({ blame }) => blame === "client")) this.#tally.misuse++;
    else this.#failure = { command: this.#commands, violations, trace: this.#shown() };
    return false;
  }

  #shown(): string {
    const { basePfn } = this.#ledger.geometry;
    return this.#lastSteps.map(([command, outcome]) => formatStep(command, outcome, basePfn) ?? command.kind).join(" ");
  }

  /** Counts the call and tells the client how it ended. */
  #tell(command: Command, outcome: Outcome): void {
    const tally = this.#tally;
    switch (command.kind) {
      case "alloc":
      case "alloc-pages":
        if (outcome.kind === "block") {
          tally.served++;
          this.#client.served(outcome.pfn);
          return;
        }
        tally.refused++;
        if (command.kind === "alloc") this.#client.refused(command.order);
        else if (command.pages > 0) this.#client.refused(orderFor(command.pages));
        return;
      case "free":
      case "free-order":
      case "free-pages":
        if (outcome.kind === "refused") tally.misuse++;
        else tally.freed++;
        return;
      case "add":
      case "remove":
        if (outcome.kind === "ok") tally.resized++;
        return;
      case "snapshot":
      case "counts":
      case "unnamed":
    }
  }
}
