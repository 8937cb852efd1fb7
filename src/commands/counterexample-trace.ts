// A counterexample as a trace like any other: lines of JSON for reports and viewers, a case for the corpus.
//
//  1. The lines are read and judged as a recording would be, so its report is the one that `verify` gives.
//  2. A saved case is rejected, so it owes an accepted twin: the same commands, answered by the reference allocator.
//     Both are YAML with an event a line, so that the line of the violation can be named.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Allocator } from "../../model/allocator.ts";
import { OK, type Command, type Outcome } from "../../model/command.ts";
import { subtract, type Geometry, type PoolShape } from "../../model/geometry.ts";
import { LAW_IDS } from "../../model/invariants.ts";
import { formatStep } from "../../model/notation.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import type { Violation } from "../../model/violation.ts";
import type { Counterexample, ExploredStep } from "../explore/result.ts";
import type { Opening } from "../targets/target.ts";
import type { TraceHeader } from "../trace/event.ts";
import { NativeReader } from "../trace/native.ts";
import { eventLine, headerLine } from "../trace/native-writer.ts";
import { HistoryCollector } from "../verify/history.ts";
import type { TraceResult } from "../verify/result.ts";
import { Verifier } from "../verify/verify.ts";

/** A counterexample's lines, and what judging them shows. */
export interface ToldCounterexample {
  readonly lines: readonly string[];
  readonly result: TraceResult;
}

/** Writes a counterexample of a target as a trace, and judges it as one. */
export function tellCounterexample(name: string, opening: Opening, steps: readonly ExploredStep[]): ToldCounterexample {
  const { geometry, profile } = opening;
  const header: TraceHeader = {
    allocator: name,
    profile: null,
    pageSize: 4096,
    shape: shapeOf(geometry),
    start: "empty",
  };
  const base = geometry.basePfn;
  const lines = [headerLine(header), ...steps.map(({ command, outcome }) => eventLine(command, outcome, base))];
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

/** Saves a counterexample and its accepted twin in a folder; the paths written. */
export function saveCase(
  folder: string,
  target: string,
  opening: Opening,
  { steps, violations }: Counterexample,
): readonly string[] {
  const name = target.replaceAll(/[^\w.-]+/gu, "-").replaceAll(/^-+|-+$/gu, "");
  const [first] = violations;
  if (first === undefined) throw new RangeError("a counterexample without a violation");
  const rejected = join(folder, `${name}-${first.law}.yaml`);
  const accepted = join(folder, `${name}-${first.law}.accepted.yaml`);
  mkdirSync(folder, { recursive: true });
  const shows = `${target} breaks ${first.law}; no shorter sequence of calls shows anything wrong.`;
  const twin = `${name}-${first.law}.accepted.yaml`;
  writeFileSync(rejected, caseText({ opening, steps, shows, twin, violation: first }));
  writeFileSync(
    accepted,
    caseText({
      opening,
      steps: asReference(opening, steps),
      shows: `The same calls as in ${name}-${first.law}.yaml, answered by the reference allocator.`,
      twin: null,
      violation: null,
    }),
  );
  return [rejected, accepted];
}

interface CaseParts {
  readonly opening: Opening;
  readonly steps: readonly ExploredStep[];
  readonly shows: string;
  readonly twin: string | null;
  /** What the last event shows to be broken; null where nothing is. */
  readonly violation: Violation | null;
}

function caseText({ opening, steps, shows, twin, violation }: CaseParts): string {
  const { geometry, profile } = opening;
  const { maxOrder, pages, basePfn, reserved, zones } = shapeOf(geometry);
  const head = [
    "buddytrace: 1",
    `max_order: ${maxOrder}`,
    `pages: ${pages}`,
    ...(basePfn === 0 ? [] : [`base_pfn: ${basePfn}`]),
    ...(reserved.length === 0 ? [] : [`reserved: [${reserved.map(rangeText).join(", ")}]`]),
    ...(zones.length === 0
      ? []
      : [`zones: [${zones.map((zone) => `{ name: ${zone.name}, pfns: ${rangeText(zone)} }`).join(", ")}]`]),
    "events:",
  ];
  const events = steps.map(({ command, outcome }) => `  - "${formatStep(command, outcome, geometry.basePfn) ?? ""}"`);
  const expected =
    violation === null
      ? "verdict: holds"
      : `verdict: violated, line: ${head.length + events.length}, law: ${violation.law}, blame: ${violation.blame}`;
  const tail = [
    `shows: ${JSON.stringify(shows)}`,
    "provenance: found by `buddycheck explore`, breadth first",
    ...(twin === null ? [] : [`twin: ${twin}`]),
    "expect:",
    `  - { profile: ${profileText(profile)}, ${expected} }`,
  ];
  return `${[...head, ...events, ...tail].join("\n")}\n`;
}

function rangeText({ start, end }: { readonly start: number; readonly end: number }): string {
  return `[${start}, ${end}]`;
}

/** The fields in which a profile differs from the strict laws. */
function profileText(profile: Profile): string {
  const fields = (Object.keys(STRICT_PROFILE) as (keyof Profile)[]).filter(
    (field) => field !== "name" && profile[field] !== STRICT_PROFILE[field],
  );
  return fields.length === 0
    ? "strict"
    : `{ ${fields.map((field) => `${field}: ${String(profile[field])}`).join(", ")} }`;
}

/** What the reference answers to the same commands, looked at where the others were. */
function asReference({ geometry, profile }: Opening, steps: readonly ExploredStep[]): readonly ExploredStep[] {
  const allocator = new Allocator(geometry, profile);
  return steps.map(({ command }): ExploredStep => {
    const seen = lookOf(allocator, command);
    return seen === null ? { command, outcome: allocator.answer(command) } : { command: seen, outcome: OK };
  });
}

function lookOf(allocator: Allocator, command: Command): (Command & Outcome) | Command | null {
  if (command.kind === "snapshot") return allocator.snapshot();
  return command.kind === "counts" ? allocator.counts(command.zone) : null;
}
