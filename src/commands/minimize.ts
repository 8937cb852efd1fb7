// `buddycheck minimize`: the shortest part of a violating trace that breaks the same law in the same way.
//
//  1. The trace is read three times: for its first violation, for the events that could matter, and for
//     the text of the lines that stay. So it must be a file, not a pipe.
//  2. Events that stay are printed as they were recorded where that is a line of JSON; else as one.

import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import type { LawId } from "../../model/invariants.ts";
import type { Profile } from "../../model/profile.ts";
import type { Command as Call, Outcome } from "../../model/command.ts";
import { PAIRS_MAX } from "../search/leaving-out.ts";
import type { TraceCursor, TraceHeader } from "../trace/event.ts";
import { eventLine, headerLine, lostLine } from "../trace/native-writer.ts";
import { EXIT } from "../verdict.ts";
import { Keeper } from "../verify/keep.ts";
import { Minimizer, signatureOf, type Minimized } from "../verify/minimize.ts";
import type { TraceResult } from "../verify/result.ts";
import { canReadAgain, inputError } from "./input.ts";
import { parseLaws } from "./options.ts";
import { fail, print, warn } from "./output.ts";
import { profileChooser } from "./profiles.ts";
import { readTrace, type StoppableSink } from "./read-trace.ts";
import { firstViolation } from "./verify-trace.ts";

interface MinimizeFlags {
  readonly profile?: string;
  readonly output?: string;
  readonly without?: readonly LawId[];
}

/** Judged events that a search may cost: some tens of seconds. */
const BUDGET = 200_000_000;

async function runMinimize(file: string, flags: MinimizeFlags): Promise<void> {
  if (!(await canReadAgain(file)))
    throw inputError("OPTION_VALUE", "minimize", "a file, which can be read three times", file);
  const chooser = profileChooser(flags.profile);
  const first = await firstViolation(file, flags.without, chooser);
  if (first.problems.length > 0) {
    fail(first.problems);
    return;
  }
  const finding = first.findings[0];
  const header = first.header;
  if (finding === undefined || header === null) {
    throw inputError("MINIMIZE_CLEAN", file, "a trace that violates a law", `a trace with verdict "${first.verdict}"`);
  }
  const profile = chooser(header, 1, file) as Profile;
  const keeper = new Keeper(finding.event, finding.violation.frames, first.base);
  await readTrace(file, keeper);
  const minimizer = new Minimizer(header, profile, signatureOf(finding.violation), BUDGET);
  const minimized = minimizer.minimize(keeper.candidates());
  const kept = minimized === null ? null : new Set(minimized.numbers);
  const collector = new LineCollector(kept, finding.event, first.base);
  await readTrace(file, collector);
  const text = `${collector.texts.join("\n")}\n`;
  if (flags.output === undefined) print(text);
  else writeFileSync(flags.output, text);
  warn(summary(first, minimized, finding.violation.law, collector.texts.length - 1));
  process.exitCode = EXIT.holds;
}

/** Keeps the text of the events that stay: of the ones named, or (null) of all up to the violation. */
class LineCollector implements StoppableSink {
  cursor: TraceCursor | null = null;
  readonly texts: string[] = [];
  readonly #kept: ReadonlySet<number> | null;
  readonly #last: number;
  readonly #base: number;
  #seen = 0;

  constructor(kept: ReadonlySet<number> | null, last: number, base: number) {
    this.#kept = kept;
    this.#last = last;
    this.#base = base;
  }

  get wantsMore(): boolean {
    return this.#seen < this.#last;
  }

  header(header: TraceHeader): number {
    this.texts.push(this.#recorded() ?? headerLine(header));
    return this.#base;
  }

  event(command: Call, outcome: Outcome): void {
    if (this.#wantsNext()) this.texts.push(this.#recorded() ?? eventLine(command, outcome, this.#base));
  }

  lost(events: number | null): void {
    if (this.#wantsNext()) this.texts.push(this.#recorded() ?? lostLine(events));
  }

  note(): void {}
  problem(): void {}

  #wantsNext(): boolean {
    const number = ++this.#seen;
    return number <= this.#last && (this.#kept === null || this.#kept.has(number));
  }

  /** The line as recorded if it is JSON, which is what a native trace consists of. */
  #recorded(): string | null {
    const text = this.cursor?.lineText(Infinity) ?? "";
    try {
      const value: unknown = JSON.parse(text);
      // A list or a string in JSON is a line of YAML, which may hold several events.
      return typeof value === "object" && !Array.isArray(value) ? text : null;
    } catch {
      return null;
    }
  }
}

function summary(first: TraceResult, minimized: Minimized | null, law: LawId, events: number): string {
  const how =
    minimized === null
      ? "cut after the violation; no smaller part breaks the law in the same way within the search's limits"
      : minimized.oneMinimal
        ? `minimal: without any one of them${events > PAIRS_MAX ? "" : ", or any two,"} it does not break ${law} in the same way`
        : "the search's budget ran out: it may still hold events that are not needed";
  const line = first.findings[0]?.line ?? 0;
  return `${first.file}: ${law} at line ${line}: ${events} events kept of ${first.events} up to there (${how}).`;
}

/** Adds `minimize` to the command line. */
export function registerMinimize(program: Command): void {
  program
    .command("minimize")
    .summary("reduce a violating trace to the events that matter")
    .description("Reduces a violating trace to a minimal one that breaks the same law in the same way.")
    .argument("<file>", "a trace that violates a law")
    .option("--profile <name|file>", "what the allocator promises; outranks the header's profile")
    .option("--without <laws>", "laws that are not judged, separated by commas", parseLaws)
    .option("-o, --output <file>", "where the reduced trace goes; standard output by default")
    .addHelpText(
      "after",
      `
Examples:
  buddycheck minimize crash.jsonl                   print the shortest trace that shows the same violation
  buddycheck minimize crash.jsonl.gz -o bug.jsonl   write it, ready for a bug report or the corpus
Exit codes: 0 reduced, 2 input error, or nothing to reduce.`,
    )
    .action(runMinimize);
}
