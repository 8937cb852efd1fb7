import { describe, expect, it } from "vitest";
import { type Command, type Outcome } from "../../model/command.ts";
import { FREE, KIND, ORDER } from "../../model/frame-map.ts";
import { createGeometry, type Geometry, type PoolShape } from "../../model/geometry.ts";
import { createLedger, type Ledger } from "../../model/ledger.ts";
import { SMALL_POOL } from "../../model/play.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import { Listing } from "../../model/numbers.ts";
import { LedgerFreePages } from "./free-pages.ts";
import { canJudgeFrames, CLIENTS, FINE, FrameJudge, ODD } from "./frame-judge.ts";

const CALLS = ["alloc", "alloc-pages", "free", "free-order", "free-pages", "add", "remove"] as const;

const ANSWERS = { refused: -1, ok: -2, unsaid: -3, crashed: -4 };

/** A call in numbers: call, first, second, answer. */
type Step = readonly [call: number, first: number, second: number, answer: number];

const STAGES: readonly (readonly [string, Partial<PoolShape>, Partial<Profile>])[] = [
  ["four pages", { maxOrder: 2, pages: 4 }, {}],
  ["three pages, unaligned", { maxOrder: 1, pages: 3, basePfn: 5 }, {}],
  ["two blocks, unaligned", { maxOrder: 1, pages: 4, basePfn: 3 }, {}],
  ["a hole", { maxOrder: 2, pages: 5, reserved: [{ start: 3, end: 4 }] }, {}],
  [
    "two zones that touch",
    {
      maxOrder: 2,
      pages: 3,
      basePfn: 2,
      zones: [
        { name: "low", start: 0, end: 1 },
        { name: "high", start: 1, end: 3 },
      ],
    },
    { fallback: "lower" },
  ],
  [
    "three zones, each on its own",
    {
      maxOrder: 1,
      pages: 5,
      zones: [
        { name: "a", start: 0, end: 1 },
        { name: "b", start: 1, end: 3 },
        { name: "c", start: 4, end: 5 },
      ],
    },
    { fallback: "none" },
  ],
  ["exact page counts", { maxOrder: 2, pages: 4 }, { rounding: "exact", zeroed: "no" }],
  ["best fit, low half", { maxOrder: 2, pages: 5 }, { fit: "best", servedHalf: "low" }],
  ["high half, exact", { maxOrder: 2, pages: 4 }, { servedHalf: "high", rounding: "exact" }],
  ["remembered sizes", { maxOrder: 2, pages: 4 }, { sizeAtFree: "remembered", misuse: "silent" }],
  ["named sizes, page for nothing", { maxOrder: 2, pages: 4 }, { sizeAtFree: "named", zeroRequest: "one-page" }],
  ["may fail, not the largest order", { maxOrder: 2, pages: 4 }, { exhaustion: "may-fail", usableMaxOrder: 1 }],
  ["not the largest order", { maxOrder: 2, pages: 4 }, { usableMaxOrder: 1 }],
];

/** Pages of the pools in which frames join and leave: that multiplies the states. */
const RESIZED_MAX = 3;

/** Every call with every number that can matter in this pool. */
function stepsIn({ span, zones, maxOrder }: Geometry): readonly Step[] {
  const steps: Step[] = [];
  const { start, end } = span;
  const pfns = Array.from({ length: end - start + 2 }, (_, at) => start - 1 + at).filter((pfn) => pfn >= 0);
  const served = [...pfns, ANSWERS.refused, ANSWERS.crashed];
  const accepted = [ANSWERS.ok, ANSWERS.refused, ANSWERS.unsaid, ANSWERS.crashed];
  for (let zone = -1; zone < (zones.length === 1 ? 0 : zones.length); zone++) {
    for (let order = 0; order <= maxOrder + 1; order++) for (const at of served) steps.push([0, order, zone, at]);
    for (let pages = 0; pages <= 2 ** maxOrder + 1; pages++) for (const at of served) steps.push([1, pages, zone, at]);
  }
  for (const pfn of [...pfns, start + 0.5]) {
    for (const answer of accepted) {
      steps.push([2, pfn, -1, answer]);
      for (let order = 0; order <= maxOrder + 1; order++) steps.push([3, pfn, order, answer]);
      for (let pages = 0; pages <= 2 ** maxOrder; pages++) steps.push([4, pfn, pages, answer]);
    }
    if (pfn % 1 !== 0 || end - start > RESIZED_MAX) continue;
    for (const pages of [1, 2, 3])
      for (const call of [5, 6]) for (const answer of accepted) steps.push([call, pfn, pages, answer]);
  }
  return steps;
}

function commandOf({ zones }: Geometry, [call, first, second]: Step): Command {
  const zone = zones[second]?.name ?? null;
  switch (CALLS[call]) {
    case "alloc":
      return { kind: "alloc", order: first, zone };
    case "alloc-pages":
      return { kind: "alloc-pages", pages: first, zone };
    case "free":
      return { kind: "free", pfn: first };
    case "free-order":
      return { kind: "free-order", pfn: first, order: second };
    case "free-pages":
      return { kind: "free-pages", pfn: first, pages: second };
    case "add":
      return { kind: "add", pfn: first, pages: second };
    default:
      return { kind: "remove", pfn: first, pages: second };
  }
}

