// A campaign against a target in a process of its own: the same jobs, but scripts are drawn whole and run in batches.
//
//  1. A script is drawn against the reference allocator (arbitrary.ts), since the target's answers come too late to
//     steer by. Handles name requests, so it means the same whatever pages the target serves.
//  2. Crash, hang, garbage and early exit are outcomes of the run, so they shrink like any other failure.
//  3. Shrinking offers its candidates in order; they are run `BATCH` at a time, and the first that fails is kept. Its
//     course is that of a target in this process (shrink.ts), so the result is, too.
//  4. States cannot be saved, so nothing is searched, and no counterexample is proved shortest.

import * as fc from "fast-check";
import type { LawId } from "../../model/invariants.ts";
import type { PoolShape } from "../../model/geometry.ts";
import type { LawCounts } from "../search/judged.ts";
import type { Kept } from "../search/leaving-out.ts";
import type { Call, Opening, ScriptTarget } from "../targets/target.ts";
import type { Move, Script } from "../targets/script.ts";
import { drawnPool, scripts } from "./arbitrary.ts";
import { nothingCovered, type CampaignFinding, type CampaignOptions, type Covered, type Job } from "./campaign.ts";
import { LIFTED_ORDER, type Placed } from "./counterexample.ts";
import { judgeRun, neededBy, recorded, type KeptRun, type SeenRun } from "./judged-run.ts";
import { hasZones, isSmallerPool, openingOf, SCOPE_MIN, shrunkenPools, smallPools, type Pool } from "./pools.ts";
import { mixed } from "./random.ts";
import { liftScript, liftShape } from "./scale.ts";
import { shrinking } from "./shrink.ts";
import { countMove, createTally, type Tally } from "./tally.ts";

/** What a process cannot be asked: its lines have neither zones nor parts of pages. */
const WHOLE_PAGES = { takesZones: false, takesFractions: false } as const;

/** Scripts that are run together. */
const BATCH = 64;
const PROBE_SCRIPTS = 16;
const PROBE_MOVES = 60;
const RUN_MOVES = 400;
const DRAWN_ORDER_MAX = 10;
const LIFTED_PAGES_MAX = 2 ** 16;

export interface ProcessOptions extends Omit<CampaignOptions, "target"> {
  readonly target: ScriptTarget;
}

/** Runs one job after the other. Guards what was covered so far. */
export class ProcessCampaign {
  readonly #options: ProcessOptions;
  readonly #small: readonly Pool[];
  readonly #tally: Tally = createTally(0);
  readonly #laws: LawCounts = new Map();
  #calls: ReadonlySet<Call> | null = null;
  #next: number;
  #probes = 0;
  #runs = 0;
  #commands = 0;
  #runCommands = 0;
  #showsLists = false;
  #kept: readonly SeenRun[] = [];
  #finding: CampaignFinding | null = null;

  constructor(options: ProcessOptions) {
    const { scope, full, profile } = options;
    this.#options = options;
    this.#next = options.from;
    const top = Math.min(scope, full?.maxOrder ?? scope);
    const orders = Array.from({ length: Math.max(top - SCOPE_MIN + 1, 0) }, (_, at) => SCOPE_MIN + at);
    this.#small = orders.flatMap((maxOrder) => smallPools(maxOrder, profile)).filter(({ shape }) => !hasZones(shape));
  }

  get finding(): CampaignFinding | null {
    return this.#finding;
  }

