// The lines of a trace without which a finding would not show: its counterexample, for reports that can step through one.
//
//  1. They are those that `buddycheck minimize` keeps. Where its budget does not reach, or the finding shows only
//     behind an earlier one, there are none, and a report is left with the finding's history.
//  2. Of a counterexample of more than `LINES_MAX` lines the last ones are told: so many steps of a code flow are shown
//     by GitHub's code scanning.
//  3. The trace is read twice more for each finding, so it has to be a file.

import type { Command, Outcome } from "../../model/command.ts";
import { formatStep } from "../../model/notation.ts";
import type { Profile } from "../../model/profile.ts";
import type { Problem } from "../problem.ts";
import type { TraceCursor } from "../trace/event.ts";
import { Keeper } from "../verify/keep.ts";
import { Minimizer, signatureOf } from "../verify/minimize.ts";
import type { Finding, TraceResult } from "../verify/result.ts";
import { canReadAgain } from "./input.ts";
import { readTrace, type LogReading, type StoppableSink } from "./read-trace.ts";

/** A line that a finding needs; `step` is what it says in notation. */
export interface MinimalLine {
  readonly line: number;
  readonly text: string;
  readonly step: string;
}

/** Each finding's lines, oldest first, its own at the end. */
export type MinimalLines = ReadonlyMap<Finding, readonly MinimalLine[]>;

const LINES_MAX = 1000;

/** Judged events that one finding may cost: a second or two. */
const BUDGET = 10_000_000;
const TEXT_MAX = 200;

/** The lines of every finding for which they can be told; none where there is no profile to judge by. */
export async function minimalLines(
  result: TraceResult,
  profile: Profile | readonly Problem[],
  log: LogReading | null,
): Promise<MinimalLines> {
  const { file, header, findings, base } = result;
  const lines = new Map<Finding, readonly MinimalLine[]>();
  if (header === null || !("name" in profile) || findings.length === 0 || !(await canReadAgain(file))) return lines;
  for (const finding of findings) {
    const { violation, event } = finding;
    const keeper = new Keeper(event, violation.frames, base);
    await readTrace(file, keeper, log);
    const minimizer = new Minimizer(header, profile, signatureOf(violation), BUDGET);
    const minimized = minimizer.minimize(keeper.candidates());
    if (minimized === null) continue;
    const collector = new LineCollector(new Set(minimized.numbers), event, base);
    await readTrace(file, collector, log);
    lines.set(finding, collector.lines.slice(-LINES_MAX));
  }
  return lines;
}

/** Keeps the lines of some events, up to the last of them. */
class LineCollector implements StoppableSink {
  cursor: TraceCursor | null = null;
  readonly lines: MinimalLine[] = [];
  readonly #wanted: ReadonlySet<number>;
  readonly #last: number;
  readonly #base: number;
  #seen = 0;

  constructor(wanted: ReadonlySet<number>, last: number, base: number) {
    this.#wanted = wanted;
    this.#last = last;
    this.#base = base;
  }

  get wantsMore(): boolean {
    return this.#seen < this.#last;
  }

  header(): number {
    return this.#base;
  }

  event(command: Command, outcome: Outcome, line: number): void {
    this.#keep(line, formatStep(command, outcome, this.#base) ?? command.kind);
  }

  lost(_events: number | null, line: number): void {
    this.#keep(line, "lost");
  }

  note(): void {}
  problem(): void {}

  #keep(line: number, step: string): void {
    this.#seen++;
    if (this.#wanted.has(this.#seen)) this.lines.push({ line, text: this.cursor?.lineText(TEXT_MAX) ?? "", step });
  }
}
