// A counterexample as a unit test, ready to be pasted: in C against the functions that include/buddycheck.h names,
// in TypeScript for vitest against a module's `open` (docs/targets.md).
//
//  1. The test is named after its law, and a comment says what came out when it was found.
//  2. Every call stands there with its arguments; a block is named by the request that was served it, so the test
//     means the same when the allocator serves other pages.
//  3. Only the last step was wrong: it alone is asserted, by what a correct allocator must answer.

import { match } from "ts-pattern";
import type { Command, FreeLists } from "../../model/command.ts";
import { createGeometry } from "../../model/geometry.ts";
import { lawOf } from "../../model/invariants.ts";
import type { Answered } from "../test/scripts.ts";
import { stepsInNotation } from "./campaign-words.ts";
import { C_TEST } from "./unit-test-c.ts";
import type { Demand, Language, TestedCase } from "./unit-test-language.ts";
import { TS_TEST } from "./unit-test-ts.ts";

export type TestLanguage = "c" | "ts";

const LANGUAGES: Readonly<Record<TestLanguage, Language>> = { c: C_TEST, ts: TS_TEST };

/** The unit test, line by line. */
export function unitTest(language: TestLanguage, tested: TestedCase): readonly string[] {
  const { opening, call, demand, closing } = LANGUAGES[language];
  const { steps, violation, basePfn } = tested;
  const named = namedBlocks(steps);
  const frames = steps.map(({ command }, at) => frameOf(command, at, tested, named));
  const comment = [lawOf(violation.law).statement, `Found: ${stepsInNotation(steps, basePfn).join(" ")}`];
  const last = steps.at(-1);
  if (last === undefined) return [...opening(tested, comment), ...closing];
  const demanded = demandOf(tested, last, named);
  const used = new Set([
    ...frames.map((frame) => frame.split(" ")[0]),
    "variable" in demanded ? demanded.variable : "",
  ]);
  const lines = steps.slice(0, -1).map(({ command }, at) => {
    const name = named[at] ?? null;
    return call(command, frames[at] as string, name !== null && used.has(name) ? name : null, tested);
  });
  return [
    ...opening(tested, comment),
    ...lines,
    ...demand(demanded, last.command, frames.at(-1) ?? "", tested),
    ...closing,
  ];
}

/** `a`, `b`, … for the requests that were served, in their order; null for every other step. */
function namedBlocks(steps: readonly Answered[]): readonly (string | null)[] {
  let count = 0;
  return steps.map(({ outcome }) => (outcome.kind === "block" ? variableName(count++) : null));
}

function variableName(number: number): string {
  const letter = String.fromCodePoint(97 + (number % 26));
  return number < 26 ? letter : `${letter}${Math.floor(number / 26)}`;
}

/** The frame that a free names, by the request that was served its block, or as a number. */
function frameOf(command: Command, at: number, { steps }: TestedCase, variables: readonly (string | null)[]): string {
  if (!("pfn" in command)) return "";
  for (let earlier = at - 1; earlier >= 0; earlier--) {
    const { outcome, command: request } = steps[earlier] as Answered;
    if (outcome.kind !== "block") continue;
    const offset = command.pfn - outcome.pfn;
    const pages = request.kind === "alloc" ? 2 ** request.order : request.kind === "alloc-pages" ? request.pages : 0;
    if (offset < 0 || offset >= Math.max(pages, 1)) continue;
    return offset === 0 ? (variables[earlier] as string) : `${variables[earlier]} + ${offset}`;
  }
  return String(command.pfn);
}

function demandOf(
  { violation, steps, expected, shape, basePfn }: TestedCase,
  last: Answered,
  variables: readonly (string | null)[],
): Demand {
  const { fault, allowed } = violation;
  return match(fault)
    .returnType<Demand>()
    .with({ kind: "refused-with-room" }, () => ({ kind: "served" }))
    .with({ kind: "order-above-max" }, { kind: "served-zero-pages" }, () => ({ kind: "refused" }))
    .with({ kind: "misaligned-block" }, ({ order }) => ({ kind: "multiple", of: 2 ** order }))
    .with({ kind: "outside-managed" }, ({ pages }) => {
      const { runs } = createGeometry({ ...shape, basePfn });
      return { kind: "within", pages, runs };
    })
    .with({ kind: "good-free-refused" }, () => ({ kind: "accepted" }))
    .with({ kind: "bad-free" }, { kind: "join-twice" }, { kind: "left-in-use" }, () => ({ kind: "rejected" }))
    .with({ kind: "died" }, () => lookDemand(last, expected) ?? { kind: "returns" })
    .with({ kind: "overlaps-live" }, ({ holder, pages }) => {
      const at = steps.findLastIndex(
        ({ outcome }, index) => index < steps.length - 1 && outcome.kind === "block" && outcome.pfn === holder.pfn,
      );
      const variable = variables[at];
      if (typeof variable !== "string") return { kind: "told", words: "its pages are live already" };
      return { kind: "apart", variable, pages, otherPages: holder.pages };
    })
    .otherwise(() => {
      if (allowed.kind === "counts") return { kind: "counts", free: allowed.free };
      return lookDemand(last, expected) ?? { kind: "told", words: `this breaks ${violation.law}` };
    });
}

/** What a look must show, where the last step is one and there is only one right answer. */
function lookDemand({ command }: Answered, expected: FreeLists | null): Demand | null {
  if (expected === null) return null;
  if (command.kind === "snapshot") return { kind: "lists", lists: expected };
  return command.kind === "counts" ? { kind: "counts", free: expected.map((heads) => heads.length) } : null;
}
