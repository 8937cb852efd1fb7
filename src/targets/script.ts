// A sequence of commands that survives being cut: a free names the request that was served its block, not a pfn.
//
//  1. Every request has a number of its own, its `id`. Taking other moves away does not change what an id means.
//  2. A move that names a request which was refused, or is not in the script, is passed over: it gives no command.
//     So is an honest free of a block that was freed already.
//  3. Misuse is said on purpose and names its kind, so that reports can tell a client's mistake from an accident.
//
// a2 a0 f4 becomes request 0 of order 2, request 1 of order 0, and give-back of whichever was served 4.

import type { Add, AllocCommand, Command, FreeCommand, Outcome, Remove } from "../../model/command.ts";
import { orderFor, pagesIn } from "../../model/geometry.ts";
import type { Misuse } from "../../model/violation.ts";

/** How a free says what size it frees. */
export type Naming = "none" | "order" | "pages";

export type Move =
  | { readonly kind: "request"; readonly id: number; readonly command: AllocCommand }
  /** An honest free of the whole block that request `id` was served. */
  | { readonly kind: "give-back"; readonly id: number; readonly naming: Naming }
  /** A wrong free near the block that request `id` was served, be it freed by now: frame `offset`, of `order`. */
  | {
      readonly kind: "misuse";
      readonly misuse: Misuse;
      readonly id: number;
      readonly offset: number;
      /** The order it names, or null where it names none. */
      readonly order: number | null;
    }
  /** A command that names its frames itself: a wrong free outside every block, or frames that join or leave. */
  | { readonly kind: "literal"; readonly misuse: Misuse | null; readonly command: FreeCommand | Add | Remove };

export type Script = readonly Move[];

/** The call that a move makes, where it makes one. */
export function callOf(move: Move): FreeCommand["kind"] | AllocCommand["kind"] | (Add | Remove)["kind"] {
  switch (move.kind) {
    case "request":
    case "literal":
      return move.command.kind;
    case "give-back":
      return move.naming === "none" ? "free" : `free-${move.naming}`;
    case "misuse":
      return move.order === null ? "free" : "free-order";
  }
}

/** What a request was served. `pages` as asked for; `isLive` until an honest free was accepted. */
interface Served {
  readonly pfn: number;
  readonly command: AllocCommand;
  isLive: boolean;
}

/** Turns moves into commands, one after the other, as the answers come in. */
export class Resolver {
  readonly #served: Map<number, Served> = new Map();

  /** The command of a move, or null where the move is passed over. */
  commandOf(move: Move): Command | null {
    switch (move.kind) {
      case "request":
      case "literal":
        return move.command;
      case "give-back": {
        const served = this.#served.get(move.id);
        return served === undefined || !served.isLive ? null : freeOf(served, move.naming);
      }
      case "misuse": {
        const served = this.#served.get(move.id);
        if (served === undefined) return null;
        const pfn = served.pfn + move.offset;
        return move.order === null ? { kind: "free", pfn } : { kind: "free-order", pfn, order: move.order };
      }
    }
  }

  /** Takes note of what came of a move's command. */
  answered(move: Move, outcome: Outcome): void {
    if (move.kind === "request" && outcome.kind === "block")
      this.#served.set(move.id, { pfn: outcome.pfn, command: move.command, isLive: true });
    if (move.kind === "give-back" && (outcome.kind === "ok" || outcome.kind === "unsaid")) {
      const served = this.#served.get(move.id);
      if (served !== undefined) served.isLive = false;
    }
  }
}

function freeOf({ pfn, command }: Served, naming: Naming): FreeCommand {
  const pages = command.kind === "alloc" ? pagesIn(command.order) : Math.max(command.pages, 1);
  if (naming === "none") return { kind: "free", pfn };
  return naming === "pages" ? { kind: "free-pages", pfn, pages } : { kind: "free-order", pfn, order: orderFor(pages) };
}