  get rest(): { readonly from: number; readonly commands: number } {
    return { from: this.#next, commands: Math.max(this.#options.commands - this.#runCommands, 0) };
  }

  get isDone(): boolean {
    return this.#finding !== null || (this.#next >= this.#small.length && this.#runCommands >= this.#options.commands);
  }

  get covered(): Covered {
    return {
      ...nothingCovered(this.#commands),
      tally: this.#tally,
      laws: this.#laws,
      probes: this.#probes,
      runs: this.#runs,
      eyes: this.#calls === null ? null : this.#showsLists ? "lists" : "answers",
      seesEndsOnly: true,
      speech: this.#calls === null ? null : { calls: this.#calls, ...WHOLE_PAGES },
    };
  }

  /** The options with a target that answers as the runs of the finding did, for reports. */
  get shown(): CampaignOptions {
    const { target } = this.#options;
    const eyes = this.#showsLists ? "lists" : "answers";
    return {
      ...this.#options,
      eyes,
      target: recorded(target.name, { calls: this.#calls ?? new Set(), takesZones: false }, this.#kept),
    };
  }

  /** Does the next job. */
  async advance(): Promise<void> {
    this.#calls ??= await this.#options.target.calls();
    const job = this.#jobAt(this.#next++);
    const opening = openingOf(job.pool.shape, this.#options.profile);
    const drawn = this.#draw(job);
    const runs = await this.#options.target.run(opening, drawn);
    for (const [at, run] of runs.entries()) {
      const script = drawn[at] as Script;
      this.#count(job, { opening, script, run });
      const fault = judgeRun({ opening, script, run }, this.#laws, this.#options.laws);
      if (fault === null) continue;
      await this.#report(job, script, fault.violation.law);
      return;
    }
  }

  #jobAt(number: number): Job {
    const small = this.#small[number];
    if (small !== undefined) return { kind: "probe", number, pool: small };
    const { full, profile, seed } = this.#options;
    const pool =
      full === null
        ? drawnPool(mixed(seed, number), DRAWN_ORDER_MAX, profile, WHOLE_PAGES)
        : { name: "named", shape: full };
    return { kind: "run", number, pool };
  }

  #draw({ kind, number, pool }: Job): readonly Script[] {
    const { profile, seed } = this.#options;
    const maxLength = kind === "probe" ? PROBE_MOVES : RUN_MOVES;
    const speech = { calls: this.#calls ?? new Set<Call>(), ...WHOLE_PAGES };
    const numRuns = kind === "probe" ? PROBE_SCRIPTS : BATCH;
    return fc.sample(scripts(pool.shape, { profile, maxLength, speech }), { seed: mixed(seed, number) | 0, numRuns });
  }

  #count(job: Job, { script, run }: KeptRun): void {
    const { outcomes, snapshot } = run;
    const given = outcomes.filter((outcome) => outcome !== null).length;
    this.#commands += given;
    if (job.kind === "run") {
      this.#runs++;
      this.#runCommands += Math.max(given, 1);
    } else this.#probes++;
    this.#showsLists ||= snapshot?.kind === "snapshot";
    if (snapshot !== null) this.#tally.looks++;
    for (const [at, outcome] of outcomes.entries()) {
      const move = script[at];
      if (move !== undefined && outcome !== null) countMove(this.#tally, move, outcome);
    }
  }

  /** Plays one script that was given; what it breaks is shrunk and becomes the finding. */
  async play({ pool, script }: Placed): Promise<void> {
    this.#calls ??= await this.#options.target.calls();
    const job: Job = { kind: "replay", number: 0, pool };
    const opening = openingOf(pool.shape, this.#options.profile);
    const [run] = await this.#options.target.run(opening, [script]);
    if (run === undefined) return;
    this.#count(job, { opening, script, run });
    const fault = judgeRun({ opening, script, run }, this.#laws, this.#options.laws);
    if (fault !== null) await this.#report(job, script, fault.violation.law);
  }

  // ---------------------------------------------------------------- findings

  async #report(job: Job, script: Script, law: LawId): Promise<void> {
    const found: Placed = { pool: job.pool, script };
    const here = await this.#shrink(found, law);
    const placed = here === null ? found : await this.#inSmallerPool(here, law);
    const lifted = here === null ? null : await this.#lift(placed, law);
    // One after the other: there is one process, and its answers come in the order of its questions.
    const kept = [await this.#keep(placed)];
    if (lifted !== null) kept.push(await this.#keep(lifted));
    this.#kept = kept;
    const certificate =
      here === null
        ? ({ kind: "not-repeated" } as const)
        : ({ kind: "locally-minimal", why: "not-searchable" } as const);
    this.#finding = { job, commands: this.#commands, counterexample: { ...placed, law, certificate, lifted, found } };
  }

  async #keep({ pool, script }: Placed): Promise<SeenRun> {
    const opening = openingOf(pool.shape, this.#options.profile);
    const [run] = await this.#options.target.run(opening, [script]);
    return { opening, script, run: run ?? { outcomes: [], snapshot: null, lastWords: "" }, counts: null };
  }

  /** The first of these scripts that breaks the law, without what it does not need. */
  async #firstKept(opening: Opening, offered: Iterable<Script>, law: LawId): Promise<Kept<Move> | null> {
    let at = 0;
    for (const batch of inBatches(offered)) {
      const runs = await this.#options.target.run(opening, batch);
      for (const [number, run] of runs.entries()) {
        const script = batch[number] as Script;
        const fault = judgeRun({ opening, script, run }, new Map(), this.#options.laws);
        if (fault?.violation.law === law) return { items: neededBy(script, run, fault), at: at + number };
      }
      at += batch.length;
    }
    return null;
  }

  async #shrink({ pool, script }: Placed, law: LawId): Promise<Placed | null> {
    const opening = openingOf(pool.shape, this.#options.profile);
    const start = await this.#firstKept(opening, [script], law);
    if (start === null) return null;
    const course = shrinking(start.items, this.#calls ?? new Set());
    let next = course.next();
    while (next.done !== true) next = course.next(await this.#firstKept(opening, next.value, law));
    return { pool, script: next.value };
  }

  async #inSmallerPool(placed: Placed, law: LawId): Promise<Placed> {
    const { shape } = placed.pool;
    for (const pool of shrunkenPools(this.#options.profile)) {
      if (!isSmallerPool(pool.shape, shape) || hasZones(pool.shape)) continue;
      const opening = openingOf(pool.shape, this.#options.profile);
      const by = shape.maxOrder - pool.shape.maxOrder;
      const lowered = Array.from({ length: by + 1 }, (_, less) => liftScript(placed.script, less - by));
      const found = await this.#firstKept(opening, lowered, law);
      if (found !== null) return (await this.#shrink({ pool, script: found.items }, law)) ?? placed;
    }
    return placed;
  }

  async #lift({ pool, script }: Placed, law: LawId): Promise<Placed | null> {
    const { full, profile } = this.#options;
    const by = (full?.maxOrder ?? LIFTED_ORDER) - pool.shape.maxOrder;
    if (by <= 0 || (full === null && pool.shape.pages * 2 ** by > LIFTED_PAGES_MAX)) return null;
    const shape: PoolShape = full ?? liftShape(pool.shape, by);
    const found = await this.#firstKept(openingOf(shape, profile), [liftScript(script, by), script], law);
    return found === null ? null : { pool: { name: full === null ? pool.name : "named", shape }, script: found.items };
  }
}

function* inBatches(offered: Iterable<Script>): Generator<readonly Script[]> {
  let batch: Script[] = [];
  for (const script of offered) {
    batch.push(script);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
