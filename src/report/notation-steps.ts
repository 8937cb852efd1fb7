// Steps in notation as the steps of an outcome: each with what it says in words.
//
//  1. Notation counts pages from the pool's first one, and so do the words.
//  2. What has no written form, such as a free inside a page, is named and not worded.

import { formatStep, parseNotation, type WrittenEvent } from "../../model/notation.ts";
import type { Command, Outcome } from "../../model/command.ts";
import type { Naming } from "./names.ts";
import type { Step } from "./outcome.ts";
import { stepWords } from "./step-words.ts";

const NAMING: Naming = { basePfn: 0, pageSize: 4096, event: "step" };

/** The steps of a text in notation, or none where it is something else. */
export function notationSteps(text: string): readonly Step[] {
  const { events } = parseNotation(text);
  return events.map((event, at) => ({
    place: null,
    text: text.slice(event.offset, events[at + 1]?.offset).trim(),
    words: wordsOf(event),
  }));
}

/** The same of calls with their answers, whose pfns are absolute. */
export function answeredSteps(
  steps: readonly { readonly command: Command; readonly outcome: Outcome }[],
  basePfn: number,
): readonly Step[] {
  return steps.flatMap(({ command, outcome }) => {
    const text = formatStep(command, outcome, basePfn);
    return text === null ? [{ place: null, text: command.kind, words: "" }] : notationSteps(text);
  });
}

function wordsOf(event: WrittenEvent): string {
  return event.kind === "lost" ? "events were lost here" : stepWords(event.command, event.outcome, NAMING);
}
