// The example of a law, played: what it breaks and when, ready to be shown.
//
//  1. An example runs on the smallest pool in which the laws can be told apart: 8 pages, orders 0 to 3.
//  2. It runs under the strict laws where these suffice, otherwise under `POLICY`, which promises what a
//     law of policy needs.

import { assert } from "../../model/assert.ts";
import type { Law } from "../../model/invariants.ts";
import { parseNotation } from "../../model/notation.ts";
import { play, SMALL_POOL, type Played } from "../../model/play.ts";
import type { Profile } from "../../model/profile.ts";
import type { Finding } from "../verify/result.ts";
import type { Naming } from "./names.ts";
import { stepWords } from "./step-words.ts";

/** An allocator that serves the lowest half of the lowest of the smallest blocks. */
const POLICY = { fit: "best", placement: "lowest", servedHalf: "low" } as const satisfies Partial<Profile>;

/** What the numbers of an example mean. */
export const EXAMPLE_NAMING: Naming = { basePfn: 0, pageSize: 4096, event: "step" };

/** One step: its place in the text, its words in the notation, and what they say. */
export interface ExampleStep {
  readonly offset: number;
  readonly notation: string;
  readonly words: string;
}

export interface Example {
  readonly pages: number;
  readonly maxOrder: number;
  /** The settings it runs under, beside the strict ones. */
  readonly settings: readonly string[];
  readonly steps: readonly ExampleStep[];
  /** The violation, placed in the text of the example. */
  readonly finding: Finding;
}

/** The law's example, or null for a law that no trace can show broken. */
export function exampleOf(law: Law): Example | null {
  if (law.example === "") return null;
  const strictly = firstBreak(law, {});
  const broken = strictly ?? firstBreak(law, POLICY);
  assert(broken !== null, `the example of ${law.id} does not break it`);
  const steps = stepsOf(law.example);
  return {
    pages: SMALL_POOL.pages,
    maxOrder: SMALL_POOL.maxOrder,
    settings: strictly === null ? Object.entries(POLICY).map(([field, value]) => `${field}: ${value}`) : [],
    steps,
    finding: findingOf(law.example, broken, steps[broken.event - 1] as ExampleStep),
  };
}

function firstBreak(law: Law, profile: Partial<Profile>): Played | null {
  return play(law.example, { profile }).played.find(({ violation }) => violation.law === law.id) ?? null;
}

/** The text step by step: an event's words reach up to those of the next. */
function stepsOf(text: string): readonly ExampleStep[] {
  const { events } = parseNotation(text);
  return events.map((event, index) => ({
    offset: event.offset,
    notation: text.slice(event.offset, events[index + 1]?.offset).trim(),
    words: event.kind === "lost" ? "events were lost here" : stepWords(event.command, event.outcome, EXAMPLE_NAMING),
  }));
}

function findingOf(text: string, { violation }: Played, { offset, notation }: ExampleStep): Finding {
  return {
    number: 1,
    violation,
    line: 1,
    event: 1,
    text,
    column: offset + 1,
    columns: notation.length,
    history: [],
    historyTotal: 0,
    consequences: [],
    consequenceCount: 0,
  };
}
