// Runs the regression corpus: each case must get exactly the verdict that it expects, under each of its profiles.
//
//  1. Of a violated trace the line, the law and the blame of the first violation must be those expected. The
//     whole trace is read all the same, so that mistakes in its text cannot hide behind an early violation.
//  2. A rejected case needs its twin in the same corpus, accepted: a checker that rejects everything fails.
//  3. A case may know that it fails, with a reason, up to a day. From then on it fails like any other, and a case
//     that knows of a failure it does not have fails too: what no longer hides anything is to go.
//  4. Which files there are, their bytes, and what day it is, is the caller's business (`CorpusWorld`).

import { assert } from "../../model/assert.ts";
import { LAW_IDS, type LawId } from "../../model/invariants.ts";
import { ERROR, type Check, type CheckFailure, type PartResult, type Weight } from "../checks.ts";
import type { Place } from "../problem.ts";
import { OUT_OF_TIME, type Share } from "../share.ts";
import { isRejected, type CorpusCase, type Expectation, type Expected } from "../spec/case.ts";
import { feedWritten } from "../trace/written.ts";
import type { TraceResult } from "../verify/result.ts";
import { Verifier } from "../verify/verify.ts";
import { expectedWords, foundVerdict, foundWords } from "./verdict-words.ts";

/** A case by its name in the corpus: its path in the corpus' folder, without `.case.yaml`. */
export interface NamedCase {
  readonly name: string;
  readonly read: CorpusCase;
}

/** The files that the corpus lies in. */
export interface CorpusWorld {
  /** Feeds the trace in a file, or the log by a dialect, to the verifier; answers the lines read. */
  readonly feed: (file: string, verifier: Verifier, dialect: string | null) => Promise<number>;
  /** The path of a file that another names, relative to itself. */
  readonly beside: (file: string, name: string) => string;
  /** Today's date, as 2026-11-30. */
  readonly today: string;
}

/** What was judged so far. */
interface Totals {
  verdicts: number;
  events: number;
  snapshots: number;
  readonly laws: Map<LawId, number>;
}

/** Runs all cases of a corpus that are this run's; `name` is that of the part. */
export async function runCorpus(
  cases: readonly NamedCase[],
  world: CorpusWorld,
  share: Share,
  name: string = "corpus",
): Promise<PartResult> {
  const totals: Totals = { verdicts: 0, events: 0, snapshots: 0, laws: new Map() };
  const accepted = new Set(cases.filter(({ read }) => !isRejected(read)).map(({ read }) => read.file));
  const own = cases.filter((_, number) => share.takes(number));
  const checks: Check[] = [];
  for (const named of own) {
    checks.push(
      share.isOver() ? { ...checkOf(named), undecided: OUT_OF_TIME } : await runCase(named, accepted, world, totals),
    );
  }
  const { verdicts, events, snapshots, laws } = totals;
  return {
    kind: "corpus",
    name,
    summary: "recordings and written traces, each with the verdict that it must get",
    checks,
    figures: [
      { name: "cases", count: own.length },
      { name: "verdicts", count: verdicts },
      { name: "events", count: events },
      { name: "snapshots", count: snapshots },
    ],
    laws,
    vacuous: cases.length === 0 ? "the folder holds no case" : events === 0 ? "no case has an event" : null,
  };
}

function checkOf({ name, read }: NamedCase): Check {
  const [group = "", ...rest] = name.includes("/") ? name.split("/") : [".", name];
  const outcome = outcomeWords(read.expectations);
  return { group, name: rest.join("/"), shows: read.shows, outcome, failures: [], undecided: null };
}

