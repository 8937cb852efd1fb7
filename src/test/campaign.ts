// A campaign against one target: what is tried, in which order, up to the first counterexample.
//
//  1. It consists of jobs, numbered from 0: short runs in small pools of every kind (probes), then an exhaustive
//     search of the states of each of these pools, then long runs in the named pool or in drawn ones, without end.
//     Small pools come first because most bugs show there, and show short.
//  2. A job follows from the options and its number alone. So a campaign that was stopped goes on where it was:
//     `from` is the first job not done yet, and `commands` what is left of the long runs.
//  3. Long runs count commands, the other jobs are bounded by their own limits. `commands: 0` leaves the runs out,
//     `scope: 0` the small pools.
//  4. A pool that was named must open. Small pools that do not open are passed over then, since an implementation
//     may be compiled for one size; where no pool is named, a pool that does not open is a finding.
//  5. Nothing here reads a clock: whoever calls `advance` decides when to stop.

import type { PoolShape } from "../../model/geometry.ts";
import type { LawId } from "../../model/invariants.ts";
import type { Profile } from "../../model/profile.ts";
import type { SessionTarget } from "../targets/target.ts";
import { drawnPool } from "./arbitrary.ts";
import type { Speech } from "./client.ts";
import { reduce, type Counterexample } from "./counterexample.ts";
import { drive, type DriveResult } from "./drive.ts";
import { addCounts, type LawCounts } from "../search/judged.ts";
import { hasZones, openingOf, SCOPE_MIN, smallPools, type Pool } from "./pools.ts";
import { createRandom, mixed } from "./random.ts";
import { searchShortest, type Found, type Kinds } from "./shortest.ts";
import type { Eyes } from "./quick-pool.ts";
import { Stage } from "./stage.ts";
import { addTally, createTally, type Tally } from "./tally.ts";

export interface CampaignOptions {
  readonly target: SessionTarget;
  readonly profile: Profile;
  /** What is seen besides the answers; null for all that the target shows. */
  readonly eyes: Eyes | null;
  /** The pool that was named, or null. */
  readonly full: PoolShape | null;
  /** The largest order of small pools; 0 for none. */
  readonly scope: number;
  readonly seed: number;
  /** Commands of the long runs. */
  readonly commands: number;
  /** The first job. */
  readonly from: number;
  /** Can the target be given an address inside a page? */
  readonly takesFractions: boolean;
  /** The laws that are judged; all of them, where none are named. */
  readonly laws?: ReadonlySet<LawId> | undefined;
}

/** What a campaign does where nothing is said of it. */
export const CAMPAIGN_DEFAULTS = { seed: 1, commands: 100_000, scope: 4 } as const;

/** What a job was, and what came of it. */
export type Job =
  | { readonly kind: "probe"; readonly number: number; readonly pool: Pool }
  | { readonly kind: "search"; readonly number: number; readonly pool: Pool }
  | { readonly kind: "run"; readonly number: number; readonly pool: Pool }
  /** A sequence that was given is no job of a campaign, and has the number 0. */
  | { readonly kind: "replay"; readonly number: 0; readonly pool: Pool };

/** A small pool that was searched: how far. */
export interface SearchedPool {
  readonly pool: Pool;
  readonly found: Found;
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
}

/** What was done so far. */
export interface Covered {
  readonly tally: Tally;
  readonly laws: LawCounts;
  readonly searched: readonly SearchedPool[];
  /** Small pools that the target does not open. */
  readonly unopened: readonly Pool[];
  readonly probes: number;
  readonly runs: number;
  /** Commands of probes and runs. */
  readonly commands: number;
  /** Commands of searches. */
  readonly transitions: number;
  /** What was seen besides the answers, and what the target can be asked; null before anything was opened. */
  readonly eyes: Eyes | null;
  readonly speech: Speech | null;
  /** Are the lists seen only after the last move of a run? Then nothing is known of what one call changed. */
  readonly seesEndsOnly: boolean;
}

