// `--save FOLDER` of `buddycheck run`: what failed becomes cases of a corpus, as `corpus add` would make them.
//
//  1. Saved are the counterexamples of `explore`, `test` and `reference` and the traces of `verify`, where they fail a
//     check: not what is known or only warns. Cases of a corpus are in one already.
//  2. As for `corpus add`: as short as it goes, with its accepted twin, not twice up to scale and symmetry, and nothing
//     is overwritten.
//  3. Calls that the client should not have made are left out where the law is broken without them. What then
//     has no form as a case is told.

import type { Profile } from "../../model/profile.ts";
import { checkVerdict, type Check, type PartResult, type SuiteResult } from "../checks.ts";
import { broken, type Broken, type Sequence } from "../corpus/sequence.ts";
import type { TraceHeader } from "../trace/event.ts";
import type { Evidence } from "../suite/trial.ts";
import { addBroken } from "./corpus-add.ts";
import { headerOf } from "./counterexample-trace.ts";
import { InputError } from "./input.ts";
import { profileChooser, type ProfileChoice } from "./profiles.ts";
import { readSequence } from "./sequence-reader.ts";
import { firstViolation } from "./verify-trace.ts";

/** Collects what broke a law, and saves what failed. */
export class FailureSaver {
  readonly #kept: Map<string, Evidence> = new Map();

  /** The profile that a suite gives for a trace, or null for the trace's own. */
  readonly profiles: Map<string, Profile | null> = new Map();

  readonly keep = (evidence: Evidence): void => {
    this.#kept.set(keyOf(evidence.part, evidence), evidence);
  };

  /** Saves what failed in these suites; what is said of each, line by line. */
  async save(folder: string, suites: readonly SuiteResult[], provenance: string): Promise<readonly string[]> {
    const said: string[] = [];
    for (const { parts } of suites) {
      for (const part of parts) {
        for (const check of part.checks.filter((each) => checkVerdict(each) === "failed")) {
          said.push(...(await this.#saveCheck(folder, part, check, provenance)));
        }
      }
    }
    return said;
  }

  async #saveCheck(folder: string, part: PartResult, check: Check, provenance: string): Promise<readonly string[]> {
    const evidence = this.#kept.get(keyOf(part.name, check));
    const path = part.kind === "verify" ? (check.failures.find(({ law }) => law !== null)?.place?.file ?? null) : null;
    if (evidence === undefined && path === null) return [];
    const name = `${check.group}/${check.name}`;
    try {
      const found =
        evidence === undefined
          ? await brokenIn(path ?? "", this.profiles.get(path ?? "") ?? null)
          : withoutMisuse(sequenceOf(evidence));
      if (found === null) return [`${name}: not saved: the law is broken only behind a call that was wrong itself`];
      return [`${name}: ${await addBroken(found, { to: folder, provenance })}`];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const [problem] = error.problems;
      return [`${name}: not saved: expected ${problem?.expected}, found ${problem?.found}`];
    }
  }
}

function keyOf(part: string, { group, name }: Pick<Check, "group" | "name">): string {
  return JSON.stringify([part, group, name]);
}

function sequenceOf({ label, opening, steps }: Evidence): Sequence {
  return { header: headerOf(label, opening), profile: opening.profile, steps };
}

/** Rule 3: the sequence up to the first law that the allocator breaks, without calls for which the client is blamed. */
function withoutMisuse(sequence: Sequence): Broken | null {
  let { steps } = sequence;
  for (;;) {
    const found = broken({ ...sequence, steps });
    if (found === null || found.violation.blame === "allocator") return found;
    const at = found.steps.length - 1;
    steps = steps.filter((_, index) => index !== at);
  }
}

async function brokenIn(path: string, given: Profile | null): Promise<Broken | null> {
  const own = profileChooser(undefined);
  const chooser: ProfileChoice = (header, line, file) => given ?? own(header, line, file);
  const result = await firstViolation(path, [], chooser);
  if (result.problems.length > 0) throw new InputError(result.problems);
  const header = result.header as TraceHeader;
  const profile = chooser(header, 1, path);
  return "name" in profile ? broken(await readSequence(path, header, profile)) : null;
}
