// One trace, from its bytes to a sink: opens it, tells the form by its content, and lets the sink stop it early.

import type { Dialect } from "../dialect.ts";
import { detectFormat, type TraceFormat } from "../trace/detect.ts";
import type { Matching } from "../trace/dialect-reader.ts";
import type { TraceCursor, TraceSink } from "../trace/event.ts";
import type { LinuxCursor, LinuxSink } from "../trace/linux-event.ts";
import { TraceDatReader } from "../trace/linux-dat.ts";
import { LinuxTextReader } from "../trace/linux-text.ts";
import { datFile } from "./dat-file.ts";
import { inflate } from "./inflate.ts";
import { InputError, inputError, openInput } from "./input.ts";

/** A sink that sees the text of lines and may have enough. */
export interface StoppableSink extends TraceSink {
  cursor: TraceCursor | null;
  readonly wantsMore: boolean;
}

/** A sink of a kernel trace that looks at the rest of an event. */
export interface CursoredLinuxSink extends LinuxSink {
  cursor: LinuxCursor | null;
}

/** A log is read by a dialect, whatever its content looks like. */
export interface LogReading {
  readonly dialect: Dialect;
  /** Told how the log went with its dialect, once it is read to its end. */
  readonly told: (matching: Matching) => void;
}

/** A trace whose form is known, and none of whose bytes is lost. */
export interface OpenTrace {
  readonly path: string;
  /** null where it is none that can be read: `problems` say why. */
  readonly format: TraceFormat | "log" | null;
  /** How a log is read; null for every other form. */
  readonly log: LogReading | null;
  readonly head: Uint8Array;
  readonly chunks: AsyncGenerator<Uint8Array>;
  readonly problems: InputError | null;
}

/** Opens a trace and looks at its first bytes. Throws nothing: what is wrong is in `problems`. */
export async function openTrace(path: string, log: LogReading | null = null): Promise<OpenTrace> {
  const chunks = openInput(path);
  try {
    const first = await chunks.next();
    if (first.done === true) throw inputError("INPUT_EMPTY", path, "a trace", "an empty file");
    const head = first.value;
    const format = log === null ? detectFormat(head) : "log";
    const problems = format === null ? inputError("INPUT_FORMAT", path, FORMS, shown(head)) : null;
    return { path, format, log, head, chunks, problems };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { path, format: null, log, head: new Uint8Array(0), chunks, problems: error };
  }
}

export const FORMS = "JSON Lines (buddytrace 1), YAML, text of Linux' tracing, or trace.dat";

function shown(head: Uint8Array): string {
  const bytes = [...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `bytes ${bytes}`;
}

/** Opens the trace in `path` and feeds it to the sink; answers the number of lines read. */
export async function readTrace(path: string, sink: StoppableSink, log: LogReading | null = null): Promise<number> {
  return feedTrace(await openTrace(path, log), sink);
}

/** Feeds a trace of calls and answers to the sink; what cannot be read reaches it as a problem. */
export async function feedTrace(trace: OpenTrace, sink: StoppableSink): Promise<number> {
  if (trace.log !== null) return feedLog(trace, trace.log, sink);
  const reader = await nativeReader(trace, sink);
  sink.cursor = reader;
  return feed(trace, sink, reader, () => sink.wantsMore);
}

/** Readers are loaded when needed: that of YAML takes longer to load than most traces to read. */
async function nativeReader({ format, path }: OpenTrace, sink: StoppableSink): Promise<Reader & TraceCursor> {
  if (format === "yaml") return new (await import("../trace/yaml.ts")).YamlReader(sink, path);
  return new (await import("../trace/native.ts")).NativeReader(sink, path);
}

async function feedLog(trace: OpenTrace, { dialect, told }: LogReading, sink: StoppableSink): Promise<number> {
  const { DialectReader } = await import("../trace/dialect-reader.ts");
  const reader = new DialectReader(sink, trace.path, dialect);
  sink.cursor = reader;
  const lines = await feed(trace, sink, reader, () => sink.wantsMore);
  if (sink.wantsMore) told(reader.matching);
  return lines;
}

/** Feeds a kernel trace to the sink, likewise. */
export function feedLinuxTrace(trace: OpenTrace, sink: CursoredLinuxSink): Promise<number> {
  if (trace.format === "trace-dat") return feedTraceDat(trace, sink);
  const reader = new LinuxTextReader(sink, trace.path);
  sink.cursor = reader;
  return feed(trace, sink, reader, () => true);
}

/** A recording on disk is read at random, one from elsewhere is kept until it is complete. */
async function feedTraceDat(trace: OpenTrace, sink: CursoredLinuxSink): Promise<number> {
  const reader = new TraceDatReader(sink, trace.path, inflate);
  sink.cursor = reader;
  const file = datFile(trace.path);
  if (file === null) return feed(trace, sink, reader, () => true);
  await trace.chunks.return(undefined);
  try {
    reader.read(file.source);
  } finally {
    file.close();
  }
  return reader.lines;
}

interface Reader {
  readonly lines: number;
  push(chunk: Uint8Array): boolean;
  end(): void;
}

async function feed(
  { head, chunks, problems }: OpenTrace,
  sink: Pick<TraceSink, "problem">,
  reader: Reader,
  wantsMore: () => boolean,
): Promise<number> {
  try {
    if (problems !== null) throw problems;
    if (!reader.push(head) || !wantsMore()) return reader.lines;
    for await (const chunk of chunks) if (!reader.push(chunk) || !wantsMore()) return reader.lines;
    reader.end();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const problem of error.problems) sink.problem(problem);
  } finally {
    await chunks.return(undefined);
  }
  return reader.lines;
}
