/*
 * Random lives of random pools under random profiles, right and wrong, and the traces they leave.
 *
 * 1. What is drawn is a pool and a list of choices. What a choice comes to depends on the ledger: "serve a free
 *    block" looks for one there, so that most events are possible and the traces get somewhere.
 * 2. A third of the choices is wild: any block served, any frame freed, lists and counts with a flaw, frames that join
 *    or leave, losses and deaths.
 * 3. After every step the ledger is checked frame by frame (ledger-check.mjs).
 * 4. Some lives are concurrent histories: their events have times that overlap.
 * 5. Under the strict profile an event that fits what the ledger believes breaks no law, whatever went wrong before.
 */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { FREE, LIVE } from "../../dist/model/frame-map.js";
import { createGeometry, pagesIn } from "../../dist/model/geometry.js";
import { createLedger } from "../../dist/model/ledger.js";
import { STRICT_PROFILE } from "../../dist/model/profile.js";
import { step } from "../../dist/model/step.js";
import { WORD_FIELDS } from "../../dist/src/spec/profile-fields.js";
import { eventLine, headerLine, lostLine } from "../../dist/src/trace/native-writer.js";
import { blocksOf, checkLedger } from "./ledger-check.mjs";

/** @typedef {import("../../dist/model/ledger.js").Ledger} Ledger */
/** @typedef {import("../../dist/model/profile.js").Profile} Profile */
/** @typedef {import("../../dist/model/command.js").Command} Command */
/** @typedef {import("../../dist/model/command.js").Outcome} Outcome */
/** @typedef {import("../../dist/model/geometry.js").FrameRange} FrameRange */
/** @typedef {import("../../dist/src/trace/event.js").TraceHeader} TraceHeader */
/** @typedef {{ readonly what: number, readonly a: number, readonly b: number, readonly c: number }} Choice */
/** @typedef {{ readonly command: Command, readonly outcome: Outcome, readonly isHonest?: boolean }} Event */
/** @typedef {{ readonly header: TraceHeader, readonly profile: Profile, readonly isConcurrent: boolean, readonly choices: readonly Choice[] }} Life */

/** Pools of more frames than this are not checked frame by frame. */
const SMALL_PAGES = 72;

const number = fc.nat(2 ** 20);

/** Any profile: all fields drawn, or only a few. @type {fc.Arbitrary<Partial<Profile>>} */
const profiles = fc.oneof(
  fc.constant({}),
  fc.record(
    {
      ...Object.fromEntries(
        Object.entries(WORD_FIELDS).map(([field, { values }]) => [field, fc.constantFrom(...Object.keys(values))]),
      ),
      usableMaxOrder: fc.oneof(fc.constant(null), fc.nat(6)),
    },
    { requiredKeys: [] },
  ),
);

const smallShapes = fc.record({
  maxOrder: fc.nat(6),
  pages: fc.nat(SMALL_PAGES - 1),
  basePfn: fc.constantFrom(0, 0, 0, 1, 5, 64, 2 ** 31 - 16, 2 ** 40 + 3),
});

const largeShapes = fc.record({
  maxOrder: fc.constantFrom(0, 3, 10, 15, 16, 17, 20, 30),
  pages: fc.constantFrom(2 ** 16, 2 ** 20, 2 ** 20 + 12_345),
  basePfn: fc.constantFrom(0, 7, 2 ** 31 - 1000, 2 ** 51),
});

const reserved = fc.array(fc.record({ at: number, pages: fc.nat(9) }), { maxLength: 4 });

/** Names and lengths, in thousandths of the pool; an unnamed part is a hole. */
const zones = fc.array(fc.record({ name: fc.constantFrom("dma", "low", "high", null), share: fc.nat(700) }), {
  maxLength: 4,
});

/** @type {fc.Arbitrary<Life>} */
export const lives = fc
  .record({
    shape: fc.oneof({ weight: 49, arbitrary: smallShapes }, { weight: 1, arbitrary: largeShapes }),
    reserved,
    zones,
    start: fc.constantFrom("empty", "empty", "empty", "unknown"),
    profile: profiles,
    concurrency: fc.nat(9),
    choices: fc.array(fc.record({ what: fc.nat(29), a: number, b: number, c: number }), {
      size: "medium",
      maxLength: 40,
    }),
  })
  .map(({ shape, reserved: holes, zones: parts, start, profile, concurrency, choices }) => ({
    header: {
      allocator: "fuzzed",
      profile: { ...profile },
      pageSize: 4096,
      shape: {
        ...shape,
        reserved: holes.map(({ at, pages }) => rangeIn(shape.pages, at, pages)),
        zones: zonesIn(shape.pages, parts),
      },
      start: start === "unknown" ? "unknown" : "empty",
    },
    profile: { ...STRICT_PROFILE, ...profile, name: "inline" },
    isConcurrent: concurrency === 0,
    choices,
  }));

