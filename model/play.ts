// Plays a written trace through the relation: what tests, docs and `explain` start from.

import { createGeometry, type PoolShape } from "./geometry.ts";
import type { LawId } from "./invariants.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { parseNotation } from "./notation.ts";
import { STRICT_PROFILE, type Profile } from "./profile.ts";
import { step } from "./step.ts";
import type { Violation } from "./violation.ts";
import { assert } from "./assert.ts";

/** A pool of 8 frames with blocks up to order 3: the smallest in which all laws can be told apart. */
export const SMALL_POOL: PoolShape = { maxOrder: 3, pages: 8, basePfn: 0, reserved: [], zones: [] };

export interface Stage {
  readonly shape?: Partial<PoolShape>;
  readonly profile?: Partial<Profile>;
  readonly start?: "empty" | "unknown";
  readonly laws?: ReadonlySet<LawId>;
}

/** A violation with the number, from 1, of the event that showed it. */
export interface Played {
  readonly event: number;
  readonly violation: Violation;
}

/** The ledger that a written trace starts from. */
function stageLedger(stage: Stage): Ledger {
  const geometry = createGeometry({ ...SMALL_POOL, ...stage.shape });
  const profile = { ...STRICT_PROFILE, ...stage.profile };
  const laws = stage.laws === undefined ? {} : { laws: stage.laws };
  return createLedger({ geometry, profile, start: stage.start ?? "empty", ...laws });
}

/** Judges a written trace and answers every violation in order. The text must be well-formed. */
export function play(text: string, stage: Stage = {}): { readonly ledger: Ledger; readonly played: readonly Played[] } {
  const ledger = stageLedger(stage);
  const { events, faults } = parseNotation(text, ledger.geometry.basePfn);
  assert(faults.length === 0, `"${text}" is no trace: expected ${faults[0]?.expected ?? ""}`);
  const played: Played[] = [];
  events.forEach((event, index) => {
    ledger.now = index + 1;
    if (event.kind === "lost") ledger.forget();
    else
      for (const violation of step(ledger, event.command, event.outcome)) played.push({ event: index + 1, violation });
  });
  return { ledger, played };
}
