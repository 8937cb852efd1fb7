// The adapter between your allocator and buddycheck. What stands here is a placeholder that serves pages one after the
// other and never takes one back: replace it by calls of your own.

/**
 * A fresh pool: the pages from `basePfn` to `basePfn + pages`, without those in `reserved` ([start, end), end left out).
 * @param {{ pages: number, maxOrder: number, basePfn: number, reserved: [number, number][] }} pool
 */
export function open({ pages, maxOrder, basePfn }) {
  let next = basePfn;
  return {
    /** The first page of a block of 2^order pages, or null for a refusal. */
    alloc(order) {
      if (order > maxOrder || next + 2 ** order > basePfn + pages) return null;
      const head = next;
      next += 2 ** order;
      return head;
    },

    /** true: accepted, false: refused, nothing: it does not say. */
    free(_pfn, _order) {},

    /** The heads of the free blocks by order, each list in list order. Without it the answers alone are judged. */
    freeLists() {
      const lists = Array.from({ length: maxOrder + 1 }, () => /** @type {number[]} */ ([]));
      for (let page = next; page < basePfn + pages; page++) lists[0]?.push(page);
      return lists;
    },

    /** All that is remembered, as bytes, and back: then `buddycheck explore` can go through every state. */
    save: () => Uint8Array.from([next & 255, next >> 8]),
    /** @param {Uint8Array} bytes */
    restore(bytes) {
      next = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
    },
  };
}