/** @param {number} pages @param {number} at @param {number} length @returns {FrameRange} */
function rangeIn(pages, at, length) {
  const start = at % (pages + 1);
  return { start, end: Math.min(start + length, pages) };
}

/** @param {number} pages @param {readonly { readonly name: string | null, readonly share: number }[]} parts */
function zonesIn(pages, parts) {
  let start = 0;
  /** @type {{ name: string, start: number, end: number }[]} */
  const placed = [];
  for (const { name, share } of parts) {
    const end = Math.min(start + Math.ceil((pages * share) / 1000), pages);
    if (name !== null && placed.every((other) => other.name !== name)) placed.push({ name, start, end });
    start = end;
  }
  return placed;
}

/**
 * Lives a life: answers the trace it leaves, how many violations the relation answered if events count in this order,
 * and what was thrown on the way, which ends the trace.
 *
 * @param {Life} life
 */
export function live({ header, profile, isConcurrent, choices }) {
  const basePfn = profile.alignment === "pool" ? 0 : header.shape.basePfn;
  const geometry = createGeometry({ ...header.shape, basePfn });
  const ledger = createLedger({ geometry, profile, start: header.start });
  const lines = [headerLine(header)];
  let violations = 0;
  /** @type {Error | null} */
  let thrown = null;
  try {
    checkSmall(ledger);
    for (const choice of choices) {
      ledger.now = lines.length + 1;
      violations += lived(ledger, choice, lines, isConcurrent);
      checkSmall(ledger);
    }
  } catch (error) {
    thrown = error instanceof Error ? error : new Error(String(error));
  }
  return { text: lines.map((line) => `${line}\n`).join(""), violations: isConcurrent ? null : violations, thrown };
}

/** One choice: appends its line and answers its violations. @param {Ledger} ledger @param {Choice} choice @param {string[]} lines @param {boolean} isConcurrent */
function lived(ledger, choice, lines, isConcurrent) {
  if (choice.what === 29) {
    lines.push(lostLine(choice.a % 2 === 0 ? null : choice.b));
    ledger.forget();
    return 0;
  }
  const { command, outcome, isHonest = false } = eventFor(ledger, choice);
  const line = eventLine(command, outcome, ledger.geometry.basePfn);
  lines.push(isConcurrent ? timed(line, lines.length, choice) : line);
  const found = step(ledger, command, outcome);
  if (isHonest && isStrict(ledger.profile)) assert.deepEqual(found, [], "an event that fits the ledger breaks no law");
  return found.length;
}

/** @param {Profile} profile */
function isStrict(profile) {
  return Object.entries(STRICT_PROFILE).every(
    ([field, value]) => field === "name" || value === profile[/** @type {keyof Profile} */ (field)],
  );
}

/** The event with the times of its call and its return, which overlap those around it. @param {string} line @param {number} at @param {Choice} choice */
function timed(line, at, { a, b }) {
  const called = 10 * at + (a % 30);
  return JSON.stringify({ ...JSON.parse(line), t: called, t_end: called + (b % 40) });
}

/** @param {Ledger} ledger */
function checkSmall(ledger) {
  const { start, end } = ledger.geometry.span;
  if (end - start <= SMALL_PAGES) checkLedger(ledger);
}

/** @param {Ledger} ledger @param {Choice} choice @returns {Event} */
function eventFor(ledger, { what, a, b, c }) {
  if (what < 7) return served(ledger, a, b, c);
  if (what < 9) return servedPages(ledger, a, b, c);
  if (what < 15) return freed(ledger, a, b);
  if (what < 17)
    return { command: { kind: "alloc", order: order(ledger, a), zone: zone(ledger, b) }, outcome: REFUSED };
  if (what < 19) return wildServed(ledger, a, b, c);
  if (what < 22) return wildFreed(ledger, a, b, c);
  if (what < 25) return snapshot(ledger, a, b, c);
  if (what < 27) return counts(ledger, a, b);
  if (what < 28) return changed(ledger, a, b, c);
  return died(ledger, a, b);
}

/** @type {Outcome} */
const REFUSED = { kind: "refused" };
/** @type {Outcome} */
const OK = { kind: "ok" };
/** @type {readonly Outcome[]} */
const ANSWERS = [OK, { kind: "unsaid" }, OK, { kind: "unsaid" }, REFUSED, { kind: "crashed", how: "abort" }];

