// One trace, from its bytes to a sink: opens it, tells the format, and lets the sink stop it early.

import { detectFormat } from "../trace/detect.ts";
import type { TraceCursor, TraceSink } from "../trace/event.ts";
import { NativeReader } from "../trace/native.ts";
import { YamlReader } from "../trace/yaml.ts";
import { InputError, inputError, openInput } from "./input.ts";

/** A sink that sees the text of lines and may have enough. */
export interface StoppableSink extends TraceSink {
  cursor: TraceCursor | null;
  readonly wantsMore: boolean;
}

/**
 * Feeds the trace in `path` to the sink; what cannot be read reaches it as a problem.
 * Answers the number of lines read.
 */
export async function readTrace(path: string, sink: StoppableSink): Promise<number> {
  let reader: NativeReader | YamlReader | null = null;
  try {
    for await (const chunk of openInput(path)) {
      reader ??= createReader(chunk, path, sink);
      sink.cursor = reader;
      if (!reader.push(chunk) || !sink.wantsMore) return reader.lines;
    }
    if (reader === null) throw inputError("INPUT_EMPTY", path, "a trace", "an empty file");
    reader.end();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const problem of error.problems) sink.problem(problem);
  }
  return reader?.lines ?? 0;
}

function createReader(head: Uint8Array, path: string, sink: TraceSink): NativeReader | YamlReader {
  switch (detectFormat(head)) {
    case "jsonl":
      return new NativeReader(sink, path);
    case "yaml":
      return new YamlReader(sink, path);
    case null:
      throw inputError("INPUT_FORMAT", path, "JSON Lines (buddytrace 1) or YAML", shown(head));
  }
}

function shown(head: Uint8Array): string {
  const bytes = [...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `bytes ${bytes}`;
}
