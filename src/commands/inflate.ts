// Compressed parts of binary recordings (trace.dat, version 7), decompressed in memory.
//
//  1. A part says how long its content is, so no more memory than that is used, whatever the part holds.
//  2. Damage is an answer (null): the reader goes on with the next part.

import { inflateSync } from "node:zlib";
import { decompress } from "fzstd";

/** The content of a part, or null where it is damaged or compressed by an unknown program. */
export function inflate(algorithm: string, data: Uint8Array, sizeBytes: number): Uint8Array | null {
  try {
    if (algorithm === "zstd") return decompress(data, new Uint8Array(sizeBytes));
    if (algorithm === "zlib") return inflateSync(data, { maxOutputLength: sizeBytes });
    return null;
  } catch (error) {
    // Both throw errors of several classes, for damage only.
    if (error instanceof Error) return null;
    throw error;
  }
}
