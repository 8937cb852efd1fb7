// What a suite found, as an outcome (outcome.ts).
//
//  1. A section is a part. A part that exercised nothing gets an item of its own that says so.
//  2. A trace in notation becomes steps, one for each command; text that is none stays a row.

import { parseNotation, type WrittenEvent } from "../../model/notation.ts";
import { checkVerdict, type Check, type CheckFailure, type PartResult, type SuiteResult } from "../checks.ts";
import type { Naming } from "./names.ts";
import type { Context, Defect, Item, Outcome, Section, Step } from "./outcome.ts";
import { stepWords } from "./step-words.ts";

/** A pool's own numbering: reports of checks count pages from its first one. */
const NAMING: Naming = { basePfn: 0, pageSize: 4096, event: "step" };

export function suiteOutcome(result: SuiteResult, context: Context): Outcome {
  return { context, name: result.name, sections: result.parts.map((part) => sectionOf(part, result)) };
}

function sectionOf(part: PartResult, { shard }: SuiteResult): Section {
  const items = part.checks.map(itemOf);
  const exercised = part.vacuous === null || shard !== null;
  return {
    name: part.name,
    summary: part.summary,
    items: exercised ? items : [...items, vacuousItem(part, part.vacuous ?? "")],
    notes: part.figures.map(({ name, count }) => `${count} ${name}`),
  };
}

function vacuousItem({ name }: PartResult, why: string): Item {
  const shows = "The part exercises something.";
  return { group: "", name, shows, verdict: "vacuous", outcome: `nothing exercised: ${why}`, defects: [], notes: [] };
}

function itemOf(check: Check): Item {
  const { group, name, shows, undecided, failures } = check;
  const verdict = checkVerdict(check);
  const outcome = verdict === "undecided" ? (undecided ?? "") : check.outcome;
  return { group, name, shows, verdict, outcome, defects: failures.map(defectOf), notes: [] };
}

function defectOf({ expected, found, trace, law, place, weight }: CheckFailure): Defect {
  const steps = stepsOf(trace);
  return {
    rule: law ?? "check",
    level: weight.kind,
    place,
    message: found,
    rows: [
      { heading: "expected", text: expected },
      ...(weight.kind === "known" ? [{ heading: "known", text: weight.reason }] : []),
      ...(trace !== "" && steps.length === 0 ? [{ heading: "trace", text: trace }] : []),
    ],
    steps,
  };
}

/** The steps of a trace in notation, or none where it is something else. */
function stepsOf(trace: string): readonly Step[] {
  const { events } = parseNotation(trace);
  return events.map((event, at) => ({
    place: null,
    text: trace.slice(event.offset, events[at + 1]?.offset).trim(),
    words: wordsOf(event),
  }));
}

function wordsOf(event: WrittenEvent): string {
  return event.kind === "lost" ? "events were lost here" : stepWords(event.command, event.outcome, NAMING);
}
