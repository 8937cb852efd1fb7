// Suites as files: which one a name means, and what the parts of one need from the file system.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { LAW_IDS, type LawId } from "../../model/invariants.ts";
import { ERROR, type CheckFailure } from "../checks.ts";
import type { Defect } from "../report/outcome.ts";
import { findingDefect, problemDefect } from "../report/trace-outcome.ts";
import { nearest } from "../spec/nearest.ts";
import { readSuite, type Suite, type SuiteLibrary, type VerifyPart } from "../spec/suite.ts";
import type { JudgedTrace, VerifyWorld } from "../suite/verify.ts";
import { Verifier } from "../verify/verify.ts";
import { expandInputs, InputError, inputError } from "./input.ts";
import { minimalLines } from "./minimal-lines.ts";
import { bundledProfiles, packageRoot } from "./package-files.ts";
import { profileChooser } from "./profiles.ts";
import { readTrace } from "./read-trace.ts";

/** The suite of this name, or in this file. Throws an InputError with all that is wrong in it. */
export function suiteNamed(name: string): Suite {
  const library: SuiteLibrary = { profiles: bundledProfiles(), find: findSuite };
  const found = findSuite(name, "");
  if (found === null) {
    const meant = nearest(name, bundledSuites());
    const expected = `a suite's file, or one of ${bundledSuites().join(", ")}`;
    throw inputError("INPUT_NOT_FOUND", name, meant === null ? expected : `a suite such as ${meant}`, "no such file");
  }
  const read = readSuite(found.text, found.file, library);
  if (read.kind === "wrong") throw new InputError(read.problems);
  return read.suite;
}

/** The suites in `specs/suites/`, by name. */
function bundledSuites(): readonly string[] {
  const files = readdirSync(suitesFolder()).filter((file) => file.endsWith(".yaml"));
  return files.map((file) => basename(file, ".yaml"));
}

function suitesFolder(): string {
  return join(packageRoot(), "specs", "suites");
}

/** A name without a dot or a slash is one that comes along; all else is a file, relative to the one that names it. */
function findSuite(name: string, from: string): { readonly file: string; readonly text: string } | null {
  const file = /^[\w-]+$/u.test(name) ? join(suitesFolder(), `${name}.yaml`) : beside(from, name);
  return existsSync(file) ? { file, text: textOf(file) } : null;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw inputError("INPUT_NOT_FOUND", file, "a suite", error instanceof Error ? error.message : String(error));
  }
}

/** The path of a file that another one names. */
export function beside(from: string, name: string): string {
  return isAbsolute(name) ? name : join(dirname(from), name);
}

/** How the part `verify` finds and judges its traces. */
export const VERIFY_FILES: VerifyWorld = {
  traces: async ({ from, traces }) => {
    const { files } = await expandInputs(traces.map((name) => beside(from, name)));
    return files;
  },
  verify: judgeTrace,
};

async function judgeTrace(path: string, { profile }: VerifyPart, laws: ReadonlySet<LawId>): Promise<JudgedTrace> {
  const chooser = profileChooser(undefined);
  const verifier = new Verifier({
    file: path,
    profileOf: (header, line) => profile ?? chooser(header, line, path),
    laws,
    findingsMax: 3,
    failFast: false,
  });
  const result = verifier.result(await readTrace(path, verifier));
  const by = result.header === null ? [] : (profile ?? chooser(result.header, 1, path));
  const lines = await minimalLines(result, by, null);
  const failures = [
    ...result.problems.map((problem) => failureOf(problemDefect(problem), "")),
    ...result.findings.map((finding) => {
      const trace = (lines.get(finding) ?? []).map(({ step }) => step).join(" ");
      return failureOf(findingDefect(finding, result), trace);
    }),
  ];
  return { verdict: result.verdict, events: result.events, failures };
}

function failureOf({ rule, place, message, rows }: Defect, trace: string): CheckFailure {
  const expected = rows.find(({ heading }) => heading === "allowed" || heading === "expected")?.text ?? "";
  return { expected, found: message, trace, law: LAW_IDS.find((id) => id === rule) ?? null, place, weight: ERROR };
}
