import { describe, expect, it } from "vitest";
import type { Command } from "../../model/command.ts";
import { createGeometry, type PoolShape } from "../../model/geometry.ts";
import { MUTANTS } from "../../model/mutants.ts";
import { formatStep } from "../../model/notation.ts";
import { SMALL_POOL } from "../../model/play.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { mutantTarget, REFERENCE } from "./reference.ts";
import type { Memory, Session, SessionTarget } from "./target.ts";

const TARGETS = [
  { target: REFERENCE, shape: SMALL_POOL, profile: STRICT_PROFILE },
  { target: REFERENCE, shape: { ...SMALL_POOL, maxOrder: 8, pages: 300, basePfn: 2 ** 40 }, profile: STRICT_PROFILE },
  { target: REFERENCE, shape: { ...SMALL_POOL, maxOrder: 10, pages: 70_000 }, profile: STRICT_PROFILE },
  ...MUTANTS.map((mutant) => ({ target: mutantTarget(mutant), shape: mutant.shape, profile: mutant.profile })),
];

/** Calls of which some are wrong: the n-th is the same for every target. */
function commandAt(n: number, { basePfn, maxOrder, pages }: PoolShape): Command {
  const drawn = Math.imul(n + 1, 0x9e3779b1) >>> 8;
  const order = drawn % (maxOrder + 1);
  const pfn = basePfn + (drawn % pages);
  if (n % 3 === 0) return { kind: "free-order", pfn: pfn - (pfn % 2 ** order), order };
  if (n % 11 === 0) return { kind: drawn % 2 === 0 ? "remove" : "add", pfn, pages: 1 };
  return n % 5 === 0
    ? { kind: "alloc-pages", pages: 1 + (drawn % pages), zone: null }
    : { kind: "alloc", order, zone: null };
}

function answers(session: Session, shape: PoolShape, from: number, to: number): string {
  const words: string[] = [];
  for (let n = from; n < to; n++) {
    const command = commandAt(n, shape);
    const outcome = session.answer(command);
    words.push(formatStep(command, outcome) ?? "");
    if (outcome.kind === "crashed") break;
  }
  return `${words.join(" ")} ${JSON.stringify([session.snapshot(), session.counts()])}`;
}

function stateOf({ memory }: { readonly memory: Memory | null }): Uint8Array {
  const row = new Uint8Array((memory?.byteLength ?? 0) + 3);
  memory?.save(row, 3);
  return row.subarray(3);
}

function open({ target, shape, profile }: (typeof TARGETS)[number] & { target: SessionTarget }): Session {
  return target.open({ geometry: createGeometry(shape), profile });
}

describe.each(TARGETS)("$target.name of $shape.pages pages", (one) => {
  it("goes on from a saved state as it did the first time, and is there again at the end", () => {
    const session = open(one);
    answers(session, one.shape, 0, 40);
    const row = stateOf(session);
    const first = answers(session, one.shape, 40, 80);
    const end = stateOf(session);
    session.memory?.restore(row, 0);
    expect(answers(session, one.shape, 40, 80)).toBe(first);
    expect(stateOf(session)).toEqual(end);
  });

  it("is after a reset as it was opened", () => {
    const session = open(one);
    const opened = stateOf(session);
    const first = answers(session, one.shape, 0, 60);
    session.reset();
    expect(stateOf(session)).toEqual(opened);
    expect(answers(session, one.shape, 0, 60)).toBe(first);
  });
});

it("states with the same lists and the same blocks are the same bytes, whatever led there", () => {
  const session = open({ target: REFERENCE, shape: SMALL_POOL, profile: STRICT_PROFILE });
  const opened = stateOf(session);
  session.answer({ kind: "alloc", order: 1, zone: null });
  session.answer({ kind: "alloc", order: 0, zone: null });
  session.answer({ kind: "free-order", pfn: 0, order: 1 });
  session.answer({ kind: "free-order", pfn: 2, order: 0 });
  expect(stateOf(session)).toEqual(opened);
});

it("a state of 16 pages up to order 4 takes 94 bytes", () => {
  const shape = { ...SMALL_POOL, maxOrder: 4, pages: 16 };
  expect(open({ target: REFERENCE, shape, profile: STRICT_PROFILE }).memory?.byteLength).toBe(94);
});
