// `buddycheck explore --interleave`: calls that overlap, step by step, in all their schedules.
//
//  1. The reference runs in the steps of model/stepped-allocator.ts; a module declares its own by `yield`.
//  2. A counterexample is a concurrent trace: it is told as `verify` tells it, and `--save` writes it as a recording
//     with its expected verdict, beside the same calls made one after the other.
//  3. Without `--pages` and `--max-order` the pool has 4 pages: the smallest in which a block is halved twice.

import type { PoolShape } from "../../model/geometry.ts";
import { SMALL_POOL } from "../../model/play.ts";
import { exploreInterleaved, type InterleavedResult } from "../explore/explore-interleaved.ts";
import type { InterleavedCounterexample } from "../explore/interleaved-replay.ts";
import type { SearchLimits } from "../search/breadth-first.ts";
import type { ProblemCode } from "../problem.ts";
import { findingText } from "../report/finding-text.ts";
import { interleavedJson } from "../report/interleaved-json.ts";
import { interleavedText } from "../report/interleaved-text.ts";
import { callWords, counted } from "../report/names.ts";
import { REFERENCE, STEPPED_REFERENCE } from "../targets/reference.ts";
import type { Memory, Opening, Session, Steps } from "../targets/target.ts";
import { timedLine } from "../trace/native-writer.ts";
import { EXIT } from "../verdict.ts";
import { saveRecorded, tellTrace, type ToldCounterexample } from "./counterexample-trace.ts";
import { inputError } from "./input.ts";
import { outputLook, print, warn } from "./output.ts";
import type { Subject } from "./target-options.ts";

/** The pool where the options are silent. */
export const INTERLEAVED_POOL: PoolShape = { ...SMALL_POOL, maxOrder: 2, pages: 4 };

/** What is explored, and how much may overlap. */
export interface InterleavedTask {
  /** As the user named it. */
  readonly name: string;
  readonly subject: Subject;
  readonly opening: Opening;
  readonly calls: number;
  readonly save?: string;
  readonly json: boolean;
}

/** Explores a target's calls in steps, tells what came of it, and sets the exit code. */
export function runInterleaved(task: InterleavedTask, limits: SearchLimits & { readonly seconds: number }): void {
  const { opening, calls } = task;
  const { session, memory, steps } = openStepped(task);
  if (calls > 2 && session.snapshot() === null) {
    throw inputError("OPTION_VALUE", "--calls", "2, for a target that shows no free lists", String(calls));
  }
  const result = exploreInterleaved({ ...opening, session, memory, steps, calls, limits });
  if (result.trouble !== null) throw troubleError(task, result.trouble);
  tell(task, result, limits.seconds);
  process.exitCode = EXIT[result.verdict];
}

interface SteppedSession {
  readonly session: Session;
  readonly memory: Memory;
  readonly steps: Steps;
}

/** The task's target, opened; an input error if it has no state or no steps. */
function openStepped({ name, subject, opening }: InterleavedTask): SteppedSession {
  const expected = "a target in this process, with a state that can be saved, and calls in steps";
  const target = subject.kind === "spec" ? null : subject.target;
  if (target === null || target.kind === "script") {
    throw inputError("EXPLORE_NO_STEPS", name, expected, target === null ? "the specification" : "a program");
  }
  const session = (target === REFERENCE ? STEPPED_REFERENCE : target).open(opening);
  const { memory, steps } = session;
  if (steps === null) throw inputError("EXPLORE_NO_STEPS", name, expected, "calls that run through at once");
  if (memory === null) throw inputError("EXPLORE_NO_STATES", name, expected, "no state");
  return { session, memory, steps };
}

const TROUBLES = {
  nondeterministic: ["TARGET_NONDETERMINISTIC", "the same state each time the same steps are taken"],
  endless: ["TARGET_ENDLESS_STEPS", "an answer after at most 256 steps"],
  "not-replayed": ["TARGET_HIDES_STATE", "the same outcome when the steps are taken from the start"],
} as const satisfies Readonly<Record<string, readonly [code: ProblemCode, expected: string]>>;

function troubleError({ name, opening }: InterleavedTask, trouble: NonNullable<InterleavedResult["trouble"]>): Error {
  const [code, expected] = TROUBLES[trouble.kind];
  const called = trouble.calls.map((command) => callWords(command, opening.geometry.basePfn));
  return inputError(code, name, expected, `otherwise in the calls ${called.join(" ")}`);
}

function tell(task: InterleavedTask, result: InterleavedResult, seconds: number): void {
  const { name, opening, calls } = task;
  const { geometry, profile } = opening;
  const told = result.counterexample === null ? null : traceOf(task, result.counterexample);
  if (told !== null && result.counterexample !== null) save(task, told, result.counterexample);
  if (task.json) {
    print(interleavedJson({ target: name, profile: profile.name, geometry }, calls, result, told?.lines ?? []));
    return;
  }
  const look = outputLook();
  const finding = told?.result.findings[0];
  if (finding !== undefined) {
    const naming = { basePfn: told?.result.base ?? 0, pageSize: 4096, event: "line" } as const;
    print(`${findingText(finding, { file: name, naming, look, notes: [] }).join("\n")}\n\n`);
  }
  const { span, maxOrder, basePfn } = geometry;
  const pages = counted(span.end - span.start, "page");
  const pool = `${pages}, largest order ${maxOrder}; profile ${profile.name}; judged in every order of calls that overlap`;
  print(interleavedText({ name, pool, basePfn, seconds }, calls, result, look));
}

/** The counterexample as a concurrent trace. */
function traceOf({ name, opening }: InterleavedTask, { steps }: InterleavedCounterexample): ToldCounterexample {
  const { basePfn } = opening.geometry;
  return tellTrace(
    name,
    opening,
    steps.map(({ command, outcome, ...times }) => timedLine(command, outcome, basePfn, times)),
  );
}

function save(
  { save: folder, name, opening }: InterleavedTask,
  told: ToldCounterexample,
  { steps }: InterleavedCounterexample,
): void {
  if (folder === undefined) return;
  const words = {
    target: name,
    suffix: "interleaved",
    shows: `No order of calls that overlap explains what ${name} answers.`,
    provenance: "found by `buddycheck explore --interleave`",
  };
  warn(`saved ${saveRecorded(folder, words, opening, told, steps)}`);
}
