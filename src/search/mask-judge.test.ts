import { describe, expect, it } from "vitest";
import { REFUSED, OK, UNSAID, type Command, type Outcome, type Snapshot } from "../../model/command.ts";
import { createGeometry, pagesIn, type Geometry, type PoolShape } from "../../model/geometry.ts";
import { createLedger } from "../../model/ledger.ts";
import { SMALL_POOL } from "../../model/play.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import { alphabetOf } from "./alphabet.ts";
import type { Judge, Judgement } from "./judge.ts";
import { LedgerJudge } from "./ledger-judge.ts";
import { canUseMasks, MaskJudge } from "./mask-judge.ts";

const ALL_CALLS = ["alloc", "alloc-pages", "free", "free-order", "free-pages"] as const;

/** Pools with everything that a shape can have, and profiles with everything that the masks decide about. */
const STAGES: readonly (readonly [name: string, shape: Partial<PoolShape>, profile: Partial<Profile>])[] = [
  ["one block", { pages: 4, maxOrder: 2 }, {}],
  ["two blocks and a rest", { pages: 5, maxOrder: 1 }, {}],
  ["an odd base", { pages: 5, maxOrder: 2, basePfn: 3 }, {}],
  ["a hole", { pages: 6, maxOrder: 2, reserved: [{ start: 1, end: 2 }] }, {}],
  ["two zones", { pages: 4, maxOrder: 2, zones: zonesAt(2, 4) }, {}],
  ["two zones with an odd border", { pages: 5, maxOrder: 2, zones: zonesAt(3, 5) }, { fallback: "lower" }],
  ["two zones, the lowest address first", { pages: 4, maxOrder: 1, zones: zonesAt(2, 4) }, { placement: "lowest" }],
  ["best fit", { pages: 4, maxOrder: 2 }, { fit: "best" }],
  ["best fit from the lowest address", { pages: 6, maxOrder: 2 }, { fit: "best", placement: "lowest" }],
  ["any fit from the highest address", { pages: 6, maxOrder: 2 }, { placement: "highest", servedHalf: "high" }],
  ["low halves", { pages: 4, maxOrder: 2 }, { servedHalf: "low" }],
  ["exact page counts", { pages: 4, maxOrder: 2 }, { rounding: "exact" }],
  ["remembered sizes", { pages: 4, maxOrder: 2 }, { sizeAtFree: "remembered", zeroed: "no" }],
  ["silent misuse", { pages: 4, maxOrder: 2 }, { misuse: "silent", exhaustion: "may-fail" }],
  ["death of misuse", { pages: 4, maxOrder: 2 }, { misuse: "died", usableMaxOrder: 1, zeroRequest: "one-page" }],
];

function zonesAt(border: number, end: number): PoolShape["zones"] {
  return [
    { name: "low", start: 0, end: border },
    { name: "high", start: border, end },
  ];
}

/** All blocks that can be held beside those that are, in every order and length that a request can have. */
type Held = readonly (readonly [pfn: number, pages: number])[];

/** Every set of blocks that a client can hold, by serving blocks anywhere. */
function everyHeld(geometry: Geometry, profile: Profile): readonly Held[] {
  const found = new Map<string, Held>([["", []]]);
  for (const held of found.values()) {
    for (let pfn = geometry.span.start; pfn < geometry.span.end; pfn++) {
      for (let pages = 1; pages <= pagesIn(geometry.maxOrder); pages++) {
        const next = [...held, [pfn, pages] as const].sort(([a], [b]) => a - b);
        if (!found.has(next.join()) && ledgerOf(geometry, profile, next) !== null) found.set(next.join(), next);
      }
    }
  }
  return [...found.values()];
}

/** A ledger that came to hold these blocks by one request each, or null where a law forbids that. */
function ledgerOf(geometry: Geometry, profile: Profile, held: Held): ReturnType<typeof createLedger> | null {
  const anywhere = { ...profile, fit: "any", placement: "any", servedHalf: "any" } as const;
  const ledger = createLedger({ geometry, profile: anywhere, start: "empty" });
  for (const [pfn, pages] of held) {
    const command: Command = { kind: "alloc-pages", pages, zone: null };
    if (pages !== 2 ** Math.ceil(Math.log2(pages)) && profile.rounding !== "exact") return null;
    if (step(ledger, command, { kind: "block", pfn, zeroed: null }).length > 0) return null;
  }
  return ledger;
}

function outcomesOf(command: Command, { span }: Geometry): readonly Outcome[] {
  const died: Outcome = { kind: "crashed", how: "abort" };
  if (command.kind !== "alloc" && command.kind !== "alloc-pages") return [OK, REFUSED, UNSAID, died];
  const served: Outcome[] = [{ kind: "block", pfn: span.start, zeroed: false }];
  for (let pfn = span.start - 1; pfn <= span.end; pfn++) {
    if (pfn >= 0) served.push({ kind: "block", pfn, zeroed: true });
  }
  return [...served, REFUSED, died];
}

