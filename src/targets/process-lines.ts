// The line protocol of targets in a process of their own: a script as lines, and the lines that answer it.
//
//  1. One line asks, one line answers, in the same order. `end` asks for whatever was held back, and has no answer.
//  2. Requests are numbered from 0 in each pool. A free names the request that was served its block, so that a
//     whole script can be sent before its first answer is there.
//  3. A move that names no request before it is not sent. One whose request was refused, or whose block was freed
//     already, is answered with `-`.
//
// The same for those who write targets: docs/targets.md.

import { OK, REFUSED, UNSAID, type Outcome, type Snapshot } from "../../model/command.ts";
import { ORDER_LIMIT, orderFor, pagesIn, subtract, type Geometry } from "../../model/geometry.ts";
import type { Move, Script } from "./script.ts";
import { CALLS, type Call } from "./target.ts";

/** The version that a target's first line names. */
const VERSION = "1";

/** The largest order that a list may be shown for. */
const ORDER_SHOWN_MAX = 63;

const ZERO = 0x30;

/** What a target says of itself in its first line. */
export interface Hello {
  readonly calls: ReadonlySet<Call>;
  readonly showsLists: boolean;
  readonly takesZones: boolean;
  /** A process opens one pool only. */
  readonly isOnce: boolean;
}

const ABILITIES: ReadonlySet<string> = new Set(["lists", "counts", "zones", "once"]);

/** Reads a first line, `buddycheck 1 alloc free-order lists`; null where it is none. */
export function readHello(line: string): Hello | null {
  const [name, version, ...words] = line.split(" ");
  const calls = CALLS.filter((call) => words.includes(call));
  const isKnown = words.every((word) => ABILITIES.has(word) || calls.some((call) => call === word));
  if (name !== "buddycheck" || version !== VERSION || !isKnown) return null;
  return {
    calls: new Set(calls),
    showsLists: words.includes("lists"),
    takesZones: words.includes("zones"),
    isOnce: words.includes("once"),
  };
}

/** A script as lines, with the move that each line is of; -1: the pool at its head, or a look at its end. */
export interface Lines {
  readonly text: string;
  readonly moves: readonly number[];
}

/** The lines of a script in a fresh pool, the free lists at its end where the target shows them. */
export function linesOf(geometry: Geometry, script: Script, hello: Hello): Lines {
  const lines = [poolLine(geometry)];
  const moves = [-1];
  const numbers = new Map<number, Numbered>();
  script.forEach((move, at) => {
    const line = lineOf(move, numbers, geometry, hello);
    if (line === null) return;
    lines.push(line);
    moves.push(at);
  });
  if (hello.showsLists) {
    lines.push("l");
    moves.push(-1);
  }
  return { text: `${lines.join("\n")}\nend\n`, moves };
}

/** A request that was sent, and the pages that it asked for. */
interface Numbered {
  readonly number: number;
  readonly pages: number;
}

function poolLine(geometry: Geometry): string {
  const { maxOrder, span, runs, zones } = geometry;
  const words = ["pool", maxOrder, span.end - span.start, span.start];
  for (const { start, end } of subtract(span, runs)) words.push("reserved", start, end);
  if (zones.length > 1) for (const { start, end } of zones) words.push("zone", start, end);
  return words.join(" ");
}

function lineOf(move: Move, numbers: Map<number, Numbered>, geometry: Geometry, { calls }: Hello): string | null {
  switch (move.kind) {
    case "request": {
      const { command } = move;
      const pages = command.kind === "alloc" ? pagesIn(command.order) : Math.max(command.pages, 1);
      numbers.set(move.id, { number: numbers.size, pages });
      const size = command.kind === "alloc" ? `a ${command.order}` : `p ${command.pages}`;
      const zone = geometry.zones.findIndex(({ name }) => name === command.zone);
      return command.zone === null || zone < 0 ? size : `${size} ${zone}`;
    }
    case "give-back": {
      const request = numbers.get(move.id);
      if (request === undefined) return null;
      if (move.naming === "none") return `f ${request.number}`;
      if (move.naming === "pages") return `g ${request.number} ${request.pages}`;
      return `f ${request.number} ${orderFor(request.pages)}`;
    }
    case "misuse": {
      const request = numbers.get(move.id);
      if (request === undefined) return null;
      const near = `${request.number} ${move.offset}`;
      if (move.order === null) return `x ${near}`;
      return calls.has("free-order") || move.order > ORDER_LIMIT
        ? `x ${near} ${move.order}`
        : `y ${near} ${pagesIn(move.order)}`;
    }
    case "literal":
      return literalLine(move.command);
  }
}

function literalLine(command: Extract<Move, { readonly kind: "literal" }>["command"]): string {
  switch (command.kind) {
    case "free":
      return `F ${command.pfn}`;
    case "free-order":
      return `F ${command.pfn} ${command.order}`;
    case "free-pages":
      return `G ${command.pfn} ${command.pages}`;
    case "add":
      return `A ${command.pfn} ${command.pages}`;
    case "remove":
      return `R ${command.pfn} ${command.pages}`;
  }
}

/** The outcome of a move by the line that answers it; "passed over", or null for garbage. */
export function outcomeOf(move: Move, line: string): Outcome | "passed over" | null {
  if (line === "!") return REFUSED;
  if (move.kind === "request") {
    const pfn = numberIn(line);
    return pfn === null ? null : { kind: "block", pfn, zeroed: null };
  }
  if (line === "+") return OK;
  if (line === "?") return UNSAID;
  return line === "-" && move.kind !== "literal" ? "passed over" : null;
}

/** The free lists that a line shows, `free 0:1 4:2 cached 7`; null for garbage. */
export function snapshotIn(line: string, maxOrder: number): Snapshot | null {
  const words = line.split(" ");
  if (words[0] !== "free") return null;
  const lists: number[][] = Array.from({ length: maxOrder + 1 }, () => []);
  let at = 1;
  for (; at < words.length && words[at] !== "cached"; at++) {
    const [pfn = "", order = "", more] = (words[at] as string).split(":");
    const [head, rank] = [numberIn(pfn), numberIn(order)];
    if (head === null || rank === null || rank > ORDER_SHOWN_MAX || more !== undefined) return null;
    while (lists.length <= rank) lists.push([]);
    lists[rank]?.push(head);
  }
  const cached = words.slice(at + 1).map(numberIn);
  return cached.includes(null) ? null : { kind: "snapshot", lists, cached: cached as number[] };
}

/** A whole number in decimal, or null. */
function numberIn(text: string): number | null {
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return null;
    value = 10 * value + digit;
  }
  return text !== "" && value <= Number.MAX_SAFE_INTEGER ? value : null;
}
