// Bytes of traces from files, folders and standard input, decompressed (decompress.ts).
//
//  1. "-" is standard input.
//  2. A folder stands for the traces below it, in the order of their names. What else it holds is passed
//     over and named in `skipped`, never silently. A folder `env` in it holds what lies beside kernel traces.
//  3. What cannot be read is an `InputError` with the problem; nothing here ends the process. Files and folders
//     that cannot be read keep their place among the files, so that the others are judged all the same.

import { closeSync, createReadStream, fstatSync, openSync, readSync, type Dirent, type Stats } from "node:fs";
import { lstat, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { problemLine, type Problem, type ProblemCode } from "../problem.ts";
import { DETECT_BYTES, looksLikeTrace } from "../trace/detect.ts";
import { decompressed, withHead } from "./decompress.ts";

export const STDIN = "-";

const CHUNK_BYTES = 2 ** 20;
const ENVIRONMENTS = "env";
const TRACE_NAME = /\.(?:jsonl|ya?ml|txt|trace|dat)(?:\.(?:gz|zst))?$/;

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

/** Turns names on the command line into traces. A folder without any, or not to be read, stands for itself. */
export async function expandInputs(names: readonly string[]): Promise<InputFiles> {
  const files: string[] = [];
  const skipped: string[] = [];
  for (const name of names) {
    if (name === STDIN || !(await isFolder(name))) {
      files.push(name);
      continue;
    }
    const before = files.length;
    for (const path of await pathsBelow(name)) ((await isJudged(path)) ? files : skipped).push(path);
    if (files.length === before) files.push(name);
  }
  return { files, skipped };
}

async function isFolder(name: string): Promise<boolean> {
  // Of what is not there, reading it will say so, at its turn.
  return (await statsOf(name))?.isDirectory() ?? false;
}

async function statsOf(name: string): Promise<Stats | null> {
  try {
    return await stat(name);
  } catch {
    return null;
  }
}

/** Everything below a folder but the folders in it, unless they cannot be read. Links are not followed. */
async function pathsBelow(folder: string): Promise<string[]> {
  const entries = await entriesOf(folder);
  if (entries === null) return [folder];
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name === ENVIRONMENTS) continue;
    if (entry.isDirectory()) found.push(...(await pathsBelow(path)));
    else found.push(path);
  }
  return found;
}

async function entriesOf(folder: string): Promise<Dirent[] | null> {
  try {
    return (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return null;
  }
}

/** Is this file of a folder a trace? What cannot be read is taken for one: reading it will say so, at its turn. */
async function isJudged(path: string): Promise<boolean> {
  const stats = await statsOf(path);
  if (stats?.isDirectory() === true) return !(await lstat(path)).isSymbolicLink();
  // Of a pipe or a device nobody knows whether anything will ever come.
  if (!isTraceName(path) || stats?.isFile() === false) return false;
  try {
    return looksLikeTrace(await firstBytes(path));
  } catch (error) {
    if (error instanceof InputError) return true;
    throw error;
  }
}

/** Has this file the name of a trace? */
export function isTraceName(path: string): boolean {
  return TRACE_NAME.test(path);
}

async function firstBytes(path: string): Promise<Uint8Array> {
  for await (const chunk of openInput(path)) return chunk.subarray(0, DETECT_BYTES);
  return new Uint8Array(0);
}

/** Can this input be read a second time? Pipes cannot, with or without a name; of what is missing, reading says so. */
export async function canReadAgain(path: string): Promise<boolean> {
  return path !== STDIN && ((await statsOf(path))?.isFile() ?? true);
}

/**
 * The content of a file or of standard input, decompressed, in chunks; the first is enough to tell the format. A chunk is
 * good until the next is asked for.
 */
export function openInput(path: string): AsyncGenerator<Uint8Array> {
  const content = decompressed(rawChunks(path), (code, expected, found) => inputError(code, path, expected, found));
  return withHead(content, DETECT_BYTES);
}

async function* rawChunks(path: string): AsyncGenerator<Uint8Array> {
  try {
    if (path === STDIN) yield* process.stdin;
    else if ((await statsOf(path))?.isFile() === true) yield* fileChunks(path);
    else yield* createReadStream(path, { highWaterMark: CHUNK_BYTES });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EISDIR")
      throw inputError("INPUT_EMPTY", path, "a trace, or a folder with traces below it", "a folder");
    throw inputError("INPUT_NOT_FOUND", path, "a readable file", message);
  }
}

/**
 * A file, in one buffer that is filled again and again: of 1.2 GB in buffers of their own, getting and collecting these
 * took 0.5 s of processor time, and reading them 0.16 s.
 */
function* fileChunks(path: string): Generator<Uint8Array> {
  const file = openSync(path, "r");
  try {
    // Files of the kernel, such as /proc/zoneinfo, are said to be empty.
    const { size } = fstatSync(file);
    const buffer = new Uint8Array(size === 0 ? CHUNK_BYTES : Math.min(CHUNK_BYTES, size));
    for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer)) yield buffer.subarray(0, count);
  } finally {
    closeSync(file);
  }
}
