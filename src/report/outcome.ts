// What a command found, in the one form from which every report for other programs is written.
//
//   outcome    all of it, with the tool and the time
//   section    a part of a suite, or the traces named on a command line
//   item       one thing that had to come out one way: a check, a trace
//   defect     why it did not: what was expected and found, where, and the steps that lead there
//
//  1. An outcome is data. Its sentences are those of the text report; reports lay them out and reword nothing.
//  2. An item is passed, failed, undecided, vacuous (nothing was exercised) or wrong (the input is). What is not
//     passed is never reported as passed; where a format has no word for it, its report says which it takes.
//  3. Steps are those of the counterexample, oldest first; the last one is the defect itself.

import { LAW_IDS, lawOf, type LawId } from "../../model/invariants.ts";
import type { Place } from "../problem.ts";

/** Who reports, and when it ran. */
export interface Context {
  readonly version: string;
  /** Milliseconds since 1970, and the same as 2026-11-30T12:00:00.000Z. */
  readonly started: number;
  readonly startedUtc: string;
  readonly ended: number;
  readonly endedUtc: string;
}

export interface Outcome {
  readonly context: Context;
  /** The suite's name, or the command's. */
  readonly name: string;
  readonly sections: readonly Section[];
}

export interface Section {
  readonly name: string;
  readonly summary: string;
  readonly items: readonly Item[];
  /** What is said besides: figures, laws that were not checked. */
  readonly notes: readonly string[];
}

export const ITEM_VERDICTS = ["wrong", "failed", "undecided", "vacuous", "passed"] as const;
export type ItemVerdict = (typeof ITEM_VERDICTS)[number];

export interface Item {
  readonly group: string;
  readonly name: string;
  readonly shows: string;
  readonly verdict: ItemVerdict;
  /** How it came out, in a few words. */
  readonly outcome: string;
  readonly defects: readonly Defect[];
  readonly notes: readonly string[];
}

export interface Defect {
  /** A law, the code of a problem, a rule of kernel traces, or `check`. */
  readonly rule: string;
  readonly level: "error" | "warning" | "known";
  /** Where in a file, or null. */
  readonly place: Place | null;
  /** What was seen, in one sentence without a full stop. */
  readonly message: string;
  readonly rows: readonly Row[];
  readonly steps: readonly Step[];
}

export interface Row {
  readonly heading: string;
  readonly text: string;
}

export interface Step {
  readonly place: Place | null;
  /** The line as recorded, or the step in notation. */
  readonly text: string;
  /** What it says, or "" where the text says it. */
  readonly words: string;
}

/** What a rule says, in one sentence; its own name where it is none of the laws. */
export function ruleWords(rule: string): string {
  const law = LAW_IDS.find((id: LawId) => id === rule);
  return law === undefined ? rule : lawOf(law).statement;
}

/** The items of each verdict. */
export function countVerdicts(items: readonly Item[]): Readonly<Record<ItemVerdict, number>> {
  const counts = { wrong: 0, failed: 0, undecided: 0, vacuous: 0, passed: 0 };
  for (const { verdict } of items) counts[verdict]++;
  return counts;
}

/** `helios/rejected/short`, or the name alone where the group says nothing. */
export function itemPath({ group, name }: Pick<Item, "group" | "name">): string {
  return group === "" || group === "." ? name : `${group}/${name}`;
}

/** A defect in lines: what was seen, what was expected, and the steps. */
export function defectLines({ message, place, rows, steps }: Defect): readonly string[] {
  const at = place === null ? [] : [`at ${placeWords(place)}`];
  const told = rows.map(({ heading, text }) => `${heading}: ${text}`);
  const taken = steps.map((step, index) => `${index + 1}. ${stepLine(step)}`);
  return [message, ...at, ...told, ...(taken.length === 0 ? [] : ["steps:", ...taken])];
}

/** `boot.jsonl:57:31`. */
export function placeWords({ file, line, column }: Place): string {
  return line === 0 ? file : `${file}:${line}:${column}`;
}

function stepLine({ place, text, words }: Step): string {
  const line = place === null || place.line === 0 ? "" : `line ${place.line}: `;
  return `${line}${text}${words === "" ? "" : `   ${words}`}`;
}
