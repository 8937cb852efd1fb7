/*
 * Bugs that the fuzzer has found and that are not mended yet. A case that fails in one of these ways is counted and
 * named at the end of the run; any other failure ends it. Whoever mends a bug deletes its row.
 */

/** @type {readonly { readonly sign: RegExp, readonly what: string }[]} */
export const KNOWN = [];