/** A counterexample, and where it came from. */
export interface CampaignFinding {
  readonly job: Job;
  /** Commands given until it showed, over all jobs. */
  readonly commands: number;
  readonly counterexample: Counterexample;
}

/** What a single playing of a script covers: too little for any claim. */
export function nothingCovered(commands: number): Covered {
  return {
    tally: createTally(0),
    laws: new Map(),
    searched: [],
    unopened: [],
    probes: 0,
    runs: 0,
    commands,
    transitions: 0,
    eyes: null,
    speech: null,
    seesEndsOnly: false,
  };
}

const ONE_PAGE: PoolShape = { maxOrder: 0, pages: 1, basePfn: 0, reserved: [], zones: [] };

/** Commands of one probe, of which there are two in each pool. */
const PROBE_COMMANDS = 60;
const PROBES = 2;
/** Commands that the search of one small pool may give. */
const SEARCH_TRANSITIONS = 20_000;
/** Commands that the search for a shorter counterexample may give. */
export const SHORTEST_TRANSITIONS = 100_000;
const PLAIN: Kinds = { counts: false, misuse: false, resizes: false };
/** The largest order of drawn pools. */
const DRAWN_ORDER_MAX = 10;
/** Pools up to so many pages are looked at after every command. */
const LOOKED_AT_ALWAYS = 64;
const LOOK_EVERY = 32;

/** Runs one job after the other. Guards what was covered so far. */
export class Campaign {
  readonly #options: CampaignOptions;
  readonly #small: readonly Pool[];
  readonly #tally: Tally = createTally(0);
  readonly #laws: LawCounts = new Map();
  readonly #searched: SearchedPool[] = [];
  readonly #unopened: Pool[] = [];
  readonly #stages: Map<Pool, Stage | null> = new Map();
  #next: number;
  #probes = 0;
  #runs = 0;
  #commands = 0;
  #runCommands = 0;
  #transitions = 0;
  #eyes: Eyes | null = null;
  readonly #speech: Speech;
  #finding: CampaignFinding | null = null;

  constructor(options: CampaignOptions) {
    this.#options = options;
    this.#next = options.from;
    const { scope, full, profile } = options;
    const top = Math.min(scope, full?.maxOrder ?? scope);
    const small: Pool[] = [];
    for (let maxOrder = SCOPE_MIN; maxOrder <= top; maxOrder++) small.push(...smallPools(maxOrder, profile));
    const [first] = small;
    const opening = openingOf(full ?? first?.shape ?? ONE_PAGE, profile);
    const { calls, takesZones } = options.target.open(opening);
    this.#speech = { calls, takesZones, takesFractions: options.takesFractions };
    this.#small = small.filter(({ shape }) => takesZones || !hasZones(shape));
  }

  get finding(): CampaignFinding | null {
    return this.#finding;
  }

  /** The job that comes next, and the commands left: what a later campaign must be given to go on from here. */
  get rest(): { readonly from: number; readonly commands: number } {
    return { from: this.#next, commands: Math.max(this.#options.commands - this.#runCommands, 0) };
  }

  get isDone(): boolean {
    return this.#finding !== null || (this.#next >= this.#firstRun && this.#runCommands >= this.#options.commands);
  }

  get covered(): Covered {
    return {
      tally: this.#tally,
      laws: this.#laws,
      searched: this.#searched,
      unopened: this.#unopened,
      probes: this.#probes,
      runs: this.#runs,
      commands: this.#commands,
      transitions: this.#transitions,
      eyes: this.#eyes,
      speech: this.#eyes === null ? null : this.#speech,
      seesEndsOnly: false,
    };
  }

  /** Does the next job. Where it is interrupted nothing has been counted, so it can be done again. */
  advance(): void {
    const job = this.#jobAt(this.#next);
    if (job.kind === "search") this.#search(job);
    else this.#drive(job);
    this.#next++;
  }

  get #firstRun(): number {
    return this.#small.length * (PROBES + 1);
  }

