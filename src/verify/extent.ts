// Which frames an event names: what the second readings of a trace look for.

import type { Command, Outcome } from "../../model/command.ts";
import { orderFor } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";

/** First frame that the event names, or -1. */
export function startOf(command: Command, outcome: Outcome): number {
  switch (command.kind) {
    case "alloc":
    case "alloc-pages":
      return outcome.kind === "block" ? outcome.pfn : -1;
    case "free":
    case "free-order":
    case "free-pages":
    case "add":
    case "remove":
      return Math.floor(command.pfn);
    case "snapshot":
    case "counts":
    case "unnamed":
      return -1;
  }
}

/** One past the last frame that the event names, given its first; a free without a size names one frame. */
export function endOf(command: Command, start: number, rounding: Profile["rounding"]): number {
  switch (command.kind) {
    case "alloc":
    case "free-order":
      return start + 2 ** command.order;
    case "alloc-pages":
    case "free-pages":
      return (
        start +
        (rounding === "exact" || command.pages === 0 ? Math.max(command.pages, 1) : 2 ** orderFor(command.pages))
      );
    case "add":
    case "remove":
      return start + command.pages;
    case "free":
    case "snapshot":
    case "counts":
    case "unnamed":
      return start + 1;
  }
}
