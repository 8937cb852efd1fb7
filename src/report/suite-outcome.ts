// What a suite found, as an outcome (outcome.ts).
//
//  1. A section is a part. A part that exercised nothing gets an item of its own that says so.
//  2. A trace in notation becomes steps, one for each command; text that is none stays a row.

import { checkVerdict, type Check, type CheckFailure, type PartResult, type SuiteResult } from "../checks.ts";
import { notationSteps } from "./notation-steps.ts";
import type { Context, Defect, Item, Outcome, Section } from "./outcome.ts";

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
  const steps = notationSteps(trace);
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
