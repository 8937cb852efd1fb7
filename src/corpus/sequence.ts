// A sequence of calls with their answers, on its way into the corpus: reduced, and given its accepted twin.
//
//  1. A sequence is minimized as a recording is (src/verify/minimize.ts): no event of it can go without the law, or
//     the way in which it is broken, going too.
//  2. The twin is the same client before a correct allocator: the reference answers the same commands, is looked at
//     where the other was, and commands that are the client's own mistake under the profile are left out. Of a
//     client that did nothing else, the twin asks for one page and gives it back.
//  3. A recording from mid-life has no twin that can be made: nobody knows what was live before it.

import { Allocator } from "../../model/allocator.ts";
import { OK, type Command, type Outcome } from "../../model/command.ts";
import { createGeometry, type Geometry } from "../../model/geometry.ts";
import { createLedger, type Ledger } from "../../model/ledger.ts";
import type { Profile } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import type { Violation } from "../../model/violation.ts";
import type { TraceHeader } from "../trace/event.ts";
import { Minimizer, signatureOf, type KeptEvent } from "../verify/minimize.ts";

/** A command and what came of it; pfns absolute. A null command stands for lost events. */
export interface Step {
  readonly command: Command | null;
  readonly outcome: Outcome;
}

export interface Sequence {
  readonly header: TraceHeader;
  readonly profile: Profile;
  readonly steps: readonly Step[];
}

/** A sequence whose last step is the first to break a law. */
export interface Broken extends Sequence {
  readonly violation: Violation;
}

/** Judged events that minimizing may cost: seconds. */
const BUDGET = 20_000_000;

export function geometryOf({ header, profile }: Sequence): Geometry {
  const { shape } = header;
  return createGeometry(profile.alignment === "pool" ? { ...shape, basePfn: 0 } : shape);
}

function ledgerOf(sequence: Sequence): Ledger {
  const { profile, header } = sequence;
  return createLedger({ geometry: geometryOf(sequence), profile, start: header.start });
}

/** Up to the first broken law, which is then its last step; null where none is broken. */
export function broken(sequence: Sequence): Broken | null {
  const ledger = ledgerOf(sequence);
  for (const [at, { command, outcome }] of sequence.steps.entries()) {
    ledger.now = at + 1;
    if (command === null) {
      ledger.forget();
      continue;
    }
    const [violation] = step(ledger, command, outcome);
    if (violation !== undefined) return { ...sequence, steps: sequence.steps.slice(0, at + 1), violation };
  }
  return null;
}

/** Rule 1. */
export function minimized(sequence: Broken): Broken {
  const { header, profile, steps, violation } = sequence;
  const events = steps.map((each, at): KeptEvent => ({ ...each, number: at + 1 }));
  const found = new Minimizer(header, profile, signatureOf(violation), BUDGET).minimize([events]);
  if (found === null) return sequence;
  // Judged anew, so that the violation speaks of the steps that are left.
  return broken({ header, profile, steps: found.numbers.map((number) => steps[number - 1] as Step) }) ?? sequence;
}

/** Rule 2; null by rule 3. */
export function twinOf(sequence: Sequence): Sequence | null {
  const { header, steps, profile } = sequence;
  if (header.start !== "empty" || steps.some(({ command }) => command === null)) return null;
  const answered = answersTo(
    sequence,
    steps.flatMap(({ command }) => command ?? []),
  );
  const isEmpty = answered.every(({ command }) => command?.kind === "snapshot" || command?.kind === "counts");
  if (!isEmpty) return { header, profile, steps: answered };
  const [served] = answersTo(sequence, [{ kind: "alloc", order: 0, zone: null }]);
  if (served?.outcome.kind !== "block") return null;
  const back: Command = { kind: "free", pfn: served.outcome.pfn };
  return { header, profile, steps: answersTo(sequence, [served.command as Command, back]) };
}

/** What the reference answers, without what the client should not have asked. */
function answersTo(sequence: Sequence, commands: readonly Command[]): readonly Step[] {
  const ledger = ledgerOf(sequence);
  const allocator = new Allocator(ledger.geometry, sequence.profile);
  const steps: Step[] = [];
  for (const command of commands) {
    const [seen, outcome] = answerOf(allocator, command);
    if (outcome.kind === "crashed" || step(ledger, seen, outcome).length > 0) continue;
    steps.push({ command: seen, outcome });
  }
  return steps;
}

function answerOf(allocator: Allocator, command: Command): readonly [Command, Outcome] {
  if (command.kind === "snapshot") return [allocator.snapshot(), OK];
  if (command.kind === "counts") return [allocator.counts(command.zone), OK];
  return [command, allocator.answer(command)];
}
