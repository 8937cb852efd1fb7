// One byte and one number for every frame of a pool, kept only where something happened.
//
//  1. The pfn space is cut into tiles of 2^tileOrder frames. A tile exists once a frame in it was written;
//     until then its content is what `fill` would write, and costs nothing.
//  2. `states[i]` says what block, if any, has its head at the tile's frame i: a kind in bits 6 and 7, a
//     mark for set comparisons in bit 5, the order in bits 0 to 4; 0 for "no block starts here".
//  3. `since[i]` is the event that last named frame i as a head: positive for an allocation, negative for
//     a free, 0 for none.
//
// With 4 KiB pages a tile of 2^10 frames stands for 4 MiB and takes 9 KiB. Frames at 4 GiB and at 1 TiB
// therefore cost two tiles. Pools up to 64 GiB get tiles of 2^16 frames: fewer of them means fewer cache
// misses on the way to a frame (verify with a million live blocks: 4.3 M events/s became 5.3 M). Pools of
// fewer frames than that get a tile no larger than they are, because testers make a ledger for each short
// sequence (one for 16 pages, with one step: 120 us became 1.4 us).

import { orderFor } from "./geometry.ts";

/** Kind bits of a state byte. `PART` continues a live block that is not a power of two long. */
export const FREE = 0x40;
export const LIVE = 0x80;
export const PART = 0xc0;
export const KIND = 0xc0;
export const MARK = 0x20;
export const ORDER = 0x1f;

/** Up to this many tiles the directory is a plain array, which is several times faster than a Map. */
const DIRECTORY_MAX = 2 ** 16;

const TILE_ORDER_MAX = 16;

/** Pools up to this many frames are cut into large tiles. */
const DENSE_PAGES = 2 ** 24;

export interface Tile {
  readonly states: Uint8Array;
  readonly since: Float64Array;
}

/** Sparse per-frame store over the pfns `[start, end)`. */
export class FrameMap {
  readonly tileOrder: number;
  readonly tilePages: number;
  /** `floor(pfn * tilesPerPage)` is the tile of pfn: a power of two, so exact, and cheaper than a division. */
  readonly tilesPerPage: number;
  readonly #fill: (states: Uint8Array, firstPfn: number) => void;
  readonly #firstTile: number;
  readonly #directory: (Tile | undefined)[] | null;
  readonly #sparse: Map<number, Tile> = new Map();

  /** `fill` writes the states of an untouched tile whose first frame is `firstPfn`. */
  constructor(start: number, end: number, maxOrder: number, fill: (states: Uint8Array, firstPfn: number) => void) {
    const pages = Math.max(end - start, 1);
    const wanted = pages <= DENSE_PAGES ? Math.max(orderFor(pages), maxOrder) : Math.max(maxOrder, 10);
    this.tileOrder = Math.min(wanted, TILE_ORDER_MAX);
    this.tilePages = 2 ** this.tileOrder;
    this.tilesPerPage = 2 ** -this.tileOrder;
    this.#fill = fill;
    this.#firstTile = Math.floor(start / this.tilePages);
    const tileCount = Math.ceil(end / this.tilePages) - this.#firstTile;
    this.#directory = tileCount <= DIRECTORY_MAX ? new Array<Tile | undefined>(Math.max(tileCount, 0)) : null;
  }

  /** The tile with this number (`floor(pfn / tilePages)`), made if it does not exist yet. */
  tile(number: number): Tile {
    const tile = this.#directory === null ? this.#sparse.get(number) : this.#directory[number - this.#firstTile];
    return tile ?? this.#make(number);
  }

  #make(number: number): Tile {
    const tile = { states: new Uint8Array(this.tilePages), since: new Float64Array(this.tilePages) };
    this.#fill(tile.states, number * this.tilePages);
    if (this.#directory === null) this.#sparse.set(number, tile);
    else this.#directory[number - this.#firstTile] = tile;
    return tile;
  }

  has(number: number): boolean {
    return this.#directory === null
      ? this.#sparse.has(number)
      : this.#directory[number - this.#firstTile] !== undefined;
  }

  stateAt(pfn: number): number {
    const number = Math.floor(pfn * this.tilesPerPage);
    return this.tile(number).states[pfn - number * this.tilePages] as number;
  }

  setState(pfn: number, state: number): void {
    const number = Math.floor(pfn * this.tilesPerPage);
    this.tile(number).states[pfn - number * this.tilePages] = state;
  }

  sinceAt(pfn: number): number {
    const number = Math.floor(pfn * this.tilesPerPage);
    return this.has(number) ? (this.tile(number).since[pfn - number * this.tilePages] as number) : 0;
  }

  setSince(pfn: number, event: number): void {
    const number = Math.floor(pfn * this.tilesPerPage);
    this.tile(number).since[pfn - number * this.tilePages] = event;
  }

  /** Numbers of the tiles that exist, ascending. */
  touchedTiles(): number[] {
    if (this.#directory === null) return [...this.#sparse.keys()].sort((a, b) => a - b);
    const numbers: number[] = [];
    this.#directory.forEach((tile, offset) => {
      if (tile !== undefined) numbers.push(this.#firstTile + offset);
    });
    return numbers;
  }

  /** Forgets everything: every tile is as it was before its first write. */
  clear(): void {
    this.#sparse.clear();
    this.#directory?.fill(undefined);
  }
}
