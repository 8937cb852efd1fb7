// Written properties made into ones that can be asked: the quantities of a state, and their comparison.

import { orderFor } from "../../model/geometry.ts";
import type { NamedBlock } from "../../model/violation.ts";
import type { Comparison, Quantity, Sign, WrittenProperty } from "../spec/properties.ts";
import type { Property, StateView } from "./property.ts";

/** A property that compares quantities. */
export function measured({ kind, name, comparisons }: WrittenProperty): Property {
  return { kind, name, holds: (view) => comparisons.every((comparison) => isTrue(comparison, view)) };
}

function isTrue({ left, sign, right }: Comparison, view: StateView): boolean {
  return compares(quantity(left, view), sign, typeof right === "number" ? right : quantity(right, view));
}

function compares(left: number, sign: Sign, right: number): boolean {
  switch (sign) {
    case "<=":
      return left <= right;
    case ">=":
      return left >= right;
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    case "<":
      return left < right;
    case ">":
      return left > right;
  }
}

/** A quantity of a state; the largest order of no blocks is -1. */
function quantity(name: Quantity, { live, free, pages, maxOrder }: StateView): number {
  switch (name) {
    case "live_blocks":
      return live.length;
    case "live_pages":
      return pagesIn(live);
    case "largest_live":
      return largestIn(live);
    case "free_blocks":
      return free.length;
    case "free_pages":
      return pagesIn(free);
    case "largest_free":
      return largestIn(free);
    case "pages":
      return pages;
    case "max_order":
      return maxOrder;
  }
}

function pagesIn(blocks: readonly NamedBlock[]): number {
  return blocks.reduce((sum, { pages }) => sum + pages, 0);
}

function largestIn(blocks: readonly NamedBlock[]): number {
  return blocks.reduce((largest, { pages }) => Math.max(largest, orderFor(pages)), -1);
}
