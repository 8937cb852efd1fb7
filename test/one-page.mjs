/*
 * An allocator of one page whose saved states are of different lengths: what test/explore-threads.test.ts explores.
 */
export function open() {
  let live = false;
  return {
    /** @param {number} order */
    alloc(order) {
      if (live || order > 0) return null;
      live = true;
      return 0;
    },
    /** @param {number} pfn */
    free(pfn) {
      const isGood = live && pfn === 0;
      if (isGood) live = false;
      return isGood;
    },
    save: () => (live ? Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) : Uint8Array.of(1)),
    /** @param {Uint8Array} bytes */
    restore(bytes) {
      live = bytes.length > 1;
    },
  };
}
