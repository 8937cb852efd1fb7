// What the parts `explore` and `test` have in common: which target is tried where, and whether what came of it is what
// the suite expects.
//
//  1. A check is one target under one profile in one pool; where a part names none, the engine's own choice.
//  2. A target that has to hold must not break a law that is judged; one that has to break a law must break it first.
//  3. Laws that only warn are judged in a second run, once all others hold: a warning must not hide a failure. Where a
//     law has to be broken, all are judged at once.
//  4. What is not finished is undecided, whatever was expected.

import type { Command, Outcome } from "../../model/command.ts";
import type { LawId } from "../../model/invariants.ts";
import type { Mutant } from "../../model/mutant.ts";
import { formatStep } from "../../model/notation.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import type { Violation } from "../../model/violation.ts";
import { ERROR, type Check, type CheckFailure } from "../checks.ts";
import { OUT_OF_TIME, type Share } from "../share.ts";
import type { NamedPool, ExplorePart, TestPart } from "../spec/suite.ts";
import type { SuiteTarget } from "../spec/suite-target.ts";
import type { Opening, Target } from "../targets/target.ts";
import { isLook } from "../test/exhibit.ts";

/** What a target's name stands for. */
export type Subject =
  | { readonly kind: "spec" }
  | { readonly kind: "mutant"; readonly mutant: Mutant; readonly target: Target }
  | { readonly kind: "target"; readonly target: Target };

/** The laws that are judged, and those among them that fail a check. */
export interface JudgedLaws {
  readonly all: ReadonlySet<LawId>;
  readonly failing: ReadonlySet<LawId>;
}

/** What an engine's check needs from outside. */
export interface TrialWorld {
  /** What the target's name stands for. */
  readonly subject: (target: SuiteTarget) => Subject;
  /** Is told of each counterexample, before it is known what it weighs. */
  readonly keep: (evidence: Evidence) => void;
}

/** A sequence that broke a law in a check. */
export interface Evidence {
  readonly part: string;
  readonly group: string;
  readonly name: string;
  /** Which allocator it was. */
  readonly label: string;
  readonly opening: Opening;
  readonly steps: readonly AnsweredStep[];
}

interface AnsweredStep {
  readonly command: Command;
  readonly outcome: Outcome;
}

export interface Trial {
  readonly target: SuiteTarget;
  readonly subject: Subject;
  readonly profile: Profile;
  readonly pool: NamedPool | null;
}

/** What an engine found. */
export type Tried =
  /** In a few words: `holds in all 1829 states`. */
  | { readonly kind: "holds"; readonly outcome: string }
  | BrokenTrial
  | { readonly kind: "undecided"; readonly why: string }
  /** The target cannot be judged: it served nothing, or cannot do what the engine asks of it. */
  | { readonly kind: "wrong"; readonly expected: string; readonly found: string };

interface BrokenTrial {
  readonly kind: "broken";
  readonly violation: Pick<Violation, "law" | "blame">;
  readonly opening: Opening;
  readonly steps: readonly AnsweredStep[];
  /** The same with every look that was taken, of which a law may need an earlier one. */
  readonly played: readonly AnsweredStep[];
  /** How short the counterexample is, in a few words. */
  readonly howShort: string;
}

/** Tries a target, judging these laws, for so long. */
export type Try = (trial: Trial, laws: ReadonlySet<LawId>, share: Share) => Promise<Tried> | Tried;

/** The checks of a part, each tried in its share of the time. */
export async function runTrials(
  part: ExplorePart | TestPart,
  laws: JudgedLaws,
  share: Share,
  world: TrialWorld,
  engine: Try,
): Promise<readonly Check[]> {
  const mine = trialsOf(part, world).filter((_, number) => share.takes(number));
  const checks: Check[] = [];
  for (const [at, trial] of mine.entries()) {
    const check = checkOf(trial, part.kind);
    if (share.isOver()) {
      checks.push({ ...check, undecided: OUT_OF_TIME });
      continue;
    }
    const tried = await tryOne(trial, laws, share.slice(mine.length - at), engine);
    if (tried.kind === "broken") {
      const { group, name } = check;
      const { opening, played: steps } = tried;
      world.keep({ part: part.name, group, name, label: trial.target.label, opening, steps });
    }
    checks.push(judged(check, trial.target, tried));
  }
  return checks;
}

function trialsOf({ targets, pools, profiles }: ExplorePart | TestPart, world: TrialWorld): readonly Trial[] {
  return targets.flatMap((target) => {
    const subject = world.subject(target);
    const own = subject.kind === "mutant" ? subject.mutant.profile : STRICT_PROFILE;
    return (profiles ?? [own]).flatMap((profile) =>
      (pools ?? [null]).map((pool): Trial => ({ target, subject, profile, pool })),
    );
  });
}

function checkOf({ target, profile, pool }: Trial, kind: "explore" | "test"): Check {
  const where = pool === null ? "" : `/${pool.name}`;
  const claim = target.expected === null ? "breaks no law" : `breaks ${target.expected}, and no other law before it,`;
  const how = kind === "explore" ? "in every state that is reached" : "when it is driven at random";
  const group = target.label;
  const shows = `${target.label} ${claim} ${how}.`;
  return { group, name: `${profile.name}${where}`, shows, outcome: "not tried", failures: [], undecided: null };
}

/** Rule 3. */
async function tryOne(trial: Trial, { all, failing }: JudgedLaws, share: Share, engine: Try): Promise<Tried> {
  if (trial.target.expected !== null || failing.size === all.size) return engine(trial, all, share);
  const tried = await engine(trial, failing, share.slice(2));
  return tried.kind === "holds" ? engine(trial, all, share) : tried;
}

/** Rules 2 and 4. */
function judged(check: Check, { expected, place }: SuiteTarget, tried: Tried): Check {
  const wanted = expected === null ? "every law to hold" : `${expected} broken first`;
  const failure: CheckFailure = { expected: wanted, found: "", trace: "", law: expected, place, weight: ERROR };
  switch (tried.kind) {
    case "undecided":
      return { ...check, outcome: "undecided", undecided: tried.why };
    case "wrong":
      return { ...check, outcome: tried.found, failures: [{ ...failure, ...tried, law: null }] };
    case "holds": {
      const failures = expected === null ? [] : [{ ...failure, found: tried.outcome }];
      return { ...check, outcome: tried.outcome, failures };
    }
    case "broken": {
      const { law } = tried.violation;
      const found = brokenWords(tried);
      const failures = law === expected ? [] : [{ ...failure, found, trace: notation(tried), law }];
      return { ...check, outcome: found, failures };
    }
  }
}

/** `drained, by the allocator, after 2 commands: no shorter sequence breaks a law`. */
function brokenWords({ violation, steps, howShort }: BrokenTrial): string {
  const commands = steps.filter(({ command }) => !isLook(command.kind)).length;
  return `${violation.law}, by the ${violation.blame}, after ${counted(commands, "command")}: ${howShort}`;
}

/** `1 command`, `2 commands`. */
export function counted(count: number, thing: string): string {
  return `${count} ${count === 1 ? thing : `${thing}s`}`;
}

function notation({ steps, opening }: BrokenTrial): string {
  const { basePfn } = opening.geometry;
  return steps.map(({ command, outcome }) => formatStep(command, outcome, basePfn) ?? command.kind).join(" ");
}
