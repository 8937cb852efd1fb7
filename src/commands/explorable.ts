// A target whose states can be searched, for the commands that do so.

import { SMALL_POOL } from "../../model/play.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { patiently } from "../targets/module.ts";
import type { Opening, Session, SessionTarget } from "../targets/target.ts";
import { inputError } from "./input.ts";
import { endInterrupted } from "./interrupt.ts";
import type { PoolDefaults, Subject } from "./target-options.ts";

/** What a pool is where the options are silent: a mutant brings its own, in which it shows itself. */
export function poolDefaults(subject: Subject): PoolDefaults {
  if (subject.kind !== "mutant") return { shape: SMALL_POOL, profile: STRICT_PROFILE };
  return { shape: subject.mutant.shape, profile: subject.mutant.profile };
}

/** A target in this process, with a pool of it opened. */
export interface Explorable {
  readonly target: SessionTarget;
  readonly session: Session;
}

/** Opens a pool of a target. Throws an InputError where its state cannot be saved. */
export function openExplorable(
  name: string,
  { target }: Exclude<Subject, { kind: "spec" }>,
  opening: Opening,
): Explorable {
  if (target.kind === "script") {
    throw inputError("EXPLORE_NO_STATES", name, "a target in this process, whose state can be saved", "a program");
  }
  const session = patiently(target, () => target.open(opening), endInterrupted);
  if (session.memory !== null) return { target, session };
  throw inputError("EXPLORE_NO_STATES", name, "a target whose state can be saved and restored", "neither");
}
