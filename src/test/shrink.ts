// Makes a failing script short: what is left breaks the same law, and no single change below makes it shorter.
//
//  1. "Fails" means: the law broken first is still the same one. Where the pool differs, so may the frames.
//  2. The changes, in the order they are tried: leave out a part (halves, then quarters, down to single moves);
//     leave out two moves; leave out one and change the order of another; then, at the same length, make a move
//     plainer, let a free name another block, move a move.
//  3. A script is judged by its length, then by its weight (large orders, page counts, zones and misuse weigh
//     more). Every accepted change makes (length, weight) smaller, so shrinking ends.
//  4. A request that is left out takes the frees of its block with it, since handles name requests (script.ts).
//  5. No change asks what the target cannot be asked, unless the script did so before.
//
// Pairs and "remove and mutate" are what plain delta debugging lacks: 61 % of its results were shortest, with
// these 90 % (bench/test.md). What is left to the shortest is closed by a bounded search (shortest.ts).

import type { LawId } from "../../model/invariants.ts";
import { orderFor, pagesIn } from "../../model/geometry.ts";
import {
  leavingOutParts,
  PAIRS_MAX,
  runCourse,
  without,
  withoutOne,
  withoutTwo,
  type Course,
} from "../search/leaving-out.ts";
import { callOf, type Move, type Script } from "../targets/script.ts";
import type { Call } from "../targets/target.ts";

/** Does a script fail, and how much of it is needed for that: null, or the script without what was passed over. */
export type Trial = (script: Script) => Script | null;

/** What a target's stage offers for shrinking. */
export interface Staged {
  play(script: Script): {
    readonly steps: readonly { readonly move: number }[];
    readonly failure: { readonly move: number; readonly violations: readonly { readonly law: LawId }[] } | null;
  };
}

/** A trial on this stage, for this law. */
export function trialOn(stage: Staged, law: LawId): Trial {
  return (script) => {
    const { steps, failure } = stage.play(script);
    if (failure === null || failure.violations[0]?.law !== law) return null;
    const given = new Set(steps.map(({ move }) => move));
    return script.filter((_, at) => at <= failure.move && given.has(at));
  };
}

/** The course of shrinking, which ends with the shrunk script. */
export type Shrinking = Course<Move>;

/** Shrinks a script that fails, and holds nothing that is passed over. */
export function* shrinking(start: Script, calls: ReadonlySet<Call>): Shrinking {
  let kept = yield* leavingOutParts(start);
  for (;;) {
    const smaller = yield smallerThan(kept, calls);
    if (smaller === null) return kept;
    kept = smaller.items;
  }
}

/** The shrunk script, or null if the script does not fail at all. */
export function shrinkScript(script: Script, trial: Trial, calls: ReadonlySet<Call>): Script | null {
  const start = trial(script);
  if (start === null) return null;
  return runCourse(shrinking(start, calls), trial);
}

/** Candidates that are smaller whatever is passed over in them. */
export function* smallerThan(script: Script, calls: ReadonlySet<Call>): Generator<Script> {
  const asked = new Set([...calls, ...script.map(callOf)]);
  for (const candidate of candidates(script))
    if (isSmaller(candidate, script) && candidate.every((move) => asked.has(callOf(move)))) yield candidate;
}

/** The script without each of its parts: halves, then quarters, down to two moves. */
export function* partsLeftOut(script: Script): Generator<Script> {
  for (let size = script.length; size >= 2; size = Math.floor(size / 2)) {
    for (let from = 0; from < script.length; from += size) {
      yield [...script.slice(0, from), ...script.slice(from + size)];
    }
  }
}

/** Is the first script shorter, or as long and lighter? */
function isSmaller(a: Script, b: Script): boolean {
  return a.length !== b.length ? a.length < b.length : weightOf(a) < weightOf(b);
}

/** Everything that is one change away, the most hopeful first. */
function* candidates(script: Script): Generator<Script> {
  yield* withoutOne(script);
  if (script.length <= PAIRS_MAX) {
    yield* withoutTwo(script);
    yield* withoutOneAndChanged(script);
  }
  yield* changed(script);
  if (script.length <= PAIRS_MAX) yield* moved(script);
}

