// The part `verify`: recordings that have to hold.
//
//  1. A check is one trace. A trace of which events are missing is undecided, one without events has shown nothing.
//  2. Which files a folder stands for, and their bytes, is the caller's business (`VerifyWorld`).

import type { LawId } from "../../model/invariants.ts";
import { ERROR, type Check, type CheckFailure, type PartResult } from "../checks.ts";
import { OUT_OF_TIME, type Share } from "../share.ts";
import type { VerifyPart } from "../spec/suite.ts";
import type { VerdictKind } from "../verdict.ts";

/** What a trace showed. */
export interface JudgedTrace {
  readonly verdict: VerdictKind;
  readonly events: number;
  /** The broken laws, and what is wrong with the trace itself. */
  readonly failures: readonly CheckFailure[];
}

export interface VerifyWorld {
  /** The traces that a part names, as paths. */
  readonly traces: (part: VerifyPart) => Promise<readonly string[]>;
  readonly verify: (path: string, part: VerifyPart, laws: ReadonlySet<LawId>) => Promise<JudgedTrace>;
}

export async function runVerify(
  part: VerifyPart,
  laws: ReadonlySet<LawId>,
  share: Share,
  world: VerifyWorld,
): Promise<PartResult> {
  const paths = (await world.traces(part)).filter((_, number) => share.takes(number));
  const checks: Check[] = [];
  let events = 0;
  for (const path of paths) {
    const judged = share.isOver() ? null : await world.verify(path, part, laws);
    events += judged?.events ?? 0;
    checks.push(checkOf(path, part, judged));
  }
  return {
    kind: "verify",
    name: part.name,
    summary: "recordings, each of which has to hold",
    checks,
    figures: [
      { name: "traces", count: paths.length },
      { name: "events", count: events },
    ],
    laws: new Map(),
    vacuous: events === 0 ? "no trace has an event" : null,
  };
}

function checkOf(path: string, { profile }: VerifyPart, judged: JudgedTrace | null): Check {
  const at = path.lastIndexOf("/");
  const under = profile === null ? "its own profile" : profile.name;
  return {
    group: at < 0 ? "." : path.slice(0, at),
    name: path.slice(at + 1),
    shows: `The recording holds under ${under}.`,
    outcome: judged === null ? "not tried" : `${judged.verdict}, ${judged.events} events`,
    failures: judged === null ? [] : failuresOf(path, judged),
    undecided: judged === null ? OUT_OF_TIME : judged.verdict === "undecided" ? "events are missing" : null,
  };
}

/** Rule 1: a trace without events shows nothing, and so fails to hold. */
function failuresOf(path: string, { verdict, failures }: JudgedTrace): readonly CheckFailure[] {
  if (verdict !== "vacuous" || failures.length > 0) return failures;
  const place = { file: path, line: 1, column: 1 };
  return [{ expected: "events", found: "none", trace: "", law: null, place, weight: ERROR }];
}
