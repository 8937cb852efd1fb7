// What was exercised, by kind: the guard against a test that could not have failed.

import type { Outcome } from "../../model/command.ts";
import { orderFor } from "../../model/geometry.ts";
import type { Misuse } from "../../model/violation.ts";
import type { Move } from "../targets/script.ts";
import type { Call } from "../targets/target.ts";

/** Commands by what came of them; looks are no commands. */
export interface Tally {
  /** Commands given, by call. */
  readonly calls: Map<Call, number>;
  /** Requests served, by order. */
  readonly served: number[];
  refused: number;
  freed: number;
  /** Wrong frees, by how they were meant to be wrong. */
  readonly misuse: Map<Misuse, number>;
  /** Times that frames joined or left. */
  resized: number;
  looks: number;
}

export function createTally(maxOrder: number): Tally {
  return {
    calls: new Map(),
    served: new Array<number>(maxOrder + 1).fill(0),
    refused: 0,
    freed: 0,
    misuse: new Map(),
    resized: 0,
    looks: 0,
  };
}

/** Adds one tally to another. */
export function addTally(sum: Tally, tally: Tally): void {
  tally.served.forEach((count, order) => {
    sum.served[order] = (sum.served[order] ?? 0) + count;
  });
  for (const [call, count] of tally.calls) sum.calls.set(call, (sum.calls.get(call) ?? 0) + count);
  for (const [misuse, count] of tally.misuse) sum.misuse.set(misuse, (sum.misuse.get(misuse) ?? 0) + count);
  sum.refused += tally.refused;
  sum.freed += tally.freed;
  sum.resized += tally.resized;
  sum.looks += tally.looks;
}

/** Requests served, of all orders. */
export function servedIn({ served }: Tally): number {
  return served.reduce((sum, count) => sum + count, 0);
}

/** Wrong frees, of all kinds. */
export function misuseIn({ misuse }: Tally): number {
  return [...misuse.values()].reduce((sum, count) => sum + count, 0);
}

/** The call that a move makes. */
function callOf(move: Move): Call {
  switch (move.kind) {
    case "request":
    case "literal":
      return move.command.kind;
    case "give-back":
      return move.naming === "none" ? "free" : move.naming === "pages" ? "free-pages" : "free-order";
    case "misuse":
      return move.order === null ? "free" : "free-order";
  }
}

/** Counts a move and what came of it. */
export function countMove(tally: Tally, move: Move, outcome: Outcome): void {
  const call = callOf(move);
  tally.calls.set(call, (tally.calls.get(call) ?? 0) + 1);
  switch (move.kind) {
    case "request": {
      const { command } = move;
      const order = command.kind === "alloc" ? command.order : orderFor(Math.max(command.pages, 1));
      if (outcome.kind !== "block") tally.refused++;
      else tally.served[order] = (tally.served[order] ?? 0) + 1;
      return;
    }
    case "give-back":
      if (outcome.kind !== "refused") tally.freed++;
      return;
    case "misuse":
    case "literal":
      if (move.misuse !== null) tally.misuse.set(move.misuse, (tally.misuse.get(move.misuse) ?? 0) + 1);
      else if (outcome.kind === "ok") tally.resized++;
  }
}