/** @param {Ledger} ledger @param {number} a */
function order(ledger, a) {
  return a % (ledger.maxOrder + 1);
}

/** @param {Ledger} ledger @param {number} b */
function zone(ledger, b) {
  const names = [null, null, null, "nowhere", ...ledger.geometry.zones.map(({ name }) => name)];
  return names[b % names.length] ?? null;
}

/** A frame in the pool or just beside it. @param {Ledger} ledger @param {number} a */
function anyFrame(ledger, a) {
  const { start, end } = ledger.geometry.span;
  return start + (a % (end - start + 3));
}

/** Blocks of one kind; in a large pool only those around a few frames. @param {Ledger} ledger @param {number} kind @param {number} seed */
function blocks(ledger, kind, seed) {
  const { start, end } = ledger.geometry.span;
  if (end - start <= SMALL_PAGES) return blocksOf(ledger).filter((each) => each.kind === kind);
  return [0, 1, 2, seed, 3 * seed].flatMap((offset) => {
    const found = ledger.cover(start + (offset % (end - start)));
    return found === kind ? [{ pfn: ledger.coverHead, order: ledger.coverOrder, kind }] : [];
  });
}

/** A block that could be served, if there is one: any part of a free block. @param {Ledger} ledger @param {number} a @param {number} b @param {number} c @returns {Event} */
function served(ledger, a, b, c) {
  const wanted = order(ledger, a);
  const fitting = blocks(ledger, FREE, b).filter((each) => each.order >= wanted);
  const from = fitting[b % fitting.length];
  /** @type {Command} */
  const command = { kind: "alloc", order: wanted, zone: c % 5 === 0 ? zone(ledger, c) : null };
  const isKnown = ledger.geometry.span.end - ledger.geometry.span.start <= SMALL_PAGES;
  if (from === undefined) return { command, outcome: REFUSED, isHonest: isKnown };
  const pfn = from.pfn + pagesIn(wanted) * (c % pagesIn(from.order - wanted));
  const outcome = block(pfn, c);
  // Right after a snapshot its cached frames cannot be part of a block; the ledger keeps no list of them.
  const isOpen = ledger.observed === null || ledger.observed.cached.length === 0;
  const isZero = outcome.kind === "block" && outcome.zeroed !== false;
  return { command, outcome, isHonest: command.zone === null && isOpen && isZero };
}

/** @param {number} pfn @param {number} c @returns {Outcome} */
function block(pfn, c) {
  return { kind: "block", pfn, zeroed: [null, null, true, c % 7 === 0 ? false : null][c % 4] ?? null };
}

/** @param {Ledger} ledger @param {number} a @param {number} b @param {number} c @returns {Event} */
function servedPages(ledger, a, b, c) {
  const { outcome, isHonest = false } = served(ledger, a, b, c);
  const wanted = order(ledger, a);
  const fewest = wanted === 0 ? 1 : pagesIn(wanted - 1) + 1;
  const pages = c % 11 === 0 ? 0 : fewest + (b % (pagesIn(wanted) - fewest + 1));
  return { command: { kind: "alloc-pages", pages, zone: null }, outcome, isHonest: isHonest && pages > 0 };
}

/** A free of a live block, its size named or not. @param {Ledger} ledger @param {number} a @param {number} b @returns {Event} */
function freed(ledger, a, b) {
  const heads = blocks(ledger, LIVE, a);
  const head = heads[a % heads.length];
  if (head === undefined) return wildFreed(ledger, a, b, 0);
  const { pfn } = head;
  const pages = ledger.pagesOf(pfn);
  const outcome = ANSWERS[b % 4] ?? OK;
  if (b % 3 === 0) return { command: { kind: "free", pfn }, outcome, isHonest: true };
  if (b % 3 === 1) return { command: { kind: "free-pages", pfn, pages }, outcome, isHonest: true };
  return { command: { kind: "free-order", pfn, order: Math.ceil(Math.log2(pages)) }, outcome, isHonest: true };
}

/** @param {Ledger} ledger @param {number} a @param {number} b @param {number} c @returns {Event} */
function wildServed(ledger, a, b, c) {
  const wanted = c % 9 === 0 ? 63 : a % (ledger.maxOrder + 3);
  const pages = c % 9 === 0 ? 2 ** 52 : a % (2 * pagesIn(ledger.maxOrder) + 2);
  const place = zone(ledger, c);
  const outcome = block(anyFrame(ledger, b), c);
  if (c % 2 === 0) return { command: { kind: "alloc", order: wanted, zone: place }, outcome };
  return { command: { kind: "alloc-pages", pages, zone: place }, outcome };
}

