/*
 * What must be true of the ledger after every step, computed frame by frame from the definitions (SPEC.md 2):
 *
 * 1. Blocks are aligned, inside the pool and disjoint, and no mark of a comparison is left on them.
 * 2. The free blocks are exactly C(F) of the frames they cover, and are counted right.
 * 3. The live blocks are counted right, in blocks and in pages.
 * 4. Every free and every live frame is managed, and every managed frame is free, live or in a gap.
 */
import assert from "node:assert/strict";
import { FREE, KIND, LIVE, MARK, ORDER, PART } from "../../dist/model/frame-map.js";
import { pagesIn } from "../../dist/model/geometry.js";

/** @typedef {import("../../dist/model/ledger.js").Ledger} Ledger */
/** @typedef {{ readonly pfn: number, readonly order: number, readonly kind: number }} Block */

/** Throws where the ledger breaks one of the promises above. @param {Ledger} ledger */
export function checkLedger(ledger) {
  const blocks = blocksOf(ledger);
  expectDisjoint(ledger, blocks);
  const free = framesOf(blocks, FREE);
  assert.deepEqual(
    blocks.filter(({ kind }) => kind === FREE).map(({ pfn, order }) => `${pfn}:${order}`),
    canonical(ledger, free),
    "the free blocks are C(F)",
  );
  expectCounts(ledger, blocks);
  const managed = new Set(ledger.runs.flatMap(({ start, end }) => range(start, end)));
  for (const frame of free) assert.ok(managed.has(frame), `free frame ${frame} is managed`);
  for (const kind of [LIVE, PART]) {
    for (const frame of framesOf(blocks, kind)) assert.ok(managed.has(frame), `live frame ${frame} is managed`);
  }
}

/** All blocks by address. @param {Ledger} ledger @returns {Block[]} */
export function blocksOf(ledger) {
  const { start, end } = ledger.geometry.span;
  return range(start, end).flatMap((pfn) => {
    const state = ledger.frames.stateAt(pfn);
    assert.equal(state & MARK, 0, `a mark is left at ${pfn}`);
    return (state & KIND) === 0 ? [] : [{ pfn, order: state & ORDER, kind: state & KIND }];
  });
}

/** @param {number} start @param {number} end */
function range(start, end) {
  return Array.from({ length: Math.max(end - start, 0) }, (_, index) => start + index);
}

/** @param {Ledger} ledger @param {readonly Block[]} blocks */
function expectDisjoint(ledger, blocks) {
  let end = ledger.geometry.span.start;
  for (const { pfn, order } of blocks) {
    assert.equal(pfn % pagesIn(order), 0, `block ${pfn}:${order} is aligned`);
    assert.ok(pfn >= end, `block ${pfn}:${order} lies behind the one before it`);
    end = pfn + pagesIn(order);
  }
  assert.ok(end <= ledger.geometry.span.end, "the last block ends inside the pool");
}

/** @param {readonly Block[]} blocks @param {number} wanted */
function framesOf(blocks, wanted) {
  const chosen = blocks.filter(({ kind }) => kind === wanted);
  return new Set(chosen.flatMap(({ pfn, order }) => range(pfn, pfn + pagesIn(order))));
}

/** C(F): aligned blocks of free frames in one zone whose parent is none. @param {Ledger} ledger @param {Set<number>} free */
function canonical(ledger, free) {
  const { zones, maxOrder } = ledger.geometry;
  /** @param {number} pfn @param {number} order */
  function isWhole(pfn, order) {
    const zone = zones.find(({ start, end }) => pfn >= start && pfn < end);
    return zone !== undefined && range(pfn, pfn + pagesIn(order)).every((at) => free.has(at) && at < zone.end);
  }
  return [...free].flatMap((pfn) =>
    range(0, maxOrder + 1)
      .filter((order) => pfn % pagesIn(order) === 0 && isWhole(pfn, order))
      .filter((order) => order === maxOrder || !isWhole(pfn - (pfn % pagesIn(order + 1)), order + 1))
      .map((order) => `${pfn}:${order}`),
  );
}

/** @param {Ledger} ledger @param {readonly Block[]} blocks */
function expectCounts(ledger, blocks) {
  const counts = new Array(ledger.freeBlocks.length).fill(0);
  for (const { pfn, order, kind } of blocks) if (kind === FREE) counts[ledger.listOf(pfn, order)]++;
  assert.deepEqual([...ledger.freeBlocks], counts, "free blocks are counted");
  const heads = blocks.filter(({ kind }) => kind === LIVE);
  assert.equal(ledger.liveBlocks, heads.length, "live blocks are counted");
  const pages = framesOf(blocks, LIVE).size + framesOf(blocks, PART).size;
  assert.equal(ledger.livePages, pages, "live pages are counted");
  assert.equal(
    heads.reduce((sum, { pfn }) => sum + ledger.pagesOf(pfn), 0),
    pages,
    "live blocks are as long as their pieces",
  );
}
