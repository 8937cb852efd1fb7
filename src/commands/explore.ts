// `buddycheck explore`: every state of an allocator that its commands reach, each step and each state judged.
//
//  1. `holds` is said only when no state was left to expand. Whatever stops an exploration earlier makes it undecided.
//  2. A pool is explored as it is: how many states the specification alone has there is said before one too large starts.
//  3. A counterexample is a trace: it is told as `verify` tells one, and `--save` puts it into a corpus.
//  4. What keeps a target from being explored is a problem of its own (exit 2), with the state and the command.

import { Option, type Command } from "commander";
import type { FrameRange } from "../../model/geometry.ts";
import { formatStep } from "../../model/notation.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { exploreReference } from "../explore/explore-reference.ts";
import { exploreSubject, type Mode, type SubjectResult } from "../explore/explore-subject.ts";
import { planSpec, SPEC_BYTES_MAX } from "../explore/explore-spec.ts";
import { isCompactTask, sizeTooLarge } from "../explore/explore-target.ts";
import { resizesOf } from "../explore/mutant-resizes.ts";
import type { Property } from "../explore/property.ts";
import type { ExploreResult, TargetTrouble } from "../explore/result.ts";
import type { ProblemCode } from "../problem.ts";
import { exploreOutcome } from "../report/engine-outcome.ts";
import { exploreJson } from "../report/explore-json.ts";
import { exploreText } from "../report/explore-text.ts";
import { findingText } from "../report/finding-text.ts";
import type { Look } from "../report/look.ts";
import { counted } from "../report/names.ts";
import type { Context } from "../report/outcome.ts";
import { exploreSpec } from "../scale/explore-spec.ts";
import { exploreSubjectOn, type ExploreAlone } from "../scale/explore-subject.ts";
import type { Oracle } from "../search/subject-space.ts";
import { patiently } from "../targets/module.ts";
import { REFERENCE } from "../targets/reference.ts";
import type { Opening } from "../targets/target.ts";
import { createRandom } from "../test/random.ts";
import { EXIT } from "../verdict.ts";
import { saveCase, tellCounterexample, type ToldCounterexample } from "./counterexample-trace.ts";
import { openExplorable, poolDefaults } from "./explorable.ts";
import { bootmemNamed, runBootmem } from "./explore-bootmem.ts";
import { INTERLEAVED_POOL, runInterleaved } from "./explore-interleaved.ts";
import { Clock, type Bounds } from "./explore-progress.ts";
import { inputError } from "./input.ts";
import { endInterrupted } from "./interrupt.ts";
import { parseBudget } from "./limits.ts";
import { collect, rangeIn, wholeNumber } from "./options.ts";
import { propertiesIn } from "./property-files.ts";
import { warn } from "./output.ts";
import { parseReporter, report, REPORTER_HELP, reportersOf, startContext, type Reporter } from "./reporters.ts";
import {
  addTargetOptions,
  programOf,
  readOpening,
  readSubject,
  type PoolFlags,
  type Subject,
} from "./target-options.ts";

export interface ExploreFlags extends PoolFlags {
  readonly oracle: Oracle;
  readonly statesMax?: number;
  readonly depthMax?: number;
  readonly budget?: number;
  readonly resize?: readonly FrameRange[];
  readonly mode: ModeName;
  readonly seed: number;
  readonly bits: number;
  readonly property?: readonly string[];
  readonly jobs: number;
  readonly save?: string;
  readonly json: boolean;
  readonly reporter?: readonly Reporter[];
  readonly raw: boolean;
  readonly interleave: boolean;
  readonly calls: number;
}

const MODES = ["bfs", "dfs", "bitstate", "random"] as const;
type ModeName = (typeof MODES)[number];

/** States that random walks visit where no limit is named. */
const WALKED_MAX = 1_000_000;

/** In which forms it is reported, and when it began. */
interface Reporting {
  readonly reporters: readonly Reporter[];
  readonly contextNow: () => Context;
}

/** What is explored, with its name for reports. */
interface Task {
  readonly name: string;
  readonly subject: Subject;
  readonly opening: Opening;
}

