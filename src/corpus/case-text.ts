// The text of a case, as the corpus keeps it.
//
//  1. The fields stand in one order, each event on a line of its own, so that an expectation's line is that of one
//     event, and a change of one event is a change of one line.
//  2. A profile is named if it has a name, else its fields are written that differ from the strict ones.
//  3. A text that YAML might take for something else is quoted. What has no written form has no case.

import { formatStep } from "../../model/notation.ts";
import type { Expected } from "../spec/case.ts";
import { poolLines, profileWords } from "../spec/written.ts";
import { geometryOf, type Sequence } from "./sequence.ts";

export interface Draft {
  readonly sequence: Sequence;
  readonly shows: string;
  readonly provenance: string;
  readonly twin: string | null;
  /** The profile's name, or null where it is written out. */
  readonly profileName: string | null;
  /** Without the line: that of the last event. */
  readonly expected: Omit<Extract<Expected, { kind: "violated" }>, "line"> | { readonly kind: "holds" };
}

/** The whole file, or null where an event has no written form. */
export function caseText(draft: Draft): string | null {
  const { basePfn } = geometryOf(draft.sequence);
  const words = draft.sequence.steps.map(({ command, outcome }) =>
    command === null ? "lost" : formatStep(command, outcome, basePfn),
  );
  if (words.some((word) => word === null)) return null;
  const head = [...headerLines(draft.sequence), "events:", ...words.map((word) => `  - ${scalar(word ?? "")}`)];
  const { shows, provenance, twin } = draft;
  const told = Object.entries({ shows, provenance, twin }).flatMap(([field, text]) =>
    text === null ? [] : [`${field}: ${scalar(text)}`],
  );
  return `${[...head, ...told, "expect:", `  - ${expectation(draft, head.length)}`].join("\n")}\n`;
}

function headerLines({ header }: Sequence): readonly string[] {
  const { allocator, shape, start } = header;
  return [
    "buddytrace: 1",
    ...(allocator === "" ? [] : [`allocator: ${scalar(allocator)}`]),
    ...poolLines(shape),
    ...(start === "empty" ? [] : [`start: ${start}`]),
  ];
}

function expectation({ sequence, profileName, expected }: Draft, line: number): string {
  const profile = profileName ?? profileWords(sequence.profile);
  if (expected.kind === "holds") return `{ profile: ${profile}, verdict: holds }`;
  const { law, blame } = expected;
  return `{ profile: ${profile}, verdict: violated, line: ${line}, law: ${law}, blame: ${blame} }`;
}

/** Rule 3: plain where it begins with a letter and holds nothing that YAML reads as its own, else in JSON. */
function scalar(text: string): string {
  const isPlain =
    /^[A-Za-z+.][^\n\r\t"'`{}[\]&*#?|<>=!%@\\]*$/u.test(text) || /^[ap]\d[^\s#]*$|^f\d[^\s#]*$/u.test(text);
  const isWord = /^(?:true|false|null|yes|no|on|off|~)$/iu.test(text);
  return isPlain && !isWord && !text.includes(": ") && !/[\s:]$/u.test(text) ? text : JSON.stringify(text);
}
