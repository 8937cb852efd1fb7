// Bytes of traces from files, folders and standard input, decompressed by what they begin with.
//
//  1. "-" is standard input. gzip and zstd are told by their magic bytes, whatever the name.
//  2. A folder stands for the traces below it, in the order of their names. What else it holds is passed
//     over and named in `skipped`, never silently.
//  3. What cannot be read is an `InputError` with the problem; nothing here ends the process.

import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Decompress } from "fzstd";
import { problemLine, type Problem, type ProblemCode } from "../problem.ts";
import { DETECT_BYTES, looksLikeTrace } from "../trace/detect.ts";

export const STDIN = "-";

const CHUNK_BYTES = 2 ** 20;
const TRACE_NAME = /\.(?:jsonl|ya?ml)(?:\.(?:gz|zst))?$/;

/** Input that cannot be used; carries the problems that the user sees. */
export class InputError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemLine).join("\n"));
    this.problems = problems;
  }
}

/** An input as a whole is wrong: no line of it is at fault. */
export function inputError(code: ProblemCode, file: string, expected: string, found: string): InputError {
  return new InputError([{ code, place: { file, line: 0, column: 0 }, expected, found, source: "" }]);
}

export interface InputFiles {
  readonly files: readonly string[];
  /** Files of a folder that are no traces. */
  readonly skipped: readonly string[];
}

/** Turns names on the command line into traces. Throws an InputError for a folder without any. */
export async function expandInputs(names: readonly string[]): Promise<InputFiles> {
  const files: string[] = [];
  const skipped: string[] = [];
  for (const name of names) {
    if (name === STDIN || !(await isFolder(name))) {
      files.push(name);
      continue;
    }
    const before = files.length;
    for (const path of await filesBelow(name)) {
      if (TRACE_NAME.test(path) && looksLikeTrace(await firstBytes(path))) files.push(path);
      else skipped.push(path);
    }
    if (files.length === before)
      throw inputError("INPUT_EMPTY", name, "a folder with traces (.jsonl, .yaml)", "none below it");
  }
  return { files, skipped };
}

async function isFolder(name: string): Promise<boolean> {
  try {
    return (await stat(name)).isDirectory();
  } catch {
    // Not there: reading it will say so, at its turn.
    return false;
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await filesBelow(path)));
    else found.push(path);
  }
  return found;
}

async function firstBytes(path: string): Promise<Uint8Array> {
  for await (const chunk of openInput(path)) return chunk.subarray(0, DETECT_BYTES);
  return new Uint8Array(0);
}

/** The content of a file or of standard input, decompressed, in chunks. */
export async function* openInput(path: string): AsyncGenerator<Uint8Array> {
  const raw = path === STDIN ? process.stdin : createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const source = rawChunks(raw, path);
  const first = await firstChunk(source);
  if (first === null) return;
  const whole = withFirst(first, source);
  if (first[0] === 0x1f && first[1] === 0x8b) yield* gunzip(whole, path);
  else if (first[0] === 0x28 && first[1] === 0xb5 && first[2] === 0x2f && first[3] === 0xfd) yield* unzstd(whole, path);
  else yield* whole;
}

async function* rawChunks(raw: Readable, path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of raw) yield chunk as Uint8Array;
  } catch (error) {
    throw inputError(
      "INPUT_NOT_FOUND",
      path,
      "a readable file",
      error instanceof Error ? error.message : String(error),
    );
  }
}

/** At least four bytes, so that a magic number is not cut in two; null for an empty input. */
async function firstChunk(source: AsyncGenerator<Uint8Array>): Promise<Uint8Array | null> {
  let first = new Uint8Array(0);
  while (first.length < 4) {
    const next = await source.next();
    if (next.done === true) break;
    first = first.length === 0 ? new Uint8Array(next.value) : new Uint8Array(Buffer.concat([first, next.value]));
  }
  return first.length === 0 ? null : first;
}

async function* withFirst(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

async function* gunzip(source: AsyncGenerator<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  const stream = createGunzip({ chunkSize: CHUNK_BYTES });
  const input = Readable.from(source);
  input.on("error", (error) => {
    stream.destroy(error);
  });
  input.pipe(stream);
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw inputError("INPUT_GZIP", path, "complete gzip data", error instanceof Error ? error.message : String(error));
  }
}

async function* unzstd(source: AsyncGenerator<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  let finished = false;
  const stream = new Decompress((chunk, final) => {
    if (chunk.length > 0) ready.push(chunk.slice());
    finished = final === true;
  });
  try {
    for await (const chunk of source) {
      stream.push(chunk);
      yield* ready.splice(0);
    }
    stream.push(new Uint8Array(0), true);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw inputError("INPUT_ZSTD", path, "complete zstd data", error instanceof Error ? error.message : String(error));
  }
  yield* ready.splice(0);
  if (!finished) throw inputError("INPUT_ZSTD", path, "complete zstd data", "an unfinished frame");
}