async function runExplore(operands: readonly string[], flags: ExploreFlags): Promise<void> {
  const bootmem = bootmemNamed(operands.join(" "));
  if (bootmem !== null) {
    runBootmem(operands.join(" "), bootmem, flags, new Clock({ ...boundsOf(flags), quiet: flags.json }));
    return;
  }
  const subject = await readSubject(operands, programOf(process.argv), "spec");
  const clock = new Clock({ ...boundsOf(flags), quiet: flags.json });
  if (flags.interleave) {
    const opening = readOpening(flags, { shape: INTERLEAVED_POOL, profile: STRICT_PROFILE });
    runInterleaved({ ...flags, name: operands[0] ?? "", subject, opening }, clock);
    return;
  }
  const task = taskOf(operands, subject, flags);
  const reporting: Reporting = { reporters: reportersOf(flags), contextNow: startContext() };
  const properties = await propertiesIn(flags.property ?? []);
  const result =
    subject.kind === "spec" ? await runSpec(task, flags, clock) : await runTarget(task, properties, flags, clock);
  clock.done();
  if (result.trouble !== null) throw troubleError(task, result.trouble);
  tell(task, result, flags, clock, reporting);
  process.exitCode = EXIT[result.verdict];
}

/** The limits that were named. Random walks never end by themselves, so that they have one in any case. */
function boundsOf({ statesMax, depthMax, budget, mode }: ExploreFlags): Omit<Bounds, "quiet"> {
  const walksMax = mode === "random" && budget === undefined ? WALKED_MAX : Infinity;
  return { statesMax: statesMax ?? walksMax, depthMax: depthMax ?? Infinity, budget: budget ?? Infinity };
}

function taskOf(operands: readonly string[], subject: Subject, flags: ExploreFlags): Task {
  return { name: operands[0] ?? "", subject, opening: readOpening(flags, poolDefaults(subject)) };
}

/** The specification itself: as large as its pool makes it, which is known beforehand. */
function runSpec({ opening }: Task, flags: ExploreFlags, clock: Clock): Promise<ExploreResult> {
  const plan = planSpec({ ...opening, counting: flags.raw ? "raw" : "auto", bytesMax: SPEC_BYTES_MAX });
  switch (plan.kind) {
    case "walk":
    case "strips":
      return exploreSpec(plan, flags.jobs, clock);
    case "too-large": {
      const states = plan.size.kind === "exact" ? `${plan.size.states}` : `a number of ${plan.size.digits} digits of`;
      throw inputError("EXPLORE_TOO_LARGE", "spec", "a pool whose states fit into memory", `${states} states`);
    }
    case "beyond":
    case "asymmetric":
      throw inputError("OPTION_VALUE", "--profile", "a profile whose states are its live blocks", plan.why);
  }
}

function runTarget(
  { name, subject, opening }: Task,
  properties: readonly Property[],
  flags: ExploreFlags,
  clock: Clock,
): ExploreResult | Promise<SubjectResult> {
  if (subject.kind === "spec") throw new RangeError("the specification is no target");
  const { target, session } = openExplorable(name, subject, opening);
  refuseTooLarge(name, opening, flags);
  const resizes = resizesFor(subject, opening, flags);
  const options = { ...opening, session, resizes, limits: clock };
  refuseMixture(flags);
  const isBreadth = flags.mode === "bfs" && properties.length === 0;
  if (isBreadth && isCompactTask(target, { ...options, oracle: flags.oracle })) return exploreReference(options);
  const takesFractions = target === REFERENCE || subject.kind === "mutant";
  const all = { ...options, oracle: flags.oracle, takesFractions, mode: modeOf(flags), properties };
  const alone: ExploreAlone = (asked) => patiently(target, () => exploreSubject(asked), endInterrupted);
  return flags.jobs === 1 ? alone(all) : exploreSubjectOn(flags.jobs, name, all, alone);
}

function modeOf({ mode, seed, bits }: ExploreFlags): Mode {
  switch (mode) {
    case "bfs":
      return { kind: "breadth" };
    case "dfs":
      return { kind: "depth" };
    case "bitstate":
      return { kind: "bits", size: bits };
    case "random": {
      const random = createRandom(seed);
      return { kind: "random", draw: (end) => random.below(end) };
    }
  }
}

