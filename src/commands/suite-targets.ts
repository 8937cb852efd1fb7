// The targets that suites name, loaded before anything runs, so that a mistake in one costs no time.
//
//  1. What is wrong with a target is told at its place in the suite, all of it at once.
//  2. A program is started when its turn comes, and ended with the run.

import { resolve } from "node:path";
import type { Problem } from "../problem.ts";
import type { Suite } from "../spec/suite.ts";
import type { SuiteTarget } from "../spec/suite-target.ts";
import type { Subject } from "../suite/trial.ts";
import { InputError } from "./input.ts";
import { beside } from "./suite-files.ts";
import { readSubject } from "./target-options.ts";

/** Targets by where they are named. */
export interface LoadedTargets {
  readonly subject: (target: SuiteTarget) => Subject;
  readonly close: () => Promise<void>;
}

/** Loads every target that the suites name. Throws an InputError with all that is wrong. */
export async function loadTargets(suites: readonly Suite[]): Promise<LoadedTargets> {
  const named = suites.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === "explore" || part.kind === "test" ? part.targets : [])),
  );
  const subjects = new Map<SuiteTarget, Subject>();
  const problems: Problem[] = [];
  for (const target of named) {
    try {
      subjects.set(target, await subjectOf(target));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems.map(({ code, expected, found }) => target.problem(code, expected, found)));
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  return { subject: (target) => subjects.get(target) as Subject, close: () => closeAll([...subjects.values()]) };
}

function subjectOf({ named, place }: SuiteTarget): Promise<Subject> {
  switch (named.kind) {
    case "spec":
      return readSubject(["spec"], [], "spec");
    case "ours":
      return readSubject([named.name], [], "no-spec");
    case "file":
      return readSubject([beside(place.file, named.path)], [], "no-spec");
    case "program": {
      const [program = "", ...words] = named.words;
      const all = [program.includes("/") ? resolve(beside(place.file, program)) : program, ...words];
      return readSubject(all, all, "no-spec");
    }
  }
}

async function closeAll(subjects: readonly Subject[]): Promise<void> {
  for (const subject of subjects) {
    if (subject.kind !== "spec" && subject.target.kind === "script") await subject.target.close();
  }
}
