// The way to a broken law, given once more from the start and judged by the relation with all its evidence.
//
//  1. A search says only that a law is broken. What is reported is what `step` says of the same commands, given to
//     the target as it was opened. If nothing is wrong then, the target has kept something from its saved states.
//  2. Looks at the lists are steps of a trace. Those that the violation does not need are left out: all of them; all
//     but the last; all but those around the last command; and only if nothing shorter shows the same law, none.

import { OK, type Command, type Outcome } from "../../model/command.ts";
import type { Geometry } from "../../model/geometry.ts";
import { ALL_LAWS, type LawId } from "../../model/invariants.ts";
import { createLedger } from "../../model/ledger.ts";
import type { Profile } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import type { Violation } from "../../model/violation.ts";
import type { Subject } from "../search/subject.ts";
import type { Oracle } from "../search/subject-space.ts";
import type { ExploredStep } from "./result.ts";

export interface ReplayOptions {
  readonly geometry: Geometry;
  readonly profile: Profile;
  readonly subject: Subject;
  readonly oracle: Oracle;
  /** The laws that are judged; all of them, where none are named. */
  readonly laws?: ReadonlySet<LawId> | undefined;
}

/** A trace up to its first violation that is not the client's own. */
export interface Replay {
  readonly steps: readonly ExploredStep[];
  /** Empty where nothing was wrong. */
  readonly violations: readonly Violation[];
}

/** When the lists are looked at: never, after the last command, around it, or after every command. */
type Looks = "none" | "last" | "around" | "all";

/** Gives commands from the start; of the traces that show the violation, the one with the fewest looks. */
export function replay(commands: readonly Command[], options: ReplayOptions): Replay {
  if (options.oracle === "api") return play(commands, "none", options);
  const full = play(commands, "all", options);
  const [first] = full.violations;
  if (first === undefined) return full;
  for (const looks of ["none", "last", "around"] as const) {
    const shorter = play(commands, looks, options);
    if (shorter.violations[0]?.law === first.law) return shorter;
  }
  return full;
}

function play(commands: readonly Command[], looks: Looks, options: ReplayOptions): Replay {
  const run = new Run(options);
  const last = commands.length - 1;
  if (looks === "all" || commands.length === 0 || (looks === "around" && last === 0)) run.look();
  for (let at = 0; at <= last && run.goesOn; at++) {
    run.give(commands[at] as Command);
    if (looks === "all" || (at === last && looks !== "none") || (at === last - 1 && looks === "around")) run.look();
  }
  return { steps: run.steps, violations: run.violations };
}

/** One trace: guards the ledger and what was wrong. */
class Run {
  readonly steps: ExploredStep[] = [];
  violations: readonly Violation[] = [];
  readonly #subject: Subject;
  readonly #ledger: ReturnType<typeof createLedger>;
  #isAlive = true;

  constructor({ geometry, profile, subject, laws = ALL_LAWS }: ReplayOptions) {
    subject.reset();
    this.#subject = subject;
    this.#ledger = createLedger({ geometry, profile, laws, start: "empty" });
  }

  get goesOn(): boolean {
    return this.#isAlive && this.violations.length === 0;
  }

  give(command: Command): void {
    this.#judge(command, this.#subject.answer(command));
  }

  look(): void {
    if (this.goesOn) this.#see(this.#subject.snapshot(), { kind: "snapshot", lists: [], cached: [] });
    if (this.goesOn) this.#see(this.#subject.counts(), { kind: "counts", free: [], zone: null });
  }

  #see(seen: Command | Outcome | null, unseen: Command): void {
    if (seen === null) return;
    if (seen.kind === "snapshot" || seen.kind === "counts") this.#judge(seen, OK);
    else this.#judge(unseen, seen as Outcome);
  }

  #judge(command: Command, outcome: Outcome): void {
    this.steps.push({ command, outcome });
    this.#ledger.now = this.steps.length;
    const found = step(this.#ledger, command, outcome);
    if (found.some(({ blame }) => blame === "allocator")) this.violations = found;
    this.#isAlive = outcome.kind !== "crashed";
  }
}
