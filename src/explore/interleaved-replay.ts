// The way to calls that no order explains, taken once more from the start: with times, and every step of the last group.
//
//  1. Time counts acts: a call is made at its first piece and returns at its last. So what overlapped in the schedule
//     overlaps in the trace, and `verify` judges it as any concurrent history.
//  2. The lists after the last group are part of the trace only if the answers alone can be explained.
//  3. Of the orders of the last group, the one that gets furthest before it breaks a law says which law that is.

import { assert } from "../../model/assert.ts";
import type { Command, Outcome } from "../../model/command.ts";
import type { Geometry } from "../../model/geometry.ts";
import type { LawId } from "../../model/invariants.ts";
import { createLedger } from "../../model/ledger.ts";
import type { Profile } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import type { Violation } from "../../model/violation.ts";
import type { Letter } from "../search/alphabet.ts";
import { DEADLOCK } from "../targets/stepped-call.ts";
import type { Session, SteppedCall, Steps } from "../targets/target.ts";
import type { Act } from "./group.ts";
import { looksAt } from "./looks.ts";
import type { ExploredStep } from "./result.ts";

/** A call with its times, in acts from the start. */
export interface TimedStep extends ExploredStep {
  readonly called: number;
  readonly returned: number;
  /** Of calls under way together, each has another; the lowest that is free. */
  readonly cpu: number;
}

/** One act of the last group. */
export interface ScheduledStep {
  readonly cpu: number;
  readonly command: Command;
  /** What the step did, in the target's words; "" for a call's first piece. */
  readonly step: string;
  /** What the call answered with this step, null if it goes on. */
  readonly outcome: Outcome | null;
}

/** Calls that no order explains. */
export interface InterleavedCounterexample {
  /** In order of their returns; looks at the end, if they are what shows it. */
  readonly steps: readonly TimedStep[];
  /** The last group, act by act. */
  readonly schedule: readonly ScheduledStep[];
  /** Calls that wait for one another at its end, as their next steps say. */
  readonly waiting: readonly ScheduledStep[];
  readonly switches: number;
  /** Every order of the last group's calls. */
  readonly orders: readonly BrokenOrder[];
  readonly law: LawId;
  readonly violations: readonly Violation[];
}

/** An order of the last group's calls, and where it breaks a law. */
export interface BrokenOrder {
  readonly calls: readonly ExploredStep[];
  /** Number of the call that breaks it, from 1; above the number of calls, of what is seen after them. */
  readonly at: number;
  readonly law: LawId;
  readonly violations: readonly Violation[];
}

export interface ReplayOptions {
  readonly geometry: Geometry;
  /** Without the promises that depend on the order of calls. */
  readonly profile: Profile;
  readonly session: Session;
  /** The session's own. */
  readonly steps: Steps;
  readonly letters: readonly Letter[];
  readonly switches: number;
}

/** Takes schedules one after the other from the start; null if an order explains what the last one shows after all. */
export function replayGroups(
  schedules: readonly (readonly Act[])[],
  options: ReplayOptions,
): InterleavedCounterexample | null {
  const { session, switches } = options;
  session.reset();
  const explained: ExploredStep[] = [];
  const earlier: TimedStep[] = [];
  let group = new Run(options, 0);
  for (const [number, schedule] of schedules.entries()) {
    group = new Run(options, group.time);
    for (const act of schedule) group.take(act);
    if (number + 1 === schedules.length) break;
    const order = ordersOf(group.calls()).find((calls) => brokenOrder(calls, explained, options) === null);
    explained.push(...(order ?? []));
    earlier.push(...group.calls());
  }
  const calls = group.calls();
  const broken = ordersOf(calls).map((order) => brokenOrder(order, explained, options));
  const orders = broken.filter((order) => order !== null);
  const [furthest] = orders.toSorted((one, other) => other.at - one.at);
  if (furthest === undefined || orders.length < broken.length) return null;
  const looks = looksAt(session).slice(0, Math.max(0, furthest.at - calls.length));
  const after = looks.map((look, at) => ({ ...look, called: group.time + at, returned: group.time + at, cpu: 0 }));
  const { schedule } = group;
  const { law, violations } = furthest;
  return {
    steps: [...earlier, ...calls, ...after],
    schedule,
    waiting: group.waiting(),
    switches,
    orders,
    law,
    violations,
  };
}

