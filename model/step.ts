// The one relation: step(ledger, command, outcome) says what may happen, and what law it broke.
//
//  1. The relation is nondeterministic in the outcome: a free block may be served anywhere the profile
//     allows. All three engines ask it, and nothing else decides what is right.
//  2. The ledger moves on in place. After a violation it goes on with the assumption that the violation
//     states, so that one defect is reported once.
//  3. Serving any aligned block inside a free block of one zone, and freeing a whole live block under its
//     own order, break no law: these two are decided at once (`served`, `freeWhole`) in O(maxOrder).
//     Everything else goes to the judges, who look closer and may cost more.

import { unreachable } from "./assert.ts";
import type { AllocCommand, Command, FreeCommand, Outcome } from "./command.ts";
import { FREE } from "./frame-map.ts";
import { isAligned, ORDER_LIMIT, orderFor, pagesIn } from "./geometry.ts";
import { diedIn, freeWhole, judgeFreed } from "./judge-freed.ts";
import { judgeAdded, judgeRemoved } from "./judge-managed.ts";
import { judgeCounts, judgeSnapshot } from "./judge-observed.ts";
import { judgeRefused } from "./judge-refused.ts";
import { judgeServed } from "./judge-served.ts";
import type { LastStep, Ledger } from "./ledger.ts";
import { NONE, type Violation } from "./violation.ts";

/**
 * Judges one command with its outcome and moves the ledger on. The result is empty when every law holds.
 * Throws only on misuse by the caller: an outcome that its command cannot have.
 */
export function step(ledger: Ledger, command: Command, outcome: Outcome): readonly Violation[] {
  switch (command.kind) {
    case "alloc":
    case "alloc-pages":
      return stepAlloc(ledger, command, outcome);
    case "free":
    case "free-order":
    case "free-pages":
      return stepFree(ledger, command, outcome);
    case "snapshot":
      return outcome.kind === "crashed" ? diedIn(ledger, outcome.how, []) : judgeSnapshot(ledger, command);
    case "counts":
      return outcome.kind === "crashed" ? diedIn(ledger, outcome.how, []) : judgeCounts(ledger, command);
    case "add":
    case "remove":
      note(ledger, "other", -1, 0);
      if (outcome.kind === "refused") return NONE;
      if (outcome.kind === "crashed") return diedIn(ledger, outcome.how, []);
      return command.kind === "add" ? judgeAdded(ledger, command) : judgeRemoved(ledger, command);
    case "unnamed":
      return diedIn(ledger, outcome.kind === "crashed" ? outcome.how : "", []);
    default:
      return unreachable(command);
  }
}

/** Remembers the step for the laws that compare two snapshots. */
function note(ledger: Ledger, kind: LastStep["kind"], pfn: number, pages: number): void {
  const { last } = ledger;
  last.kind = kind;
  last.pfn = pfn;
  last.pages = pages;
  ledger.stepsSinceObserved++;
}

function stepAlloc(ledger: Ledger, command: AllocCommand, outcome: Outcome): readonly Violation[] {
  const asked = command.kind === "alloc" ? null : command.pages;
  const order = command.kind === "alloc" ? command.order : orderFor(Math.max(command.pages, 1));
  if (outcome.kind === "block") {
    const pages = asked !== null && ledger.profile.rounding === "exact" ? Math.max(asked, 1) : pagesOf(order);
    const simple = ledger.decidesAtOnce && command.zone === null && asked !== 0 && outcome.zeroed !== false;
    const found =
      simple && pages === pagesIn(order) && served(ledger, outcome.pfn, order)
        ? NONE
        : judgeServed(ledger, { pfn: outcome.pfn, order, pages, asked, zone: command.zone, zeroed: outcome.zeroed });
    note(ledger, command.kind, outcome.pfn, pages);
    return found;
  }
  if (outcome.kind === "crashed") return diedIn(ledger, outcome.how, []);
  const found = judgeRefused(ledger, order, asked, command.zone);
  note(ledger, "refused", -1, 0);
  return found;
}

/** Frames of a block of any order that a request may name; a table is several times faster than a power. */
function pagesOf(order: number): number {
  return order <= ORDER_LIMIT ? pagesIn(order) : 2 ** order;
}

/** Serves an aligned block inside one free block; answers false, having done nothing, if it is not that. */
function served(ledger: Ledger, pfn: number, order: number): boolean {
  if (order > ledger.maxOrder || Math.floor(pfn) !== pfn || !isAligned(pfn, order)) return false;
  if (ledger.cover(pfn) !== FREE || ledger.coverOrder < order) return false;
  if (ledger.stepsSinceObserved === 0 && ledger.observed !== null && ledger.observed.cached.length > 0) return false;
  ledger.take(pfn, order);
  return true;
}

function stepFree(ledger: Ledger, command: FreeCommand, outcome: Outcome): readonly Violation[] {
  const accepted = outcome.kind === "ok" || outcome.kind === "unsaid";
  const order = accepted ? orderNamed(ledger, command) : -2;
  const freed = order === -2 ? -1 : freeWhole(ledger, command.pfn, order);
  if (freed >= 0) {
    note(ledger, "free", command.pfn, pagesIn(freed));
    return NONE;
  }
  const found = judgeFreed(ledger, command, outcome);
  if (outcome.kind === "refused") note(ledger, "refused", -1, 0);
  else note(ledger, "free", command.pfn, 1);
  return found;
}

/** The order a free names: -1 where it names no size, -2 where the size needs a closer look. */
function orderNamed(ledger: Ledger, command: FreeCommand): number {
  switch (command.kind) {
    case "free":
      return -1;
    case "free-order":
      return command.order;
    case "free-pages":
      return command.pages === 0 || ledger.profile.rounding === "exact" ? -2 : orderFor(command.pages);
  }
}
