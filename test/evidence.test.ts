// What is told of a broken law, word for word: the fault, what would have been right, what is assumed from there on,
// the frames at issue, and the frames around them (evidence.cases.txt). Which law is broken where is model/step.test.ts' business.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { piecesIn } from "../model/evidence.ts";
import { FREE, KIND, LIVE, ORDER } from "../model/frame-map.ts";
import type { Ledger } from "../model/ledger.ts";
import { play, type Stage } from "../model/play.ts";
import type { Piece, Violation } from "../model/violation.ts";

/** `[0, 4)` is 0..4, a block 0+4, a holder 0+4@1 where event 1 served it; other values are as they print. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(" ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const { start, end, pfn, pages, since } = value as Readonly<Record<string, number>>;
  if (start !== undefined) return `${start}..${end}`;
  return `${pfn}+${pages}${since === undefined ? "" : `@${since}`}`;
}

function fields({ kind, ...rest }: Readonly<Record<string, unknown>>): string {
  return [kind, ...Object.entries(rest).map(([name, value]) => `${name}=${written(value)}`)].join(" ");
}

function piece({ start, end, state, since }: Piece): string {
  return `${state} ${start}..${end}${since === 0 ? "" : `@${since}`}`;
}

function said(violation: Violation): string {
  const { law, blame, fault, allowed, assumed, frames, around } = violation;
  const parts = [`${law} by ${blame}`, fields(fault), fields(allowed), assumed, written(frames)];
  return [...parts, ...(around.length === 0 ? [] : [around.map(piece).join(", ")])].join(" | ");
}

/** What is told of each broken law, after the number of its event, and what the ledger goes on with. */
function told(text: string, stage: Stage = {}): readonly string[] {
  const { ledger, played } = play(text, stage);
  const { start, end } = ledger.geometry.span;
  const owed = [...ledger.owed].map(([pfn, pages]) => `owed ${pfn}+${pages}`);
  const undecided = [...ledger.undecided].map(([what, times]) => `undecided ${what} ${times}`);
  const then = [...piecesIn(ledger, start, end, Infinity).map(piece), ...owed, ...undecided].join(", ");
  expectCounts(ledger);
  return [...played.map(({ event, violation }) => `${event} ${said(violation)}`), `then ${then}`];
}

/** What the ledger counts is what its frames say. */
function expectCounts(ledger: Ledger): void {
  const { start, end } = ledger.geometry.span;
  const free = new Array<number>(ledger.freeBlocks.length).fill(0);
  let [liveBlocks, livePages] = [0, 0];
  for (let pfn = start; pfn < end; pfn++) {
    const state = ledger.frames.stateAt(pfn);
    if ((state & KIND) === FREE) free[ledger.listOf(pfn, state & ORDER)]! += 1;
    if ((state & KIND) !== LIVE) continue;
    liveBlocks++;
    livePages += ledger.pagesOf(pfn);
  }
  expect([ledger.liveBlocks, ledger.livePages, ...ledger.freeBlocks]).toEqual([liveBlocks, livePages, ...free]);
}

const TWO_ZONES = [
  { name: "dma", start: 0, end: 6 },
  { name: "normal", start: 6, end: 16 },
];

