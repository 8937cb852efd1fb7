// Blocks that were served, side by side in arrays: a client adds and drops one with nearly every call.

/** Blocks in no particular order; each is known by its place until another one is dropped. */
export class ServedBlocks {
  readonly ids: number[] = [];
  readonly pfns: number[] = [];
  /** Orders that the requests were rounded to. */
  readonly orders: number[] = [];
  /** Pages asked for. */
  readonly asked: number[] = [];
  size = 0;

  add(id: number, pfn: number, order: number, asked: number): void {
    const place = this.size++;
    this.ids[place] = id;
    this.pfns[place] = pfn;
    this.orders[place] = order;
    this.asked[place] = asked;
  }

  /** Writes the block at a place of some set, be it this one, to a place of this one. */
  copy(from: ServedBlocks, place: number, to: number): void {
    this.ids[to] = from.ids[place] as number;
    this.pfns[to] = from.pfns[place] as number;
    this.orders[to] = from.orders[place] as number;
    this.asked[to] = from.asked[place] as number;
  }

  /** Drops the block at a place; the last one takes it. */
  drop(place: number): void {
    this.size--;
    if (place !== this.size) this.copy(this, this.size, place);
  }
}
