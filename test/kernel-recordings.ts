// Recordings of a real kernel, for tests and benches: read from files, with what lies beside them.
//
// Those too large for the repository lie in the folder that the environment variable BUDDYCHECK_RECORDINGS names.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import {
  isEnvironmentName,
  NO_ENVIRONMENT,
  readEnvironment,
  textsOfFolder,
  type LinuxEnvironment,
} from "../src/trace/linux-environment.ts";
import type { LinuxCursor, LinuxSink } from "../src/trace/linux-event.ts";
import { LinuxTextReader } from "../src/trace/linux-text.ts";
import type { LinuxResult } from "../src/verify/linux-result.ts";
import { LinuxVerifier } from "../src/verify/linux-verify.ts";

const KEPT: string = path.join(import.meta.dirname, "../traces/linux");
const ELSEWHERE: string | undefined = process.env["BUDDYCHECK_RECORDINGS"];

/** Where a recording lies, or null where it is not to be had. */
export function recordingPath(name: string): string | null {
  const folders = ELSEWHERE === undefined ? [KEPT] : [KEPT, ELSEWHERE];
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file)) ?? null;
}

/** A file's bytes, decompressed. */
export function recordingBytes(file: string): Uint8Array {
  const bytes = readFileSync(file);
  return file.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

/** The files in `env/NAME` beside a recording. Throws where one of them is wrong. */
export function environmentBeside(file: string): LinuxEnvironment {
  const folder = path.join(path.dirname(file), "env", path.basename(file).replace(/\.txt(?:\.gz)?$/, ""));
  if (!existsSync(folder)) return NO_ENVIRONMENT;
  const texts = readdirSync(folder)
    .filter((name) => isEnvironmentName(name))
    .map((name) => {
      const text = new TextDecoder("latin1").decode(recordingBytes(path.join(folder, name)));
      return { file: name, text };
    });
  const { environment, problems } = readEnvironment(textsOfFolder(texts));
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return environment;
}

/** Gives a trace to a sink; answers its number of lines. */
export function readLinux(bytes: Uint8Array, sink: LinuxSink & { cursor: LinuxCursor | null }): number {
  const reader = new LinuxTextReader(sink, "recording");
  sink.cursor = reader;
  reader.push(bytes);
  reader.end();
  return reader.lines;
}

/** Judges the bytes of a recording. */
export function verifyLinux(name: string, bytes: Uint8Array, environment: LinuxEnvironment): LinuxResult {
  const recorder = name.includes("perf-script") ? "perf" : "ftrace";
  const verifier = new LinuxVerifier({ file: name, recorder, environment, findingsMax: 10 });
  return verifier.result(readLinux(bytes, verifier));
}
