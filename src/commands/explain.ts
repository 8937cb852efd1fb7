// `buddycheck explain`: what a law says and why, or what a problem's code means.
//
//  1. Without a name it lists all laws.
//  2. A name that is neither is answered with the nearest one that is, and exit code 2.

import type { Command } from "commander";
import { LAW_IDS, lawOf, type LawId } from "../../model/invariants.ts";
import { PROBLEMS, type ProblemCode } from "../problem.ts";
import { lawExplanation, lawTable, problemExplanation } from "../report/explanation.ts";
import type { Look } from "../report/look.ts";
import { nearest } from "../spec/nearest.ts";
import { inputError } from "./input.ts";
import { colours, print, terminalColumns } from "./output.ts";

const CODES = Object.keys(PROBLEMS) as readonly ProblemCode[];

/** What there is to say about this name; a name that is neither a law nor a code is an InputError. */
function explained(name: string | undefined, look: Look): string {
  if (name === undefined) return lawTable(look);
  const law = LAW_IDS.find((id: LawId) => id === name.toLowerCase());
  if (law !== undefined) return lawExplanation(lawOf(law), look);
  const code = CODES.find((each) => each === name.toUpperCase());
  if (code !== undefined) return problemExplanation(code, look);
  const meant = nearest(name, [...LAW_IDS, ...CODES]);
  const expected =
    meant === null
      ? "a law or the code of a problem; without a name all laws are listed"
      : `a law or code such as ${meant}`;
  throw inputError("LAW_UNKNOWN", "buddycheck explain", expected, name);
}

/** Adds `explain` to the command line. */
export function registerExplain(program: Command): void {
  program
    .command("explain")
    .summary("tell what a law says and why, with a trace that breaks it")
    .description(
      "Explains a law with a trace that breaks it, or a code of a problem in the input; without a name lists all laws.",
    )
    .argument("[name]", "a law such as no-overlap, or a code such as TRACE_SYNTAX")
    .addHelpText("after", EXAMPLES)
    .action((name: string | undefined) => {
      print(explained(name, { colours: colours(process.stdout), columns: terminalColumns() }));
    });
}

const EXAMPLES = `
Examples:
  buddycheck explain                    all laws, one line each
  buddycheck explain no-overlap         why it holds, and the report of a trace that breaks it
  buddycheck explain TRACE_FIELD_TYPE   what to do about a mistake in the input
Exit codes: 0 explained, 2 no such law or code.`;
