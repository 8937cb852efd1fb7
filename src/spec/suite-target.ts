// What the parts `explore` and `test` of a suite try: targets, each with what is expected of it.
//
//  1. A target is named as on the command line: `reference`, `spec` (the specification itself, which is only
//     explored), `mutant:ID`, a module or a .wasm file, or `-- program arguments`, of which the words are split at
//     spaces. Files and the program are relative to the suite's file; a program without a slash is looked for in PATH.
//  2. `holds` is expected, or the law that has to be the first to be broken.
//  3. What can be known to be wrong without opening a file is a problem here.

import { LAW_IDS, type LawId } from "../../model/invariants.ts";
import { MUTANTS } from "../../model/mutants.ts";
import type { Place, Problem, ProblemCode } from "../problem.ts";
import { nearest } from "./nearest.ts";
import type { SpecDocument, SpecPath } from "./spec-document.ts";

export interface SuiteTarget {
  /** As it is written, for reports. */
  readonly label: string;
  readonly named: NamedTarget;
  /** The law that has to be broken first, or null where none may be. */
  readonly expected: LawId | null;
  /** The suite's file, and where in it the target stands. */
  readonly place: Place;
  /** A problem with the target, at its place. */
  readonly problem: (code: ProblemCode, expected: string, found: string) => Problem;
}

export type NamedTarget =
  | { readonly kind: "spec" }
  /** `reference`, or `mutant:ID`. */
  | { readonly kind: "ours"; readonly name: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "program"; readonly words: readonly string[] };

const FILE = /\.(?:[mc]?[jt]s|wasm)$/u;
const MUTANT = "mutant:";

/** The targets of a part of this kind; what is wrong with them is added to the problems. */
export function readTargets(
  written: Readonly<Record<string, string>>,
  { kind, path }: { readonly kind: "explore" | "test"; readonly path: SpecPath },
  document: SpecDocument,
  problems: Problem[],
): readonly SuiteTarget[] {
  return Object.entries(written).flatMap(([label, expectation]) => {
    function problem(code: ProblemCode, expected: string, found: string): Problem {
      return document.problem({ code, at: "key", path: [...path, label], expected, found });
    }
    const named = namedTarget(label);
    const wrong = named === null ? unknown(label, kind) : misplaced(named, kind);
    if (wrong !== null) problems.push(problem(wrong.code, wrong.expected, label));
    if (named === null || wrong !== null) return [];
    const expected = LAW_IDS.find((law) => law === expectation) ?? null;
    return [{ label, named, expected, place: problem("TARGET_UNKNOWN", "", "").place, problem }];
  });
}

function namedTarget(label: string): NamedTarget | null {
  if (label === "spec") return { kind: "spec" };
  if (label === "reference") return { kind: "ours", name: label };
  if (label.startsWith(MUTANT)) {
    const isKnown = MUTANTS.some(({ id }) => label === MUTANT + id);
    return isKnown ? { kind: "ours", name: label } : null;
  }
  if (label.startsWith("-- ")) return { kind: "program", words: label.slice(3).trim().split(/\s+/u) };
  return FILE.test(label) ? { kind: "file", path: label } : null;
}

interface Wrong {
  readonly code: ProblemCode;
  readonly expected: string;
}

function unknown(label: string, kind: "explore" | "test"): Wrong {
  const ours = ["reference", ...(kind === "explore" ? ["spec"] : []), ...MUTANTS.map(({ id }) => MUTANT + id)];
  const meant = nearest(label, ours);
  const expected =
    meant === null ? "reference, mutant:ID, a module, a .wasm file, or a program behind --" : `perhaps \`${meant}\``;
  return { code: "TARGET_UNKNOWN", expected };
}

function misplaced({ kind: named }: NamedTarget, kind: "explore" | "test"): Wrong | null {
  if (named === "spec" && kind === "test") return { code: "TARGET_UNKNOWN", expected: "an implementation" };
  if (named === "program" && kind === "explore")
    return { code: "EXPLORE_NO_STATES", expected: "a target whose state can be saved, which no program's can" };
  return null;
}
