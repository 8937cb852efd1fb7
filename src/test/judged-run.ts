// Runs of a target in a process of its own, judged after the fact: which move broke which law, and the same run as a
// target that can be played again for a report.
//
//  1. A run's outcomes are judged in order by the one relation, up to the first fault of the allocator; then the
//     lists, which such a target shows after the last move.
//  2. `recorded` answers what was answered, so that a report can be made without starting the process again.

import { OK, type Counts, type Snapshot } from "../../model/command.ts";
import { ALL_LAWS, type LawId } from "../../model/invariants.ts";
import type { Violation } from "../../model/violation.ts";
import { createLedger, type Ledger } from "../../model/ledger.ts";
import { step } from "../../model/step.ts";
import { countLaws, type LawCounts } from "../search/judged.ts";
import { Resolver, type Move, type Script } from "../targets/script.ts";
import type { Crashed, Opening, ScriptRun, Session, SessionTarget } from "../targets/target.ts";

/** The first fault of the allocator in a run: the move after which it showed, and what was broken. */
export interface RunFault {
  readonly move: number;
  readonly violation: Violation;
}

/** Judges a run by these laws, and counts those it puts to the test; null where the allocator breaks none. */
export function judgeRun(
  { opening, script, run }: KeptRun,
  counts: LawCounts,
  laws: ReadonlySet<LawId> = ALL_LAWS,
): RunFault | null {
  const ledger = createLedger({ ...opening, laws, start: "empty" });
  ledger.gathersEvidence = false;
  const resolver = new Resolver();
  for (const [move, outcome] of run.outcomes.entries()) {
    const given = script[move] as Move;
    const command = resolver.commandOf(given);
    if (command === null || outcome === null) continue;
    resolver.answered(given, outcome);
    countLaws(counts, ledger, command, outcome);
    const violation = ofAllocator(step(ledger, command, outcome));
    if (violation !== null) return { move, violation };
    if (outcome.kind === "crashed") return null;
  }
  const violation = run.snapshot === null ? null : judgeLook(ledger, run.snapshot, counts);
  return violation === null ? null : { move: script.length - 1, violation };
}

function judgeLook(ledger: Ledger, seen: Snapshot | Crashed, counts: LawCounts): Violation | null {
  const command: Snapshot = seen.kind === "crashed" ? { kind: "snapshot", lists: [], cached: [] } : seen;
  const outcome = seen.kind === "crashed" ? seen : OK;
  countLaws(counts, ledger, command, outcome);
  return ofAllocator(step(ledger, command, outcome));
}

function ofAllocator(violations: readonly Violation[]): Violation | null {
  return violations.every(({ blame }) => blame === "client") ? null : (violations[0] ?? null);
}

/** What a script needs of itself for its fault: the moves that were given, up to the one that showed it. */
export function neededBy(script: Script, { outcomes }: ScriptRun, { move }: RunFault): Script {
  return script.filter((_, at) => at <= move && (outcomes[at] ?? null) !== null);
}

/** A run as it is kept: in which pool, of which script. */
export interface KeptRun {
  readonly opening: Opening;
  readonly script: Script;
  readonly run: ScriptRun;
}

/** The same, with the counts that were shown after the last move. */
export interface SeenRun extends KeptRun {
  readonly counts: Counts | Crashed | null;
}

/** A target that answers as these runs did, each in its pool. */
export function recorded(
  name: string,
  { calls, takesZones }: Pick<Session, "calls" | "takesZones">,
  kept: readonly SeenRun[],
): SessionTarget {
  return {
    kind: "session",
    name,
    open: ({ geometry }) => {
      const wanted = JSON.stringify(geometry);
      const found = kept.find(({ opening }) => JSON.stringify(opening.geometry) === wanted);
      const given = (found?.run.outcomes ?? []).filter((outcome) => outcome !== null);
      let at = 0;
      return {
        calls,
        takesZones,
        answer: () => given[at++] ?? { kind: "crashed", how: "not-recorded" },
        snapshot: () => (at === given.length ? (found?.run.snapshot ?? null) : null),
        counts: () => (at === given.length ? (found?.counts ?? null) : null),
        reset: () => {
          at = 0;
        },
        memory: null,
        steps: null,
        numbers: null,
        lastWords: found?.run.lastWords ?? "",
      };
    },
  };
}
