// Which free block a policy serves next: kept only for profiles that promise a placement.
//
//  1. "fifo": a block joins its list at the tail, "lifo": at the head; both serve the head.
//  2. "lowest" and "highest" serve by address; a heap that forgets lazily finds the next one.
//  3. The order of the lists at the start is unknown until the first snapshot shows it; until then
//     `headOf` answers null for lists, and placement is not checked.

import { assert } from "./assert.ts";
import type { Profile } from "./profile.ts";

interface Node {
  readonly pfn: number;
  previous: Node | null;
  next: Node | null;
}

/** One free list in list order. */
class List {
  head: Node | null = null;
  tail: Node | null = null;
  readonly #nodes: Map<number, Node> = new Map();

  addTail(pfn: number): void {
    const node: Node = { pfn, previous: this.tail, next: null };
    if (this.tail === null) this.head = node;
    else this.tail.next = node;
    this.tail = node;
    this.#nodes.set(pfn, node);
  }

  addHead(pfn: number): void {
    const node: Node = { pfn, previous: null, next: this.head };
    if (this.head === null) this.tail = node;
    else this.head.previous = node;
    this.head = node;
    this.#nodes.set(pfn, node);
  }

  remove(pfn: number): void {
    const node = this.#nodes.get(pfn);
    if (node === undefined) return;
    if (node.previous === null) this.head = node.next;
    else node.previous.next = node.next;
    if (node.next === null) this.tail = node.previous;
    else node.next.previous = node.previous;
    this.#nodes.delete(pfn);
  }

  heads(): number[] {
    const heads: number[] = [];
    for (let node = this.head; node !== null; node = node.next) heads.push(node.pfn);
    return heads;
  }
}

/** Free blocks of one order by address: a binary heap beside the set of members. */
class AddressHeap {
  readonly #members: Set<number> = new Set();
  /** `sign * pfn`, so that the smallest key is served first. */
  #keys: number[] = [];
  readonly #sign: 1 | -1;

  constructor(sign: 1 | -1) {
    this.#sign = sign;
  }

  add(pfn: number): void {
    this.#members.add(pfn);
    const keys = this.#keys;
    keys.push(this.#sign * pfn);
    this.#rise(keys.length - 1);
    if (keys.length > 2 * this.#members.size + 64) this.#rebuild();
  }

  remove(pfn: number): void {
    this.#members.delete(pfn);
  }

  first(): number | null {
    for (;;) {
      const key = this.#keys[0];
      if (key === undefined) return null;
      const pfn = key * this.#sign;
      if (this.#members.has(pfn)) return pfn;
      const last = this.#keys.pop() as number;
      if (this.#keys.length === 0) return null;
      this.#keys[0] = last;
      this.#sink();
    }
  }

  /** A key can be in the heap twice (removed, then added again): start over from the members. */
  #rebuild(): void {
    this.#keys = [...this.#members].map((pfn) => this.#sign * pfn).sort((a, b) => a - b);
  }

  #rise(from: number): void {
    const keys = this.#keys;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((keys[parent] as number) <= (keys[at] as number)) return;
      [keys[parent], keys[at]] = [keys[at] as number, keys[parent] as number];
      at = parent;
    }
  }

  #sink(): void {
    const keys = this.#keys;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= keys.length) return;
      const right = left + 1;
      const child = right < keys.length && (keys[right] as number) < (keys[left] as number) ? right : left;
      if ((keys[at] as number) <= (keys[child] as number)) return;
      [keys[child], keys[at]] = [keys[at] as number, keys[child] as number];
      at = child;
    }
  }
}

/** The order in which free blocks are served, per list; a list is `zone * orderCount + order`. */
export class FreeOrder {
  readonly placement: "lowest" | "highest" | "fifo" | "lifo";
  readonly #lists: List[] | null;
  readonly #heaps: AddressHeap[] | null;
  #known: boolean;

  constructor(placement: Exclude<Profile["placement"], "any">, listCount: number) {
    this.placement = placement;
    const byList = placement === "fifo" || placement === "lifo";
    this.#lists = byList ? Array.from({ length: listCount }, () => new List()) : null;
    this.#heaps = byList ? null : Array.from({ length: listCount }, () => this.#heapLike());
    this.#known = !byList;
  }

  /** Is the served block decidable, or has no snapshot shown the lists' order yet? */
  get known(): boolean {
    return this.#known;
  }

  inserted(list: number, pfn: number): void {
    this.#heaps?.[list]?.add(pfn);
    const kept = this.#lists?.[list];
    if (this.placement === "fifo") kept?.addTail(pfn);
    else kept?.addHead(pfn);
  }

  removed(list: number, pfn: number): void {
    this.#heaps?.[list]?.remove(pfn);
    this.#lists?.[list]?.remove(pfn);
  }

  /** The block this list serves next, or null if it is empty or its order unknown. */
  headOf(list: number): number | null {
    if (!this.#known) return null;
    return this.#heaps?.[list]?.first() ?? this.#lists?.[list]?.head?.pfn ?? null;
  }

  /** The whole list, head first, or null where it has no order of its own. */
  headsOf(list: number): readonly number[] | null {
    return this.#known ? (this.#lists?.[list]?.heads() ?? null) : null;
  }

  /** What the lists hold is still known, their order is not: until the next snapshot nobody's turn is. */
  loseOrder(): void {
    if (this.#lists !== null) this.#known = false;
  }

  /** Nothing is known to be free any more. */
  clear(): void {
    this.#lists?.splice(0, this.#lists.length, ...this.#lists.map(() => new List()));
    this.#heaps?.splice(0, this.#heaps.length, ...this.#heaps.map(() => this.#heapLike()));
    this.loseOrder();
  }

  #heapLike(): AddressHeap {
    return new AddressHeap(this.placement === "lowest" ? 1 : -1);
  }

  /** Takes over the order that a snapshot shows: `lists[list]` holds heads, first served first. */
  adopt(lists: readonly (readonly number[])[]): void {
    if (this.#lists === null) return;
    assert(lists.length === this.#lists.length, `${lists.length} lists shown, ${this.#lists.length} kept`);
    lists.forEach((heads, list) => {
      const kept = new List();
      for (const pfn of heads) kept.addTail(pfn);
      (this.#lists as List[])[list] = kept;
    });
    this.#known = true;
  }
}
