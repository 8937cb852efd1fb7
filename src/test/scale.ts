// Larger and smaller pools of the same kind: a buddy system is self-similar, so most bugs are too.
//
//  1. Lifting by n adds n to every order and makes every page 2^n pages: `a1=2 f2` on 8 pages becomes `a3=8 f8`
//     on 32. What breaks a law in a small pool mostly breaks it in every lifted one, with as many commands.
//  2. Lowering is the way back, and loses what is smaller than the new page: orders stop at 0.
//  3. Neither proves anything about the other pool: a script is played again wherever a claim is made.
//  4. A bug that depends on a number (the 10th order, the 17th free) does not scale. That is said, not hidden.

import type { AllocCommand, Add, FreeCommand, Remove } from "../../model/command.ts";
import type { FrameRange, PoolShape } from "../../model/geometry.ts";
import type { Move, Script } from "../targets/script.ts";

/** The pool whose pages are `2^by` pages of this one. */
export function liftShape(shape: PoolShape, by: number): PoolShape {
  const factor = 2 ** by;
  return {
    maxOrder: shape.maxOrder + by,
    pages: shape.pages * factor,
    basePfn: shape.basePfn * factor,
    reserved: shape.reserved.map((range) => scaled(range, factor)),
    zones: shape.zones.map((zone) => ({ name: zone.name, ...scaled(zone, factor) })),
  };
}

function scaled({ start, end }: FrameRange, factor: number): FrameRange {
  return { start: start * factor, end: end * factor };
}

/** The same moves in a pool lifted by `by`; lowered, where `by` is negative. */
export function liftScript(script: Script, by: number): Script {
  return by === 0 ? script : script.map((move) => liftMove(move, by));
}

function liftMove(move: Move, by: number): Move {
  switch (move.kind) {
    case "request":
      return { ...move, command: liftRequest(move.command, by) };
    case "give-back":
      return move;
    case "misuse": {
      const order = move.order === null ? null : liftOrder(move.order, by);
      return { ...move, offset: liftFrame(move.offset, by), order };
    }
    case "literal":
      return { ...move, command: liftLiteral(move.command, by) };
  }
}

function liftRequest(command: AllocCommand, by: number): AllocCommand {
  if (command.kind === "alloc") return { ...command, order: liftOrder(command.order, by) };
  return { ...command, pages: liftPages(command.pages, by) };
}

function liftLiteral(command: FreeCommand | Add | Remove, by: number): FreeCommand | Add | Remove {
  const pfn = liftFrame(command.pfn, by);
  switch (command.kind) {
    case "free":
      return { ...command, pfn };
    case "free-order":
      return { ...command, pfn, order: liftOrder(command.order, by) };
    case "free-pages":
    case "add":
    case "remove":
      return { ...command, pfn, pages: liftPages(command.pages, by) };
  }
}

function liftOrder(order: number, by: number): number {
  return Math.max(order + by, 0);
}

/** Half a page stays half a page. */
function liftFrame(pfn: number, by: number): number {
  const page = Math.floor(pfn);
  return Math.floor(page * 2 ** by) + (pfn - page);
}

function liftPages(pages: number, by: number): number {
  return pages === 0 ? 0 : Math.max(Math.ceil(pages * 2 ** by), 1);
}