/** Ranges that may leave and join: those named, else those of a mutant's witness. */
function resizesFor(subject: Subject, { geometry }: Opening, { resize }: ExploreFlags): readonly FrameRange[] {
  if (resize === undefined) return subject.kind === "mutant" ? resizesOf(subject.mutant) : [];
  const { start } = geometry.span;
  return resize.map((range) => ({ start: start + range.start, end: start + range.end }));
}

/** Only a breadth-first search follows every step, and only one without properties is shared out to threads. */
function refuseMixture({ mode, property, jobs }: ExploreFlags): void {
  if (property !== undefined && mode !== "bfs") {
    throw inputError("OPTION_VALUE", "--property", "--mode bfs, which follows every step", `--mode ${mode}`);
  }
  if (jobs === 1 || (mode === "bfs" && property === undefined)) return;
  const found = mode === "bfs" ? "--property" : `--mode ${mode}`;
  throw inputError("OPTION_VALUE", "--jobs", "1, for only breadth first without properties is shared out", found);
}

/** Says how large the space is before an exploration starts that cannot end. */
function refuseTooLarge(name: string, opening: Opening, flags: ExploreFlags): void {
  const { statesMax, depthMax, budget } = boundsOf(flags);
  if (Math.min(statesMax, depthMax, budget) < Infinity) return;
  const size = sizeTooLarge(opening);
  if (size === null) return;
  const states = size.kind === "exact" ? `${size.states}` : `a number of ${size.digits} digits of`;
  const found = `at least ${states} states: so many sets of live blocks the pool has`;
  throw inputError("EXPLORE_TOO_LARGE", name, "a smaller pool, or --states-max, --depth-max or --budget", found);
}

const TROUBLES: Readonly<Record<TargetTrouble["kind"], readonly [code: ProblemCode, expected: string]>> = {
  nondeterministic: ["TARGET_NONDETERMINISTIC", "the same outcome and the same state each time"],
  "not-restored": ["TARGET_NOT_RESTORED", "the state that was restored, when it is saved again"],
  grows: ["TARGET_GROWS", "a state that stays within bounds"],
  "not-replayed": ["TARGET_HIDES_STATE", "the same outcome when the commands are given from the start"],
};

function troubleError({ name, opening }: Task, { kind, command, steps }: TargetTrouble): Error {
  const [code, expected] = TROUBLES[kind];
  const written = steps
    .map((step) => formatStep(step.command, step.outcome, opening.geometry.basePfn) ?? "?")
    .join(" ");
  const found = command === null ? "the pool as it was opened" : `otherwise in the last command of: ${written}`;
  return inputError(code, name, expected, found);
}

function tell(
  task: Task,
  result: ExploreResult | SubjectResult,
  flags: ExploreFlags,
  { seconds }: Clock,
  { reporters, contextNow }: Reporting,
): void {
  const { name, opening } = task;
  const { geometry, profile } = opening;
  const { counterexample } = result;
  const told = counterexample === null ? null : tellCounterexample(name, opening, counterexample.steps);
  if (flags.save !== undefined && counterexample !== null) {
    const saved = saveCase(flags.save, name, opening, counterexample);
    warn(saved === null ? "not saved: it has no written form" : `saved ${saved}, with its twin`);
  }
  const explored = { name, pool: poolWords(task, flags), basePfn: geometry.basePfn, seconds };
  report(reporters, {
    text: (look) => `${findingWords(name, told, look)}${exploreText(explored, result, look)}`,
    json: () => exploreJson({ target: name, profile: profile.name, geometry }, result, told?.lines ?? []),
    outcomes: () => [exploreOutcome(explored, result, contextNow())],
  });
}

/** The counterexample as `verify` tells it, or "". */
function findingWords(name: string, told: ToldCounterexample | null, look: Look): string {
  const finding = told?.result.findings[0];
  if (finding === undefined) return "";
  const naming = { basePfn: told?.result.base ?? 0, pageSize: 4096, event: "line" } as const;
  const text = `run \`buddycheck explain ${finding.violation.law}\``;
  const help = { kind: "command", heading: "help", text } as const;
  return `${findingText(finding, { file: name, naming, look, notes: [help] }).join("\n")}\n\n`;
}