/** One move less, and another request of a different order or free of a different block. */
function* withoutOneAndChanged(script: Script): Generator<Script> {
  for (let gone = 0; gone < script.length; gone++) {
    const rest = without(script, gone);
    for (let at = 0; at < rest.length; at++) {
      for (const move of alternatives(rest, at)) yield replaced(rest, at, move);
    }
  }
}

function* changed(script: Script): Generator<Script> {
  for (let at = 0; at < script.length; at++) {
    for (const move of [...plainer(script[at] as Move), ...alternatives(script, at)]) yield replaced(script, at, move);
  }
}

function* moved(script: Script): Generator<Script> {
  for (let from = 0; from < script.length; from++) {
    const rest = without(script, from);
    for (let to = 0; to < script.length; to++) {
      if (to !== from) yield [...rest.slice(0, to), script[from] as Move, ...rest.slice(to)];
    }
  }
}

function replaced(script: Script, at: number, move: Move): Script {
  return script.map((other, index) => (index === at ? move : other));
}

/** Requests of a neighbouring order, and frees of another block. */
function alternatives(script: Script, at: number): readonly Move[] {
  const move = script[at] as Move;
  const ids = script.slice(0, at).flatMap((earlier) => (earlier.kind === "request" ? [earlier.id] : []));
  switch (move.kind) {
    case "request": {
      if (move.command.kind !== "alloc") return [];
      const { order, zone } = move.command;
      return [order - 1, order + 1, 0]
        .filter((other) => other >= 0 && other !== order)
        .map((other) => ({ ...move, command: { kind: "alloc", order: other, zone } }));
    }
    case "give-back":
      return ids.filter((id) => id !== move.id).map((id) => ({ ...move, id }));
    case "misuse": {
      // What lies behind one block's head may be the head of the next.
      const offsets = move.offset === 0 ? [0] : [move.offset, 0];
      return ids.filter((id) => id !== move.id).flatMap((id) => offsets.map((offset) => ({ ...move, id, offset })));
    }
    case "literal": {
      const { command, misuse } = move;
      if (misuse === null || (command.kind !== "free" && command.kind !== "free-order")) return [];
      // A frame that was named by its number may be the head of a block that was served.
      const order = command.kind === "free" ? null : command.order;
      return ids.map((id) => ({ kind: "misuse", misuse, id, offset: 0, order }));
    }
  }
}

/** The same move said in a plainer way. */
function plainer(move: Move): readonly Move[] {
  switch (move.kind) {
    case "request": {
      const { command } = move;
      const unzoned: Move[] = command.zone === null ? [] : [{ ...move, command: { ...command, zone: null } }];
      if (command.kind === "alloc" || command.pages === 0) return unzoned;
      const order = orderFor(command.pages);
      const counts = [command.pages - 1, order === 0 ? 0 : pagesIn(order - 1) + 1].filter(
        (pages) => pages >= 1 && pages < command.pages,
      );
      return [
        { ...move, command: { kind: "alloc", order, zone: command.zone } },
        ...counts.map((pages): Move => ({ ...move, command: { ...command, pages } })),
        ...unzoned,
      ];
    }
    case "give-back":
      return move.naming === "order"
        ? []
        : [
            { ...move, naming: "order" },
            { ...move, naming: "none" },
          ];
    case "misuse":
      return [
        { kind: "give-back", id: move.id, naming: "order" },
        { kind: "give-back", id: move.id, naming: "none" },
        ...(move.offset > 1 ? [{ ...move, offset: 1 }] : []),
        ...(move.order === null
          ? []
          : [
              { ...move, order: null },
              { ...move, order: 0 },
            ]),
      ];
    case "literal":
      return [];
  }
}

function weightOf(script: Script): number {
  return script.reduce((sum, move) => sum + moveWeight(move), 0);
}

function moveWeight(move: Move): number {
  switch (move.kind) {
    case "request": {
      const { command } = move;
      const zone = command.zone === null ? 0 : 8;
      return zone + (command.kind === "alloc" ? command.order : 16 + Math.min(command.pages, 2 ** 20));
    }
    case "give-back":
      return move.naming === "order" ? 0 : move.naming === "none" ? 1 : 2;
    case "misuse":
      return 32 + Math.min(move.offset, 16) + (move.order ?? -1);
    case "literal":
      return 64;
  }
}
