// Turns what was called and answered into a script: of a search's path, of a recording, of what a user typed.
//
//  1. The n-th request gets the id n - 1. A free of a live block's head, with a size that is the block's own, is
//     an honest give-back; any other free near a block that was served is misuse, told from the block's head.
//  2. Everything else names its frames itself: frees outside every block, frames that join or leave.
//  3. Played against the same allocator, the script gives the same commands again.

import type { Command, FreeCommand, Outcome } from "../../model/command.ts";
import { orderFor, runIndexOf, type Geometry } from "../../model/geometry.ts";
import type { Misuse } from "../../model/violation.ts";
import type { Move, Script } from "../targets/script.ts";
import type { Opening } from "../targets/target.ts";

/** A command with its answer. */
export interface Answered {
  readonly command: Command;
  readonly outcome: Outcome;
}

interface Served {
  readonly id: number;
  readonly pfn: number;
  readonly pages: number;
  isLive: boolean;
}

/** The moves behind these commands. Observations and calls that are not named have none. */
export function scriptOf(calls: readonly Answered[], opening: Opening): Script {
  const served: Served[] = [];
  const moves: Move[] = [];
  let requests = 0;
  for (const { command, outcome } of calls) {
    switch (command.kind) {
      case "alloc":
      case "alloc-pages": {
        const id = requests++;
        const asked = command.kind === "alloc" ? 2 ** command.order : Math.max(command.pages, 1);
        const pages = opening.profile.rounding === "exact" ? asked : 2 ** orderFor(asked);
        if (outcome.kind === "block") served.unshift({ id, pfn: outcome.pfn, pages, isLive: true });
        moves.push({ kind: "request", id, command });
        break;
      }
      case "free":
      case "free-order":
      case "free-pages":
        moves.push(freeMove(command, served, opening.geometry));
        break;
      case "add":
      case "remove":
        moves.push({ kind: "literal", misuse: null, command });
        break;
      case "snapshot":
      case "counts":
      case "unnamed":
    }
  }
  return moves;
}

function freeMove(command: FreeCommand, served: readonly Served[], geometry: Geometry): Move {
  const named = command.kind === "free" ? null : command.kind === "free-order" ? 2 ** command.order : command.pages;
  const own = served.find(({ isLive, pfn }) => isLive && pfn === command.pfn);
  if (
    own !== undefined &&
    (named === null || named === own.pages || orderFor(Math.max(named, 1)) === orderFor(own.pages))
  ) {
    own.isLive = false;
    const naming = command.kind === "free" ? "none" : command.kind === "free-order" ? "order" : "pages";
    return { kind: "give-back", id: own.id, naming };
  }
  const near = served.find(({ pfn, pages }) => command.pfn >= pfn && command.pfn < pfn + pages);
  const misuse = misuseOf(command, near, geometry);
  if (near === undefined || command.kind === "free-pages") return { kind: "literal", misuse, command };
  const order = command.kind === "free" ? null : command.order;
  return { kind: "misuse", misuse, id: near.id, offset: command.pfn - near.pfn, order };
}

function misuseOf({ pfn }: FreeCommand, near: Served | undefined, geometry: Geometry): Misuse {
  if (!(pfn >= geometry.span.start && pfn < geometry.span.end)) return "out-of-range";
  if (runIndexOf(geometry.runs, Math.floor(pfn)) < 0) return "reserved";
  if (!Number.isInteger(pfn)) return "misaligned";
  if (near === undefined) return "never-allocated";
  if (pfn !== near.pfn) return "interior";
  return near.isLive ? "wrong-size" : "double";
}