/** What `step` says to a ledger that was led to this state. */
function byRelation(geometry: Geometry, profile: Profile, held: Held, command: Command, outcome: Outcome): Judgement {
  const ledger = createLedger({ geometry, profile, start: "empty" });
  for (const [pfn, pages] of held) {
    ledger.carve(pfn, pfn + pages);
    ledger.setLive(pfn, pages, 0);
  }
  const found = step(ledger, command, outcome);
  if (found.length === 0) return "fine";
  return found.every(({ blame }) => blame === "client") ? "client" : "broken";
}

describe("the judges of a search", () => {
  it.each(STAGES)("say what the relation says, in every state, to every answer: %s", (_, shape, settings) => {
    const geometry = createGeometry({ ...SMALL_POOL, ...shape });
    const profile = { ...STRICT_PROFILE, ...settings };
    expect(canUseMasks(geometry, profile)).toBe(true);
    const masks = new MaskJudge(geometry, profile);
    const relation = new LedgerJudge(geometry, profile);
    const letters = alphabetOf({
      geometry,
      profile,
      calls: new Set(ALL_CALLS),
      takesZones: true,
      resizes: [],
      takesFractions: true,
    });
    for (const held of everyHeld(geometry, profile)) {
      const [maskRow, relationRow] = [maskRowOf(geometry, held), relationRowOf(geometry, held, relation.words)];
      for (const { command } of letters) {
        for (const outcome of outcomesOf(command, geometry)) {
          const context = `${JSON.stringify(held)} ${JSON.stringify(command)} ${JSON.stringify(outcome)}`;
          const expected = byRelation(geometry, profile, held, command, outcome);
          const said = [judged(masks, maskRow, command, outcome), judged(relation, relationRow, command, outcome)];
          if (said[0] !== expected || said[1] !== expected)
            expect([context, ...said]).toEqual([context, expected, expected]);
          if (expected !== "broken" && outcome.kind !== "crashed") expectSame(masks, relation, geometry, context);
        }
      }
    }
  });
});

function nobodyLooked(): null {
  return null;
}

function judged(judge: Judge, row: Int32Array, command: Command, outcome: Outcome): Judgement {
  judge.load(row, 0);
  return judge.step(command, outcome, nobodyLooked);
}

/** The client's side as mask-judge.ts says: heads of all blocks, and of those that are held. */
function maskRowOf(geometry: Geometry, held: Held): Int32Array {
  const { start } = geometry.span;
  const heldHeads = held.reduce((mask, [pfn]) => mask | (1 << (pfn - start)), 0);
  const free = canonicalLists(geometry, held).lists.flat();
  return Int32Array.of(
    free.reduce((mask, pfn) => mask | (1 << (pfn - start)), heldHeads),
    heldHeads,
  );
}

/** The client's side as ledger-judge.ts says: half words, the pages of the block held at each head. */
function relationRowOf({ span }: Geometry, held: Held, words: number): Int32Array {
  const halves = new Uint16Array(2 * words);
  for (const [pfn, pages] of held) halves[pfn - span.start] = pages;
  return new Int32Array(halves.buffer);
}

/** After a step both hold the same blocks, and find the same lists right. */
function expectSame(masks: MaskJudge, relation: LedgerJudge, geometry: Geometry, context: string): void {
  const row = new Int32Array(2);
  masks.save(row, 0);
  masks.load(row, 0);
  for (const [pfn, pages] of relation.blocks()) {
    if (masks.heldAt(pfn) !== pages) expect([context, masks.heldAt(pfn)]).toEqual([context, pages]);
  }
  if (masks.holdsNothing() !== relation.holdsNothing()) expect(context).toBe("the same blocks held by both");
  const lists = canonicalLists(geometry, relation.blocks());
  if (masks.observe(lists, OK) !== "fine") expect(context).toBe("lists that both find right");
}

/** C(F) of what is not held, by the ledger. */
function canonicalLists(geometry: Geometry, held: Held): Snapshot {
  const ledger = createLedger({ geometry, profile: STRICT_PROFILE, start: "empty" });
  for (const [pfn, pages] of held) {
    ledger.carve(pfn, pfn + pages);
    ledger.setLive(pfn, pages, 0);
  }
  const lists: number[][] = Array.from({ length: geometry.maxOrder + 1 }, () => []);
  for (let pfn = geometry.span.start; pfn < geometry.span.end; pfn++) {
    const state = ledger.frames.stateAt(pfn);
    if ((state & 0xc0) === 0x40) lists[state & 0x1f]?.push(pfn);
  }
  return { kind: "snapshot", lists, cached: [] };
}
