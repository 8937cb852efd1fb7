// What each event means for a frame in each state: tables, so that the verifier's loop only looks up.
//
//            unknown          live            freed          taken             in the core
//   alloc    -                ALLOC_OF_LIVE   -              same order?       ALLOC_IN_CORE
//   free     FREED_UNKNOWN    same order?     FREED_AGAIN    FREED_REFILLED    FREED_IN_CORE
//   batched  BATCHED_UNKNOWN  B_WITHOUT_FREE  -              B_WITHOUT_FREE    B_WITHOUT_FREE
//   removal  -                REMOVED_LIVE    REMOVED_FREED  REMOVED_TWICE     -
//   drain    DRAINED_UNKNOWN  DRAINED_LIVE    -              DRAINED_UNUSED    DRAINED_TWICE
//
//  1. An outcome is 0 for the usual, `class + 1` for a legal oddity, `RULE_BASE + rule` for a contradiction, and ASK_ORDER
//     where the order of the block decides.
//  2. Of a block's frames the state furthest to the left in its event's preference decides.

import { ALLOC, FREE, FREE_BATCHED, PCPU_DRAIN } from "../trace/linux-event.ts";
import { FREED, IN_CORE, LIVE, TAKEN, UNKNOWN } from "./linux-frames.ts";
import * as rules from "./linux-rules.ts";

export const RULE_BASE = 64;
export const ASK_ORDER = 127;
const STATES = 8;

const usual = 0;
function legal(index: number): number {
  return index + 1;
}
function broken(rule: number): number {
  return RULE_BASE + rule;
}

const { BATCHED_WITHOUT_FREE } = rules;
const REMOVAL = [
  usual,
  broken(rules.REMOVED_LIVE),
  legal(rules.REMOVED_FREED),
  broken(rules.REMOVED_TWICE),
  usual,
] as const;

/** Outcomes by kind of event, then by state. */
const ROWS: readonly (readonly number[])[] = [
  [usual, broken(rules.ALLOC_OF_LIVE), usual, ASK_ORDER, broken(rules.ALLOC_IN_CORE)],
  [
    legal(rules.FREED_UNKNOWN),
    ASK_ORDER,
    legal(rules.FREED_AGAIN),
    legal(rules.FREED_REFILLED),
    legal(rules.FREED_IN_CORE),
  ],
  [
    legal(rules.BATCHED_UNKNOWN),
    broken(BATCHED_WITHOUT_FREE),
    usual,
    broken(BATCHED_WITHOUT_FREE),
    broken(BATCHED_WITHOUT_FREE),
  ],
  REMOVAL,
  [
    legal(rules.DRAINED_UNKNOWN),
    broken(rules.DRAINED_LIVE),
    usual,
    legal(rules.DRAINED_UNUSED),
    broken(rules.DRAINED_TWICE),
  ],
  REMOVAL,
];

/** `OUTCOMES[kind * 8 + state]`. */
export const OUTCOMES: Uint8Array = Uint8Array.from(
  ROWS.flatMap((row) => [...row, ...new Array<number>(STATES - row.length).fill(0)]),
);

/** The state after an event, by kind, in the bits of a frame's byte; 0 for batched frees, which move nothing. */
export const NEXT: Uint8Array = Uint8Array.from([LIVE, FREED, UNKNOWN, TAKEN, IN_CORE, TAKEN], (state) => state << 4);

/** Which state decides, the first one found. */
const PREFERENCES: readonly (readonly number[])[] = ROWS.map((_, kind) => {
  if (kind === ALLOC) return [LIVE, IN_CORE, TAKEN, FREED, UNKNOWN];
  if (kind === PCPU_DRAIN) return [LIVE, IN_CORE, TAKEN, FREED, UNKNOWN];
  if (kind === FREE || kind === FREE_BATCHED) return [LIVE, TAKEN, IN_CORE, FREED, UNKNOWN];
  return [LIVE, TAKEN, FREED, IN_CORE, UNKNOWN];
});

/** The deciding state of a block whose frames have the states of `mask` (bit n for state n). */
export function decidingState(kind: number, mask: number): number {
  const preference = PREFERENCES[kind] as readonly number[];
  return preference.find((state) => ((mask >> state) & 1) === 1) ?? UNKNOWN;
}
