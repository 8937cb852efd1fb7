// Which laws a step puts to the test: the guard against checks that never had anything to look at.
//
//  1. A law is counted where its definition looks at what the step shows and could have found it broken.
//     That a step holds proves nothing about a law that this file does not name for it.
//  2. The four laws about one call between two snapshots count only there: frame, refused-unchanged,
//     served-from-free, and rounding where the request named pages.
//  3. A request for 0 pages, or a free that is refused, puts other laws to the test than an ordinary one.
//
// The conditions repeat those of model/judge-*.ts, which look, but do not say that they looked.

import type { AllocCommand, Command, Outcome } from "../../model/command.ts";
import { orderFor } from "../../model/geometry.ts";
import type { LawId } from "../../model/invariants.ts";
import type { Ledger } from "../../model/ledger.ts";
import { unreachable } from "../../model/assert.ts";

/** How often each law was put to the test. */
export type LawCounts = Map<LawId, number>;

/** Counts the laws that this step puts to the test; call it before the ledger moves on. */
export function countLaws(counts: LawCounts, ledger: Ledger, command: Command, outcome: Outcome): void {
  for (const law of lawsJudged(ledger, command, outcome)) counts.set(law, (counts.get(law) ?? 0) + 1);
}

/** Adds one count to another. */
export function addCounts(sum: LawCounts, counts: ReadonlyMap<LawId, number>): void {
  for (const [law, times] of counts) sum.set(law, (sum.get(law) ?? 0) + times);
}

/** The laws that this step puts to the test, before the ledger moves on. */
export function lawsJudged(ledger: Ledger, command: Command, outcome: Outcome): readonly LawId[] {
  switch (command.kind) {
    case "alloc":
    case "alloc-pages":
      return [
        "returns",
        ...(outcome.kind === "block" ? ofServed(ledger, command, outcome.zeroed) : ofRefused(ledger, command)),
      ];
    case "free":
    case "free-order":
    case "free-pages":
      return ["returns", outcome.kind === "refused" ? "bad-free-refused" : "free-live-only"];
    case "snapshot":
      return ofSnapshot(ledger);
    case "counts":
      return isEager(ledger) ? ["conserved", "no-free-buddies"] : ["conserved"];
    case "add":
    case "remove":
      return outcome.kind === "refused" ? ["returns"] : ["returns", "partition"];
    case "unnamed":
      return ["returns"];
    default:
      return unreachable(command);
  }
}

function ofServed(ledger: Ledger, command: AllocCommand, zeroed: boolean | null): readonly LawId[] {
  const { profile } = ledger;
  const laws: LawId[] = ["aligned", "in-bounds", "no-overlap"];
  if (ledger.observed !== null && ledger.stepsSinceObserved === 0) laws.push("served-from-free");
  if (isForNothing(command) && profile.zeroRequest === "refused") laws.push("rounding");
  if (zeroed !== null && profile.zeroed === "promised") laws.push("zeroed");
  const chosen = isEager(ledger) && profile.cachedFrames === "none";
  if (chosen && profile.fit === "best") laws.push("best-fit");
  if (chosen && (profile.placement !== "any" || profile.servedHalf !== "any")) laws.push("placement");
  return laws;
}

function ofRefused(ledger: Ledger, command: AllocCommand): readonly LawId[] {
  if (isForNothing(command)) return ["rounding"];
  const { profile } = ledger;
  const order = command.kind === "alloc" ? command.order : orderFor(command.pages);
  const seen = isEager(ledger) || (ledger.observed !== null && ledger.stepsSinceObserved === 0);
  const servable = order <= (profile.usableMaxOrder ?? ledger.maxOrder);
  return profile.exhaustion === "exact" && servable && seen ? ["no-spurious-oom"] : [];
}

function ofSnapshot(ledger: Ledger): readonly LawId[] {
  const { observed, last } = ledger;
  const laws: LawId[] = ["aligned", "in-bounds", "free-lists", "partition"];
  if (isEager(ledger)) {
    laws.push("no-free-buddies");
    if (ledger.liveBlocks === 0 && ledger.owed.size === 0 && ledger.allocatedEver) laws.push("drained");
  }
  if (ledger.serving?.known === true) laws.push("placement");
  if (observed === null || ledger.stepsSinceObserved !== 1 || last.kind === "other") return laws;
  laws.push(last.kind === "refused" ? "refused-unchanged" : "frame");
  if (last.kind === "alloc-pages") laws.push("rounding");
  return laws;
}

function isEager(ledger: Ledger): boolean {
  return ledger.profile.coalescing === "eager" && ledger.profile.initialFreeSet === "canonical";
}

function isForNothing(command: AllocCommand): boolean {
  return command.kind === "alloc-pages" && command.pages === 0;
}