interface UnderWay {
  readonly command: Command;
  readonly call: SteppedCall;
  readonly called: number;
  readonly cpu: number;
  returned: number;
}

/** A group that is taken again: guards what is under way, and the clock. */
class Run {
  time: number;
  readonly schedule: ScheduledStep[] = [];
  readonly #options: ReplayOptions;
  readonly #calls: UnderWay[] = [];

  constructor(options: ReplayOptions, time: number) {
    this.#options = options;
    this.time = time;
  }

  take(act: Act): void {
    const under = act < 0 ? this.#underWay(~act) : this.#begin(act);
    const done = act < 0 ? under.call.next : "";
    if (act < 0) under.call.step();
    under.returned = this.time++;
    this.schedule.push({ cpu: under.cpu, command: under.command, step: done, outcome: under.call.outcome });
  }

  /** The calls in order of their returns. One that waits has died; one that is cut short by a death is left out. */
  calls(): readonly TimedStep[] {
    const unreturned = this.#calls.some(({ call }) => call.outcome?.kind === "crashed") ? null : DEADLOCK;
    return this.#calls
      .flatMap(({ command, call, called, returned, cpu }): TimedStep[] => {
        if (call.outcome !== null) return [{ command, outcome: call.outcome, called, returned, cpu }];
        return unreturned === null ? [] : [{ command, outcome: unreturned, called, returned: this.time, cpu }];
      })
      .sort((one, other) => one.returned - other.returned);
  }

  /** What the calls that have not returned would do next. */
  waiting(): readonly ScheduledStep[] {
    return this.#calls
      .filter(({ call }) => call.outcome === null)
      .map(({ cpu, command, call }) => ({ cpu, command, step: call.next, outcome: null }));
  }

  #begin(letter: number): UnderWay {
    const { letters, steps } = this.#options;
    const command = letters[letter]?.command;
    assert(command !== undefined, `letter ${letter} is no letter`);
    const busy = this.#calls.filter(({ call }) => call.outcome === null).map(({ cpu }) => cpu);
    let cpu = 0;
    while (busy.includes(cpu)) cpu++;
    const under = { command, call: steps.begin(command), called: this.time, cpu, returned: this.time };
    this.#calls.push(under);
    return under;
  }

  #underWay(number: number): UnderWay {
    const under = this.#calls[number];
    assert(under !== undefined, `call ${number} has not begun`);
    return under;
  }
}

/** Every order of calls that overlapped: one that had returned before another was called stays before it. */
function ordersOf(calls: readonly TimedStep[]): readonly (readonly TimedStep[])[] {
  if (calls.length === 0) return [[]];
  const first = calls.filter(({ called }) => calls.every(({ returned }) => returned >= called));
  return first.flatMap((call) =>
    ordersOf(calls.filter((other) => other !== call)).map((rest): readonly TimedStep[] => [call, ...rest]),
  );
}

/** Where an order of calls breaks a law, after those that are explained; null if it breaks none. */
function brokenOrder(
  calls: readonly ExploredStep[],
  explained: readonly ExploredStep[],
  { geometry, profile, session }: ReplayOptions,
): BrokenOrder | null {
  const ledger = createLedger({ geometry, profile, start: "empty" });
  for (const { command, outcome } of explained) step(ledger, command, outcome);
  const isAlive = calls.every(({ outcome }) => outcome.kind !== "crashed");
  const steps = [...calls, ...(isAlive ? looksAt(session) : [])];
  for (const [number, { command, outcome }] of steps.entries()) {
    const violations = step(ledger, command, outcome).filter(({ blame }) => blame === "allocator");
    const [first] = violations;
    if (first !== undefined) return { calls, at: number + 1, law: first.law, violations };
  }
  return null;
}