function outcomeOf([, , , answer]: Step): Outcome {
  if (answer >= 0) return { kind: "block", pfn: answer, zeroed: null };
  if (answer === ANSWERS.crashed) return { kind: "crashed", how: "abort" };
  return { kind: answer === ANSWERS.ok ? "ok" : answer === ANSWERS.refused ? "refused" : "unsaid" };
}

/** What the relation says, in the judge's words. */
function byRelation(ledger: Ledger, geometry: Geometry, taken: Step): number {
  const found = step(ledger, commandOf(geometry, taken), outcomeOf(taken));
  if (found.length === 0) return FINE;
  return found.every(({ blame }) => blame === "client") ? CLIENTS : ODD;
}

/** A ledger that was led along this way. */
function ledgerAfter(geometry: Geometry, profile: Profile, way: readonly Step[]): Ledger {
  const ledger = createLedger({ geometry, profile, start: "empty" });
  ledger.gathersEvidence = false;
  for (const taken of way) byRelation(ledger, geometry, taken);
  return ledger;
}

function judgeAfter(judge: FrameJudge, way: readonly Step[]): void {
  judge.start();
  for (const [call, first, second, answer] of way) judge.judge(call, first, second, answer);
}

/** The whole state of a ledger, as text. */
function stateOf(ledger: Ledger): string {
  const { start, end } = ledger.geometry.span;
  const states = Array.from({ length: end - start }, (_, at) => ledger.frames.stateAt(start + at));
  const pages = [...ledger.exactPages].map(String).sort();
  return [states.join(), pages.join(), ledger.runs.map((run) => `${run.start}-${run.end}`).join()].join(" ");
}

/** The same state as the judge has it. */
function expectSame(judge: FrameJudge, ledger: Ledger, context: string): void {
  const { span, maxOrder } = ledger.geometry;
  const listing = new Listing(span.end - span.start);
  const free = new LedgerFreePages(ledger);
  const wrong: string[] = [];
  for (let pfn = span.start; pfn < span.end; pfn++) {
    const state = ledger.frames.stateAt(pfn);
    const isLive = (state & KIND) === 0x80;
    if ((state & KIND) === FREE) listing.add(state & ORDER, pfn);
    if (judge.heldAt(pfn) !== (isLive ? ledger.pagesOf(pfn) : 0)) wrong.push(`held at ${pfn}`);
    if (judge.freeOrderAround(pfn) !== (ledger.cover(pfn) === FREE ? ledger.coverOrder : -1))
      wrong.push(`free at ${pfn}`);
    if (isLive && judge.ordersGrown(pfn, 0) !== free.ordersGrown(pfn, 0)) wrong.push(`growth of ${pfn}`);
    if (judge.isManaged(pfn) !== ledger.isManaged(pfn)) wrong.push(`managed ${pfn}`);
  }
  const counts = new Float64Array(maxOrder + 2);
  for (let at = 0; at < listing.count; at++) {
    const order = listing.orders[at] as number;
    counts[order] = (counts[order] as number) + 1;
  }
  if (judge.ordersFree !== free.ordersFree) wrong.push("orders that are free");
  if (!judge.agreesWith(listing)) wrong.push("lists");
  if (!judge.agreesWithCounts(counts)) wrong.push("counts");
  counts[maxOrder + 1] = 1;
  if (judge.agreesWithCounts(counts)) wrong.push("counts of larger blocks");
  if (listing.count > 0) {
    const at = listing.count - 1;
    const order = listing.orders[at] as number;
    listing.orders[at] = order + 1;
    if (judge.agreesWith(listing)) wrong.push("lists of a larger block");
    listing.orders[at] = order;
    if (at > 0) listing.pfns[at] = listing.pfns[0] as number;
    if (at > 0 && judge.agreesWith(listing)) wrong.push("lists of a block twice");
    listing.count = at;
    if (judge.agreesWith(listing)) wrong.push("lists without a block");
  }
  if (wrong.length > 0) expect([context, ...wrong]).toEqual([context]);
}

describe("the judge of flat arrays", () => {
  it.each(STAGES)("says what the relation says, in every state, to every answer: %s", (_, shape, settings) => {
    const geometry = createGeometry({ ...SMALL_POOL, ...shape });
    const profile = { ...STRICT_PROFILE, ...settings };
    expect(canJudgeFrames(geometry, profile)).toBe(true);
    const judge = new FrameJudge(geometry, profile);
    const steps = stepsIn(geometry);
    const ways = new Map<string, readonly Step[]>([[stateOf(ledgerAfter(geometry, profile, [])), []]]);
    for (const way of ways.values()) {
      let ledger = ledgerAfter(geometry, profile, way);
      judgeAfter(judge, way);
      expectSame(judge, ledger, `after ${JSON.stringify(way)}`);
      for (const taken of steps) {
        const [call, first, second, answer] = taken;
        const said = judge.judge(call, first, second, answer);
        const expected = byRelation(ledger, geometry, taken);
        if (said !== expected) expect([way, taken, said]).toEqual([way, taken, expected]);
        const isNew = said === FINE && !ways.has(stateOf(ledger));
        if (isNew) ways.set(stateOf(ledger), [...way, taken]);
        if (said === CLIENTS || (said === FINE && answer === ANSWERS.refused)) continue;
        ledger = ledgerAfter(geometry, profile, way);
        judgeAfter(judge, way);
      }
    }
  });
});
