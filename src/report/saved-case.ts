// A counterexample as a case of a regression corpus (traces/README.md): the sequence itself, never a seed.
//
//  1. Each step stands on a line of its own, with its answer. Looks are among the steps only where the law needs an
//     earlier one, such as a law about what changed between two looks.
//  2. The twin is what the reference allocator answers to the same moves: the same situation, answered correctly.
//  3. A profile is written as the fields in which it differs from the strict laws, so that a case stands alone.

import { LAW_IDS, type LawId } from "../../model/invariants.ts";
import { createLedger } from "../../model/ledger.ts";
import { formatStep } from "../../model/notation.ts";
import { step } from "../../model/step.ts";
import type { PoolShape } from "../../model/geometry.ts";
import { poolLines, profileWords } from "../spec/written.ts";
import type { Opening } from "../targets/target.ts";
import { REFERENCE } from "../targets/reference.ts";
import type { CampaignOptions } from "../test/campaign.ts";
import { openingFor, type Counterexample } from "../test/counterexample.ts";
import { exhibit, isLook } from "../test/exhibit.ts";
import type { Answered } from "../test/scripts.ts";
import { Stage } from "../test/stage.ts";
import { certificateWords } from "./campaign-words.ts";

/** Two files of a corpus: the rejected case and its accepted twin. */
export interface SavedCase {
  /** Without a folder and an ending: `drained-1f3a09c2`. */
  readonly name: string;
  readonly rejected: string;
  readonly accepted: string;
}

/** The case of a counterexample; null where it did not show again, or has no written form. */
export function savedCase(counterexample: Counterexample, options: CampaignOptions): SavedCase | null {
  const { law, script, pool, certificate } = counterexample;
  const { target, profile, eyes, laws } = options;
  const opening = openingFor(counterexample, profile);
  const stage = new Stage(target, opening, eyes, laws);
  const shown = exhibit(stage, script);
  if (shown === null) return null;
  const isEnough = firstBroken(shown.steps, opening) === law;
  const steps: readonly Answered[] = isEnough ? shown.steps : stage.play(script).steps;
  const answered = new Stage(REFERENCE, opening, stage.eyes).play(script).steps;
  const { basePfn } = opening.geometry;
  const wrong = written(steps, basePfn);
  const right = written(isEnough ? looksAsIn(steps, answered) : answered, basePfn);
  if (wrong === null || right === null) return null;
  const name = `${law}-${hashOf(wrong.join(" "))}`;
  const words = profileWords(profile);
  const head = headerLines(target.name, words, pool.shape);
  const line = head.length + steps.length;
  return {
    name,
    rejected: caseText(head, wrong, [
      `shows: ${JSON.stringify(`The law ${law} is broken.`)}`,
      `provenance: ${JSON.stringify(`found by buddycheck test; ${certificateWords(certificate, script.length)}`)}`,
      `twin: ../accepted/${name}.case.yaml`,
      "expect:",
      `  - { profile: ${words}, verdict: violated, line: ${line}, law: ${law}, blame: allocator }`,
    ]),
    accepted: caseText(head, right, [
      "shows: The same calls, answered as they must be.",
      "provenance: answered by the reference allocator",
      "expect:",
      `  - { profile: ${words}, verdict: ${right.length === 0 ? "vacuous" : "holds"} }`,
    ]),
  };
}

/** The calls of the twin, and its last look if the case has one. */
function looksAsIn(steps: readonly Answered[], twin: readonly Answered[]): readonly Answered[] {
  const last = steps.at(-1)?.command.kind;
  const look = twin.findLastIndex(({ command }) => command.kind === last && isLook(last));
  return twin.filter(({ command }, at) => at === look || !isLook(command.kind));
}

/** The law that these steps break, if it is the last step that breaks it first. */
function firstBroken(steps: readonly Answered[], opening: Opening): LawId | null {
  const ledger = createLedger({ ...opening, start: "empty", laws: new Set(LAW_IDS) });
  for (const [at, { command, outcome }] of steps.entries()) {
    const [first] = step(ledger, command, outcome).filter(({ blame }) => blame === "allocator");
    if (first !== undefined) return at === steps.length - 1 ? first.law : null;
  }
  return null;
}

function written(steps: readonly Answered[], basePfn: number): readonly string[] | null {
  const words = steps.map(({ command, outcome }) => formatStep(command, outcome, basePfn));
  return words.includes(null) ? null : (words as readonly string[]);
}

/** Everything above the first step, which stands on the next line. */
function headerLines(allocator: string, profile: string, shape: PoolShape): readonly string[] {
  return [
    "buddytrace: 1",
    `allocator: ${JSON.stringify(allocator)}`,
    `profile: ${profile}`,
    ...poolLines(shape),
    "events: |",
  ];
}

function caseText(head: readonly string[], steps: readonly string[], tail: readonly string[]): string {
  const events =
    steps.length === 0 ? [...head.slice(0, -1), "events: []"] : [...head, ...steps.map((words) => `  ${words}`)];
  return `${[...events, ...tail].join("\n")}\n`;
}

/** FNV-1a over the text, so that one counterexample always has one name. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
