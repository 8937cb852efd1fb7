// A written trace whose parts are known already: fields of a header, and texts in notation with their lines.
//
// It hands on what the reader of YAML would, and reports nothing: where something is wrong with a part, it answers
// false before it has handed anything on, and the reader of YAML has its say.

import { parseNotation, type WrittenEvent } from "../../model/notation.ts";
import type { Interval, TraceCursor, TraceHeader, TraceSink } from "./event.ts";
import { readHeader } from "./header-fields.ts";

/** Texts in notation, each in one line. */
export interface WrittenLine {
  readonly text: string;
  readonly line: number;
}

/** The text of the line that is being handed on. */
class LineCursor implements TraceCursor {
  readonly interval: Interval | null = null;
  text = "";

  lineText(max: number): string {
    return this.text.slice(0, max);
  }
}

/** Hands a trace on, if all of it can be read. */
export function feedWritten(
  fields: Readonly<Record<string, unknown>>,
  lines: readonly WrittenLine[],
  sink: TraceSink & { cursor: TraceCursor | null },
): boolean {
  let isWrong = false;
  const header = readHeader({ fields, spot: () => 0 }, () => {
    isWrong = true;
  });
  if (isWrong || header === null) return false;
  return feedEvents(header, lines, sink);
}

function feedEvents(
  header: TraceHeader,
  lines: readonly WrittenLine[],
  sink: TraceSink & { cursor: TraceCursor | null },
): boolean {
  // The sink answers the base, which notation needs; so a text is read for its faults first, from page 0.
  if (lines.some(({ text }) => parseNotation(text).faults.length > 0)) return false;
  const cursor = new LineCursor();
  sink.cursor = cursor;
  const base = sink.header(header, 1);
  for (const { text, line } of lines) {
    cursor.text = text;
    for (const event of parseNotation(text, base).events) hand(event, line, sink);
  }
  return true;
}

function hand(event: WrittenEvent, line: number, sink: TraceSink): void {
  if (event.kind === "lost") sink.lost(event.events, line);
  else sink.event(event.command, event.outcome, line);
}
