// What was last seen of each frame of a running kernel: one byte a frame, in tiles that exist once touched.
//
//  1. A byte is `state << 4 | order` at the head of a block, `state << 4 | TAIL` in the rest of it; 0 is "nothing seen".
//  2. A tile has 2^16 frames. A block of at most 2^14 frames that is aligned lies in one tile.
//  3. Forgetting gives all tiles back to a pool: no frame is visited, and no memory is lost.
//
// 6.5 million pfns (25 GiB of 4 KiB pages) touch 100 tiles: 6.5 MB. pfns from 2^36 on (256 TiB) are no memory of
// today; a few tiles for them are kept in a map and forgotten when there are too many, so that garbled pfns cost little.

export const UNKNOWN = 0;
/** Allocated. */
export const LIVE = 1;
/** Freed: in a per-CPU list or in the buddy core. */
export const FREED = 2;
/** Taken from the buddy core, not allocated yet: in a per-CPU list. */
export const TAKEN = 3;
/** In the buddy core. */
export const IN_CORE = 4;

/** The order field of frames that are not the head of their block. */
export const TAIL = 15;

export const TILE_PAGES: number = 2 ** 16;
/** `pfn * TILES_PER_PAGE` is exact, and cheaper than a division. */
export const TILES_PER_PAGE: number = 2 ** -16;
/** Below this a shift does, which is cheaper still: 8 TiB of 4 KiB pages. */
const SMALL_PFNS = 2 ** 31;
const DIRECTORY_MAX = 2 ** 20;
const FAR_MAX = 64;

/** Last seen states of frames. */
export class LinuxFrames {
  readonly #directory: (Uint8Array | undefined)[] = [];
  readonly #far: Map<number, Uint8Array> = new Map();
  readonly #pool: Uint8Array[] = [];

  /** The states of the tile that holds `pfn`, in which it has the index `pfn & (TILE_PAGES - 1)`. */
  tileOf(pfn: number): Uint8Array {
    const number = pfn < SMALL_PFNS ? pfn >>> 16 : Math.floor(pfn * TILES_PER_PAGE);
    const tile = number < DIRECTORY_MAX ? this.#directory[number] : this.#far.get(number);
    return tile ?? this.#make(number);
  }

  #make(number: number): Uint8Array {
    const tile = this.#pool.pop()?.fill(0) ?? new Uint8Array(TILE_PAGES);
    if (number >= DIRECTORY_MAX) {
      if (this.#far.size >= FAR_MAX) this.#far.clear();
      this.#far.set(number, tile);
    } else {
      while (this.#directory.length <= number) this.#directory.push(undefined);
      this.#directory[number] = tile;
    }
    return tile;
  }

  stateAt(pfn: number): number {
    return (this.tileOf(pfn)[pfn & (TILE_PAGES - 1)] as number) >> 4;
  }

  /** Visits every frame whose byte is not 0, tile by tile. */
  each(visit: (pfn: number, byte: number) => void): void {
    const tiles = [...this.#directory.entries(), ...this.#far];
    for (const [number, tile] of tiles) {
      tile?.forEach((byte, at) => {
        if (byte !== 0) visit(number * TILE_PAGES + at, byte);
      });
    }
  }

  /** Every frame is as never seen. */
  forget(): void {
    for (const tile of this.#directory) if (tile !== undefined) this.#pool.push(tile);
    this.#directory.fill(undefined);
    this.#pool.push(...this.#far.values());
    this.#far.clear();
  }
}
