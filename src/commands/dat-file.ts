// A trace.dat on disk, read where its reader wants to read: memory does not grow with the file.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { isTraceDat } from "../trace/linux-dat.ts";
import type { DatSource } from "../trace/linux-dat-bytes.ts";
import { STDIN } from "./input.ts";

const MAGIC_BYTES = 16;

/** The file as a source, or null where it is no plain file (a pipe, or compressed); `close` it afterwards. */
export function datFile(path: string): { readonly source: DatSource; readonly close: () => void } | null {
  if (path === STDIN) return null;
  const file = openSync(path, "r");
  const stats = fstatSync(file);
  function read(offset: number, count: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(count, stats.size - offset)));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, offset));
  }
  if (!stats.isFile() || !isTraceDat(read(0, MAGIC_BYTES))) {
    closeSync(file);
    return null;
  }
  return { source: { name: "the file", sizeBytes: stats.size, read }, close: () => closeSync(file) };
}