async function runCase(
  named: NamedCase,
  accepted: ReadonlySet<string>,
  world: CorpusWorld,
  totals: Totals,
): Promise<Check> {
  const { read } = named;
  const failures: CheckFailure[] = [...twinFailures(read, accepted, world)];
  for (const expectation of read.expectations) {
    const result = await judge(read, expectation, world);
    count(result, totals);
    const found = foundWords(result);
    const expected = expectedWords(expectation.expected);
    if (found === expected) continue;
    const law = result.findings[0]?.violation.law ?? null;
    const words = { expected: `${expectation.profileWords}: ${expected}`, found, trace: "" };
    failures.push({ ...words, law, place: placeOf(result), weight: ERROR });
  }
  return { ...checkOf(named), failures: weighed(failures, read, world) };
}

/** Rule 3. */
function weighed(
  failures: readonly CheckFailure[],
  { file, known }: CorpusCase,
  { today }: CorpusWorld,
): readonly CheckFailure[] {
  if (known === null) return failures;
  if (failures.length === 0) {
    const expected = `the failure that is known: ${known.reason}`;
    return [failureIn(file, expected, "nothing wrong, so `known` is to be removed")];
  }
  if (today >= known.until) {
    return [
      ...failures,
      failureIn(file, `to be mended by ${known.until}: ${known.reason}`, "the failure all the same"),
    ];
  }
  const weight: Weight = { kind: "known", reason: `${known.reason} (until ${known.until})` };
  return failures.map((failure) => ({ ...failure, weight }));
}

function failureIn(file: string, expected: string, found: string): CheckFailure {
  return { expected, found, trace: "", law: null, place: { file, line: 1, column: 1 }, weight: ERROR };
}

function placeOf({ file, findings, problems }: TraceResult): Place {
  const [problem] = problems;
  return problem?.place ?? { file, line: findings[0]?.line ?? 1, column: findings[0]?.column ?? 1 };
}

function twinFailures(
  { file, twin }: CorpusCase,
  accepted: ReadonlySet<string>,
  world: CorpusWorld,
): readonly CheckFailure[] {
  if (twin === null || accepted.has(world.beside(file, twin))) return [];
  return [failureIn(file, `an accepted twin ${twin}`, "no such case in this corpus")];
}

/** The verdicts that a case gets, one for each that it expects. What is wrong with its trace is thrown. */
export async function judgeCase(read: CorpusCase, world: CorpusWorld): Promise<readonly Expected[]> {
  const verdicts: Expected[] = [];
  for (const expectation of read.expectations) {
    const result = await judge(read, expectation, world);
    assert(result.problems.length === 0, foundWords(result));
    verdicts.push(foundVerdict(result));
  }
  return verdicts;
}

/** Judges the trace of a case under one of its profiles. */
async function judge(
  { file, recording, dialect, written }: CorpusCase,
  { profile }: Expectation,
  world: CorpusWorld,
): Promise<TraceResult> {
  const path = recording === null ? file : world.beside(file, recording);
  const laws = new Set(LAW_IDS);
  const verifier = new Verifier({
    file: path,
    profileOf: () => profile,
    laws,
    findingsMax: 1,
    failFast: false,
    evidence: false,
  });
  if (written !== null && recording === null && feedWritten(written.value, written.events, verifier))
    return verifier.result(written.lineCount);
  return verifier.result(await world.feed(path, verifier, dialect));
}

function count({ events, tally, findings }: TraceResult, totals: Totals): void {
  totals.verdicts++;
  totals.events += events;
  totals.snapshots += tally.snapshots;
  const law = findings[0]?.violation.law;
  if (law !== undefined) totals.laws.set(law, (totals.laws.get(law) ?? 0) + 1);
}

/** `no-overlap at 23 under strict; holds under liteos`: the line that stands for a case that passed. */
function outcomeWords(expectations: readonly Expectation[]): string {
  const profiles = new Map<string, string[]>();
  for (const { profileWords, expected } of expectations) {
    const verdict = expected.kind === "violated" ? `${expected.law} at ${expected.line}` : expected.kind;
    profiles.set(verdict, [...(profiles.get(verdict) ?? []), profileWords]);
  }
  return [...profiles].map(([verdict, names]) => `${verdict} under ${names.join(", ")}`).join("; ");
}
