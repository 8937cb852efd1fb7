/*
 * The reference allocator as a user's own module would have it: the same code behind the interface of modules, its state
 * copied out and back as bytes. bench/explore.mjs compares the two.
 */
import { Allocator } from "../dist/model/allocator.js";
import { createGeometry } from "../dist/model/geometry.js";
import { STRICT_PROFILE } from "../dist/model/profile.js";

/** @param {{ pages: number, maxOrder: number, basePfn: number }} pool */
export function open({ pages, maxOrder, basePfn }) {
  const geometry = createGeometry({ pages, maxOrder, basePfn, reserved: [], zones: [] });
  const allocator = new Allocator(geometry, STRICT_PROFILE);
  return {
    /** @param {number} order */
    alloc(order) {
      const outcome = allocator.answer({ kind: "alloc", order, zone: null });
      return outcome.kind === "block" ? outcome.pfn : null;
    },
    /** @param {number} count */
    allocPages(count) {
      const outcome = allocator.answer({ kind: "alloc-pages", pages: count, zone: null });
      return outcome.kind === "block" ? outcome.pfn : null;
    },
    /** @param {number} pfn @param {number | undefined} order */
    free(pfn, order) {
      const command =
        order === undefined
          ? { kind: /** @type {const} */ ("free"), pfn }
          : { kind: /** @type {const} */ ("free-order"), pfn, order };
      return allocator.answer(command).kind === "ok";
    },
    freeLists: () => allocator.snapshot().lists,
    counts: () => allocator.counts().free,
    save() {
      const bytes = new Uint8Array(allocator.byteLength);
      allocator.save(bytes, 0);
      return bytes;
    },
    /** @param {Uint8Array} bytes */
    restore: (bytes) => allocator.restore(bytes, 0),
  };
}
