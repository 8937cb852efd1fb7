// A counterexample as a trace like any other: lines of JSON for reports and viewers, a case for the corpus.
//
//  1. The lines are read and judged as a recording would be, so its report is the one that `verify` gives.
//  2. A saved case is rejected, so it owes an accepted twin: both are made as `corpus add` makes them.

import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { assert } from "../../model/assert.ts";
import { subtract, type Geometry, type PoolShape } from "../../model/geometry.ts";
import { LAW_IDS } from "../../model/invariants.ts";
import { caseText } from "../corpus/case-text.ts";
import { twinOf, type Sequence } from "../corpus/sequence.ts";
import type { Counterexample, ExploredStep } from "../explore/result.ts";
import { profileWords } from "../spec/written.ts";
import type { Opening } from "../targets/target.ts";
import type { TraceHeader } from "../trace/event.ts";
import { NativeReader } from "../trace/native.ts";
import { eventLine, headerLine } from "../trace/native-writer.ts";
import { HistoryCollector } from "../verify/history.ts";
import type { TraceResult } from "../verify/result.ts";
import { Verifier } from "../verify/verify.ts";
import { writeCase } from "./save-case.ts";

/** A counterexample's lines, and what judging them shows. */
export interface ToldCounterexample {
  readonly lines: readonly string[];
  readonly result: TraceResult;
}

/** Writes a counterexample of a target as a trace, and judges it as one. */
export function tellCounterexample(name: string, opening: Opening, steps: readonly ExploredStep[]): ToldCounterexample {
  const { basePfn } = opening.geometry;
  return tellTrace(
    name,
    opening,
    steps.map(({ command, outcome }) => eventLine(command, outcome, basePfn)),
  );
}

/** Puts a header before a trace's event lines, and judges it. */
export function tellTrace(name: string, opening: Opening, events: readonly string[]): ToldCounterexample {
  const { profile } = opening;
  const lines = [headerLine(headerOf(name, opening)), ...events];
  const text = new TextEncoder().encode(`${lines.join("\n")}\n`);
  const options = { file: name, profileOf: () => profile, laws: new Set(LAW_IDS), findingsMax: 1, failFast: true };
  const verifier = new Verifier(options);
  read(text, verifier, name);
  const result = verifier.result(lines.length);
  const histories = new HistoryCollector(result.findings, profile.rounding, result.base);
  read(text, histories, name);
  return { lines, result: { ...result, findings: histories.complete(result.findings) } };
}

function read(text: Uint8Array, sink: Verifier | HistoryCollector, name: string): void {
  const reader = new NativeReader(sink, name);
  sink.cursor = reader;
  reader.push(text);
  reader.end();
}

/** The header of a trace of this allocator in this pool. */
export function headerOf(allocator: string, { geometry }: Opening): TraceHeader {
  return { allocator, profile: null, pageSize: 4096, shape: shapeOf(geometry), start: "empty" };
}

/** The shape of a pool in its own page numbers. */
function shapeOf({ maxOrder, span, basePfn, zones, runs }: Geometry): PoolShape {
  function shifted<Range extends { readonly start: number; readonly end: number }>(range: Range): Range {
    return { ...range, start: range.start - span.start, end: range.end - span.start };
  }
  const isOneZone = zones.length === 1 && zones[0]?.name === "";
  return {
    maxOrder,
    pages: span.end - span.start,
    basePfn,
    reserved: subtract(span, runs).map(shifted),
    zones: isOneZone ? [] : zones.map(shifted),
  };
}

/** What a recorded case says of itself. */
export interface RecordedWords {
  readonly target: string;
  /** What its files' names end in. */
  readonly suffix: string;
  readonly shows: string;
  readonly provenance: string;
}

/**
 * Saves a counterexample that has no shorter written form as a recording, with the verdict that `verify` comes to,
 * and as its accepted twin the same calls answered by the reference; the path of the rejected case.
 */
export function saveRecorded(
  folder: string,
  { target, suffix, shows, provenance }: RecordedWords,
  opening: Opening,
  { lines, result }: ToldCounterexample,
  steps: readonly ExploredStep[],
): string {
  const [finding] = result.findings;
  const answered = twinOf({ header: headerOf("", opening), profile: opening.profile, steps });
  const name = `${caseName(target)}-${suffix}`;
  assert(finding !== undefined && answered !== null, `${name} shows nothing`);
  const accepted = caseText({
    sequence: answered,
    shows: `The same calls as in ../rejected/${name}.jsonl, made one after the other and answered by the reference.`,
    provenance,
    twin: null,
    profileName: null,
    expected: { kind: "holds" },
  });
  assert(accepted !== null, `the twin of ${name} cannot be written`);
  const { line, violation } = finding;
  const verdict = `verdict: violated, line: ${line}, law: ${violation.law}, blame: ${violation.blame}`;
  const rejected = [
    `recording: ${name}.jsonl`,
    `shows: ${JSON.stringify(shows)}`,
    `provenance: ${JSON.stringify(provenance)}`,
    `twin: ../accepted/${name}.case.yaml`,
    "expect:",
    `  - { profile: ${profileWords(opening.profile)}, ${verdict} }`,
  ];
  const written = writeCase(folder, { name, rejected: `${rejected.join("\n")}\n`, accepted });
  writeFileSync(join(dirname(written), `${name}.jsonl`), `${lines.join("\n")}\n`);
  return written;
}

function caseName(target: string): string {
  return target.replaceAll(/[^\w.-]+/gu, "-").replaceAll(/^-+|-+$/gu, "");
}

/** Saves a counterexample and its accepted twin in a corpus; the case's file, null where it has no written form. */
export function saveCase(
  folder: string,
  target: string,
  opening: Opening,
  { steps, violations, isShortest }: Counterexample,
): string | null {
  const [first] = violations;
  assert(first !== undefined, "a counterexample without a violation");
  const { law, blame } = first;
  const name = `${caseName(target)}-${law}`;
  const twin = `../accepted/${name}.case.yaml`;
  const sequence: Sequence = { header: headerOf("", opening), profile: opening.profile, steps };
  const answered = twinOf(sequence);
  assert(answered !== null, "a pool in which the reference serves nothing");
  const profileName = null;
  const provenance = `found by \`buddycheck explore\`${isShortest ? ", breadth first" : ""}`;
  const rejected = caseText({
    sequence,
    shows: isShortest
      ? `${target} breaks ${law}; no shorter sequence of calls shows anything wrong.`
      : `${target} breaks ${law}; a shorter sequence of calls may show it, too.`,
    provenance,
    twin,
    profileName,
    expected: { kind: "violated", law, blame },
  });
  const accepted = caseText({
    sequence: answered,
    shows: `The same calls as in ../rejected/${name}.case.yaml, answered by the reference allocator.`,
    provenance,
    twin: null,
    profileName,
    expected: { kind: "holds" },
  });
  if (rejected === null || accepted === null) return null;
  return writeCase(folder, { name, rejected, accepted });
}
