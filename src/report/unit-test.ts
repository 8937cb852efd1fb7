// A counterexample as a unit test, ready to be pasted: in C against the functions that include/buddycheck.h names,
// in TypeScript for vitest against a module's `open` (docs/targets.md).
//
//  1. The test is named after its law, and a comment says what came out when it was found.
//  2. Every call stands there with its arguments; a block is named by the request that was served it, so the test
//     means the same when the allocator serves other pages.
//  3. Only the last step was wrong: it alone is asserted, by what a correct allocator must answer.

import { match } from "ts-pattern";
import type { Command } from "../../model/command.ts";
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
  const variables = namedBlocks(steps);
  const last = steps.at(-1);
  const comment = [lawOf(violation.law).statement, `Found: ${stepsInNotation(steps, basePfn).join(" ")}`];
  const lines = steps
    .slice(0, -1)
    .map(({ command }, at) => call(command, frameOf(command, at, tested, variables), variables[at] ?? null));
  const asserted =
    last === undefined
      ? []
      : demand(
          demandOf(tested, variables),
          last.command,
          frameOf(last.command, steps.length - 1, tested, variables),
          basePfn,
        );
  return [...opening(tested, comment), ...lines, ...asserted, ...closing];
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

function demandOf({ violation, steps, expected }: TestedCase, variables: readonly (string | null)[]): Demand {
  const { fault, allowed } = violation;
  const last = steps.at(-1) as Answered;
  return match(fault)
    .returnType<Demand>()
    .with({ kind: "refused-with-room" }, () => ({ kind: "served" }))
    .with({ kind: "order-above-max" }, { kind: "served-zero-pages" }, () => ({ kind: "refused" }))
    .with({ kind: "misaligned-block" }, ({ order }) => ({ kind: "multiple", of: 2 ** order }))
    .with({ kind: "good-free-refused" }, () => ({ kind: "accepted" }))
    .with({ kind: "bad-free" }, { kind: "join-twice" }, { kind: "left-in-use" }, () => ({ kind: "rejected" }))
    .with({ kind: "died" }, () => ({ kind: "returns" }))
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
      if (last.command.kind === "snapshot") return { kind: "lists", lists: expected };
      return { kind: "told", words: `this breaks ${violation.law}` };
    });
}