const STAGES: Readonly<Record<string, Stage>> = {
  adjacent: { profile: { aboveMax: "adjacent" }, shape: { pages: 32 } },
  "seven pages": { shape: { pages: 7 } },
  "4 and 5 reserved": { shape: { reserved: [{ start: 4, end: 6 }] } },
  "6 reserved": { shape: { reserved: [{ start: 6, end: 7 }] } },
  "6 and 7 reserved": { shape: { reserved: [{ start: 6, end: 8 }] } },
  "two zones": { shape: { pages: 16, zones: TWO_ZONES } },
  exact: { profile: { rounding: "exact" } },
  "no-overlap alone": { laws: new Set(["no-overlap"]) },
  "bad-free-refused alone": { laws: new Set(["bad-free-refused"]) },
  "mid-life": { start: "unknown" },
  cached: { profile: { cachedFrames: "order-0" } },
  "best fit": { profile: { fit: "best" } },
  lowest: { profile: { placement: "lowest" } },
  highest: { profile: { placement: "highest" } },
  "low half": { profile: { servedHalf: "low" } },
  "high half": { profile: { servedHalf: "high" } },
  fifo: { profile: { placement: "fifo" } },
  lazy: { profile: { coalescing: "lazy" } },
  dies: { profile: { misuse: "died" } },
  "undefined misuse": { profile: { misuse: "undefined" } },
  "mid-life, order 2": { start: "unknown", shape: { maxOrder: 2 } },
  parts: { profile: { partialFree: "allowed" } },
  remembered: { profile: { sizeAtFree: "remembered" } },
  "mid-life, remembered": { start: "unknown", profile: { sizeAtFree: "remembered" } },
  "lazy, may fail": { profile: { coalescing: "lazy", exhaustion: "may-fail" } },
  "lowest, sixteen": { profile: { placement: "lowest" }, shape: { pages: 16 } },
  sixteen: { shape: { pages: 16 } },
  "fifo, sixteen": { profile: { placement: "fifo" }, shape: { pages: 16 } },
  "parts, exact": { profile: { partialFree: "allowed", rounding: "exact" } },
  "parts, remembered": { profile: { partialFree: "allowed", sizeAtFree: "remembered" } },
  "adjacent, best fit": { profile: { aboveMax: "adjacent", fit: "best" }, shape: { pages: 32 } },
  "mid-life, best fit": { start: "unknown", profile: { fit: "best" } },
  "best fit, lowest": { profile: { fit: "best", placement: "lowest" } },
  "lifo, sixteen": { profile: { placement: "lifo" }, shape: { pages: 16 } },
  "highest, sixteen": { profile: { placement: "highest", servedHalf: "any" }, shape: { pages: 16 } },
  "no zero": { profile: { zeroed: "no" } },
  "usable order 2": { profile: { usableMaxOrder: 2 } },
  apart: { profile: { initialFreeSet: "any" } },
  "no law": { laws: new Set() },
  "lazy, sixteen": { profile: { coalescing: "lazy" }, shape: { pages: 16 } },
  "four tiles": { shape: { pages: 2 ** 18, maxOrder: 16, reserved: [{ start: 70_000, end: 70_001 }] } },
  "four tiles in one block": { shape: { pages: 2 ** 18, maxOrder: 18 } },
  "fifo, 24": { profile: { placement: "fifo" }, shape: { pages: 24 } },
  "apart, sixteen": { profile: { initialFreeSet: "any" }, shape: { pages: 16 } },
  "mid-life, four tiles": { start: "unknown", shape: { pages: 2 ** 18, maxOrder: 16 } },
  "adjacent, usable order 2": { profile: { usableMaxOrder: 2, aboveMax: "adjacent" } },
};

interface Case {
  readonly what: string;
  readonly text: string;
  readonly stage: Stage;
  readonly expected: readonly string[];
}

/** The groups of cases in a text whose first paragraph is for its readers. */
function groupsIn(text: string): readonly (readonly [name: string, cases: readonly Case[]])[] {
  return text
    .split(/^# /mu)
    .slice(1)
    .map((group) => {
      const [name = "", table = ""] = group.trim().split("\n\n");
      return [name, table.split(/\n(?! )/u).map(caseIn)] as const;
    });
}

function caseIn(paragraph: string): Case {
  const [first = "", ...expected] = paragraph.split(/\n +/u);
  const [, what = "", name, text = ""] = /^([^:]+): (?:\[([^\]]+)\] )?(.+)$/u.exec(first) ?? [];
  const stage = name === undefined ? {} : STAGES[name];
  if (stage === undefined) throw new Error(`no stage ${name ?? ""}`);
  return { what, text, stage, expected };
}

describe.each(groupsIn(readFileSync("test/evidence.cases.txt", "utf8")))("%s", (_name, cases) => {
  it.each(cases)("$what", ({ text, stage, expected }) => expect(told(text, stage)).toEqual(expected));
});
