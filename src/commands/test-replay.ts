// `--replay`: plays one sequence of calls against a target, and shrinks it where it still breaks a law.
//
//  1. The sequence is notation, or a file that `verify` reads: a trace, or a case that `--save` wrote. Of a file the
//     pool is the header's, unless the options name one.
//  2. The calls are played, not the answers: a free names the request that was served its block in the recording, so
//     a recording of one allocator can be played on another (scripts.ts).

import { existsSync } from "node:fs";
import type { Command, Outcome } from "../../model/command.ts";
import { parseNotation } from "../../model/notation.ts";
import type { PoolShape } from "../../model/geometry.ts";
import type { Problem } from "../problem.ts";
import type { TraceCursor, TraceHeader } from "../trace/event.ts";
import {
  nothingCovered,
  SHORTEST_TRANSITIONS,
  type CampaignFinding,
  type CampaignOptions,
  type Covered,
} from "../test/campaign.ts";
import { reduce, type Placed } from "../test/counterexample.ts";
import { openingOf } from "../test/pools.ts";
import { scriptOf, type Answered } from "../test/scripts.ts";
import { Stage } from "../test/stage.ts";
import { InputError, inputError } from "./input.ts";
import { readTrace, type StoppableSink } from "./read-trace.ts";

/** What came of a replay. */
export interface Replayed {
  readonly covered: Covered;
  readonly finding: CampaignFinding | null;
}

type ReplayOptions = Pick<CampaignOptions, "full" | "profile">;

/** The script behind the steps, in the pool that the options name (`isNamed`), that the file names, or in eight pages. */
export async function readReplay(steps: string, options: ReplayOptions, isNamed: boolean): Promise<Placed> {
  if (!existsSync(steps)) return replayOf(steps, options);
  const { shape, calls } = await fromFile(steps, options);
  const script = scriptOf(calls, openingOf(shape, options.profile));
  return { pool: { name: "named", shape: isNamed && options.full !== null ? options.full : shape }, script };
}

/** The script behind steps in notation, in the pool that the options name, or in eight pages. */
export function replayOf(notation: string, { full, profile }: ReplayOptions, option: string = "--replay"): Placed {
  const shape = full ?? EIGHT_PAGES;
  const opening = openingOf(shape, profile);
  const { events, faults } = parseNotation(notation, opening.geometry.basePfn);
  const [fault] = faults;
  if (fault !== undefined) throw inputError("NOTATION_SYNTAX", option, fault.expected, fault.found);
  const calls = events.flatMap((event) => (event.kind === "step" ? [event] : []));
  return { pool: { name: "named", shape }, script: scriptOf(calls, opening) };
}

/** Plays a script once, and shrinks what it breaks. */
export function replay(placed: Placed, { target, profile, eyes, full }: CampaignOptions): Replayed {
  const { pool, script } = placed;
  const law = new Stage(target, openingOf(pool.shape, profile), eyes).lawBroken(script);
  const covered = nothingCovered(script.length);
  if (law === null) return { covered, finding: null };
  const reduction = { target, profile, eyes, full, transitionsMax: SHORTEST_TRANSITIONS };
  const counterexample = reduce(placed, law, reduction);
  return { covered, finding: { job: { kind: "replay", number: 0, pool }, commands: script.length, counterexample } };
}

interface Recorded {
  readonly shape: PoolShape;
  readonly calls: readonly Answered[];
}

const EIGHT_PAGES: PoolShape = { maxOrder: 3, pages: 8, basePfn: 0, reserved: [], zones: [] };

async function fromFile(file: string, { profile }: ReplayOptions): Promise<Recorded> {
  const collector = new Collector(profile.alignment === "pool");
  await readTrace(file, collector);
  if (collector.problems.length > 0) throw new InputError(collector.problems);
  return { shape: collector.shape, calls: collector.calls };
}

/** Keeps every call of a trace with its answer. */
class Collector implements StoppableSink {
  cursor: TraceCursor | null = null;
  readonly wantsMore = true;
  readonly calls: Answered[] = [];
  readonly problems: Problem[] = [];
  shape: PoolShape = EIGHT_PAGES;
  readonly #countsFromPool: boolean;

  constructor(countsFromPool: boolean) {
    this.#countsFromPool = countsFromPool;
  }

  header({ shape }: TraceHeader): number {
    this.shape = shape;
    return this.#countsFromPool ? 0 : shape.basePfn;
  }

  /** Readers reuse their objects, so copies are kept. */
  event(command: Command, outcome: Outcome): void {
    if (command.kind !== "snapshot" && command.kind !== "counts")
      this.calls.push({ command: { ...command }, outcome: { ...outcome } });
  }

  lost(): void {}
  note(): void {}

  problem(problem: Problem): void {
    this.problems.push(problem);
  }
}