/** The pool, the profile, and what is judged. */
function poolWords({ subject, opening }: Task, { oracle }: ExploreFlags): string {
  const { geometry, profile } = opening;
  const { span, maxOrder } = geometry;
  const pool = `${counted(span.end - span.start, "page")}, largest order ${maxOrder}; profile ${profile.name}`;
  if (subject.kind === "spec") return `${pool}; every answer is judged`;
  return `${pool}; ${oracle === "api" ? "answers are" : "answers, lists and counts are"} judged`;
}

/** Adds `explore` to the command line. */
export function registerExplore(program: Command): void {
  addTargetOptions(program.command("explore"))
    .summary("search every state of the specification, an allocator or a mutant")
    .description("Gives every command in every state that can be reached, and judges each step and each state.")
    .option(
      "--oracle <api|lists>",
      "judge the answers alone, or the free lists and counts as well",
      oracleOption,
      "lists",
    )
    .option("--resize <start-end>", "pages that may leave and join, without the end; may be repeated", rangeOption)
    .option(
      "--states-max <n>",
      `stop after so many states; of random walks, after ${WALKED_MAX} where no limit is named`,
      wholeNumber("--states-max", 1, Infinity),
    )
    .option("--depth-max <n>", "do not go on so many commands from the start", wholeNumber("--depth-max", 1, Infinity))
    .option("--budget <time>", "stop after this time, such as 90s or 5m", parseBudget)
    .option("--property <file>", "what is to hold besides the laws (docs/explore.md); may be repeated", collect)
    .addOption(new Option("--mode <mode>", "how states are searched (docs/explore.md)").choices(MODES).default("bfs"))
    .option("--seed <n>", "seed of --mode random", wholeNumber("--seed", 1, Infinity), 1)
    .option(
      "--bits <n>",
      "--mode bitstate: base-2 logarithm of the bits of its table",
      wholeNumber("--bits", 10, 36),
      30,
    )
    .option(
      "--jobs <n>",
      "threads: for a target, breadth first; for the specification, in large pools",
      wholeNumber("--jobs", 1, Infinity),
      1,
    )
    .option("--save <folder>", "save the counterexample as a case of a corpus, with its accepted twin")
    .addOption(
      new Option("--interleave", "let calls overlap, at the granularity of their atomic steps (docs/explore.md)")
        .default(false)
        .conflicts(["oracle", "resize", "property", "mode", "jobs", "raw", "reporter"]),
    )
    .option("--calls <n>", "with --interleave, how many calls may overlap", wholeNumber("--calls", 1, Infinity), 2)
    .option("--reporter <name=path>", REPORTER_HELP, parseReporter)
    .option("--json", "the same as --reporter json (docs/json-report.md)", false)
    .option("--raw", "of the specification, count every state for itself, also where symmetries are sound", false)
    .addHelpText("after", EXAMPLES)
    .action(runExplore);
}

function oracleOption(text: string): Oracle {
  if (text === "api" || text === "lists") return text;
  throw inputError("OPTION_VALUE", "--oracle", "api or lists", text);
}

function rangeOption(text: string, before: readonly FrameRange[] = []): readonly FrameRange[] {
  const range = rangeIn(text);
  if (range !== null && range.start < range.end) return [...before, range];
  throw inputError("OPTION_VALUE", "--resize", "START-END, the end left out", text);
}

const EXAMPLES = `
Examples:
  buddycheck explore reference                          all 1829 states of a pool of 8 pages
  buddycheck explore mutant:cuts-the-list --oracle api  a shortest sequence of calls that shows what is wrong
  buddycheck explore spec --max-order 4                 what the laws themselves allow
  buddycheck explore my-allocator.mjs --pages 16 --budget 5m
  buddycheck explore bootmem                            what a boot allocator hands over, on every small machine
  buddycheck explore mutant:frees-unlocked --interleave two calls at once, step by step
Exit codes: 0 holds, 1 violated, 2 input error, 3 undecided, 4 nothing was ever served.`;