  #jobAt(number: number): Job {
    const { length } = this.#small;
    const pool = this.#small[number % Math.max(length, 1)] as Pool;
    if (number < length * PROBES) return { kind: "probe", number, pool };
    if (number < this.#firstRun) return { kind: "search", number, pool };
    const { full, profile, seed } = this.#options;
    const drawn =
      full === null
        ? drawnPool(mixed(seed, number), DRAWN_ORDER_MAX, profile, this.#speech)
        : { name: "named", shape: full };
    return { kind: "run", number, pool: drawn };
  }

  // ---------------------------------------------------------------- runs

  #drive(job: Job): void {
    const stage = this.#stageOf(job);
    if (stage === null) return;
    const random = createRandom(mixed(this.#options.seed, job.number));
    const { start, end } = stage.opening.geometry.span;
    const run = drive({
      stage,
      seed: random.below(2 ** 32),
      commands: job.kind === "probe" ? PROBE_COMMANDS : PROBE_COMMANDS + random.below(20 * PROBE_COMMANDS),
      lookEvery: end - start <= LOOKED_AT_ALWAYS ? 1 : LOOK_EVERY,
      takesFractions: this.#options.takesFractions,
    });
    const { failure, commands } = run;
    if (failure !== null) {
      // Looking after every command may show another law broken, earlier.
      const law = stage.lawBroken(failure.script) ?? (failure.violations[0]?.law as LawId);
      this.#finding = this.#reduced(job, law, failure.script, commands);
    }
    this.#count(job, run);
  }

  #count(job: Job, { commands, tally, laws }: DriveResult): void {
    this.#commands += commands;
    if (job.kind === "run") {
      this.#runs++;
      this.#runCommands += Math.max(commands, 1);
    } else this.#probes++;
    addTally(this.#tally, tally);
    addCounts(this.#laws, laws);
  }

  /** The stage of a job's pool; null where it does not open and need not. */
  #stageOf({ kind, pool }: Job): Stage | null {
    const { target, profile, eyes, full, laws } = this.#options;
    if (kind === "run" && full === null)
      return this.#opened(new Stage(target, openingOf(pool.shape, profile), eyes, laws));
    const known = this.#stages.get(pool);
    if (known !== undefined) return known;
    const stage = this.#opened(new Stage(target, openingOf(pool.shape, profile), eyes, laws));
    const isNeeded = kind === "run" || full === null;
    const isUsed = isNeeded || !stage.isDeadAtOnce();
    if (!isUsed) this.#unopened.push(pool);
    this.#stages.set(pool, isUsed ? stage : null);
    return isUsed ? stage : null;
  }

  #opened(stage: Stage): Stage {
    this.#eyes ??= stage.eyes;
    return stage;
  }

  // ---------------------------------------------------------------- searches

  #search(job: Job): void {
    const stage = this.#stageOf(job);
    if (stage === null) return;
    const quest = { kinds: PLAIN, below: Infinity, transitionsMax: SEARCH_TRANSITIONS } as const;
    const searched = searchShortest(stage, quest);
    const { found, transitions } = searched;
    const law = found.kind === "script" ? stage.lawBroken(found.script) : null;
    if (found.kind === "script" && law !== null) this.#finding = this.#reduced(job, law, found.script, transitions);
    this.#transitions += transitions;
    this.#searched.push({ ...searched, pool: job.pool });
  }

  // ---------------------------------------------------------------- findings

  /** What a job's script comes to; `given` counts the job's own commands. */
  #reduced(job: Job, law: LawId, script: Counterexample["script"], given: number): CampaignFinding {
    const commands = this.#commands + this.#transitions + given;
    const { target, profile, eyes, full, laws } = this.#options;
    const reduction = { target, profile, eyes, full, laws, transitionsMax: SHORTEST_TRANSITIONS };
    const counterexample = reduce({ pool: job.pool, script }, law, reduction);
    return { job, commands, counterexample };
  }
}