/** @param {Ledger} ledger @param {number} a @param {number} b @param {number} c @returns {Event} */
function wildFreed(ledger, a, b, c) {
  const pfn = anyFrame(ledger, a);
  const outcome = ANSWERS[b % ANSWERS.length] ?? OK;
  if (c % 3 === 0) return { command: { kind: "free", pfn }, outcome };
  if (c % 3 === 1)
    return { command: { kind: "free-order", pfn, order: c % 7 === 0 ? 63 : b % (ledger.maxOrder + 2) }, outcome };
  return {
    command: { kind: "free-pages", pfn, pages: c % 7 === 0 ? 2 ** 52 : b % (2 * pagesIn(ledger.maxOrder)) },
    outcome,
  };
}

/** The lists as they must be, some frames held back, or with a flaw. @param {Ledger} ledger @param {number} a @param {number} b @param {number} c @returns {Event} */
function snapshot(ledger, a, b, c) {
  const isKnown = ledger.geometry.span.end - ledger.geometry.span.start <= SMALL_PAGES;
  /** @type {number[][]} */
  const lists = Array.from({ length: ledger.maxOrder + 1 }, () => []);
  /** @type {number[]} */
  const cached = [];
  for (const { pfn, order: own } of blocks(ledger, FREE, a)) {
    if (own === 0 && (a + pfn) % 3 === 0 && a % 2 === 0) cached.push(pfn);
    else lists[own]?.push(pfn);
  }
  if (b % 5 === 1) lists[b % lists.length]?.pop();
  if (b % 5 === 2) lists[b % lists.length]?.push(anyFrame(ledger, c));
  if (b % 5 === 3) lists[b % lists.length]?.reverse();
  if (b % 5 === 4 && c % 2 === 0) cached.push(anyFrame(ledger, c));
  if (b % 25 === 4) lists.push([anyFrame(ledger, a)]);
  return { command: { kind: "snapshot", lists, cached }, outcome: OK, isHonest: isKnown && b % 5 === 0 };
}

/** @param {Ledger} ledger @param {number} a @param {number} b @returns {Event} */
function counts(ledger, a, b) {
  const place = zone(ledger, b);
  const { zones: all } = ledger.geometry;
  const free = Array.from({ length: ledger.maxOrder + 1 }, (_, own) =>
    all.reduce((sum, { name }, index) => {
      const counted = place === null || place === name;
      return sum + (counted ? (ledger.freeBlocks[index * (ledger.maxOrder + 1) + own] ?? 0) : 0);
    }, 0),
  );
  if (a % 4 === 0) free[a % free.length] = b % 5;
  return { command: { kind: "counts", free, zone: place }, outcome: OK, isHonest: a % 4 !== 0 };
}

/** Frames that join or leave. @param {Ledger} ledger @param {number} a @param {number} b @param {number} c @returns {Event} */
function changed(ledger, a, b, c) {
  const outcome = [OK, { kind: /** @type {const} */ ("unsaid") }, REFUSED][c % 3] ?? OK;
  const hole = ledger.geometry.zones.find(({ start }) => !ledger.isManaged(start));
  const pfn = c % 2 === 0 && hole !== undefined ? hole.start : anyFrame(ledger, a);
  return { command: { kind: b % 2 === 0 ? "add" : "remove", pfn, pages: b % 11 }, outcome };
}

/** @param {Ledger} ledger @param {number} a @param {number} b @returns {Event} */
function died(ledger, a, b) {
  /** @type {Outcome} */
  const outcome = { kind: "crashed", how: ["abort", "segv", "hang", "init"][a % 4] ?? "abort" };
  /** @type {readonly Command[]} */
  const calls = [
    { kind: "unnamed" },
    { kind: "alloc", order: order(ledger, b), zone: null },
    freed(ledger, a, b).command,
    { kind: "snapshot", lists: [], cached: [] },
    { kind: "counts", free: [], zone: null },
    { kind: "add", pfn: anyFrame(ledger, b), pages: 1 },
  ];
  return { command: calls[b % calls.length] ?? { kind: "unnamed" }, outcome };
}

/** The relation and the verifier, which reads the trace, must have found as much; null is for histories in an order of their own. @param {number | null} direct @param {import("../../dist/src/verify/result.js").TraceResult | null} result */
export function expectAgreement(direct, result) {
  assert.ok(result !== null, "a life leaves a trace");
  assert.deepEqual(result.problems, [], "a life leaves a trace without problems");
  if (direct !== null) assert.equal(result.violationCount, direct, "reading the trace shows the same violations");
}
