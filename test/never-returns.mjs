/*
 * An allocator of one page that never answers a request which it would have to refuse: test/explore-threads.test.ts.
 */
export function open() {
  let live = false;
  return {
    /** @param {number} order */
    alloc(order) {
      if (live || order > 0) for (;;);
      live = true;
      return 0;
    },
    free: () => false,
    save: () => Uint8Array.of(live ? 1 : 0),
    /** @param {Uint8Array} bytes */
    restore(bytes) {
      live = bytes[0] === 1;
    },
  };
}
