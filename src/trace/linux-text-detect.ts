// Is this text a recording of the Linux kernel's tracing? Told by its first lines, never by the file's name.
//
//  1. One line that only a recorder prints is enough: a header, a mark of lost events, the beginning of an event.
//  2. JSON, binary data, and YAML that has the key `buddytrace` are none, whatever their comments quote.

import { findHead } from "./linux-text-head.ts";
import { readLine } from "./linux-text-line.ts";

/** Lines that are looked at: the longest header, with its drawing of columns, has 24. */
const LINES_MAX = 64;
const NATIVE_YAML = /^["']?buddytrace["']?\s*:/m;
/** ftrace, trace-cmd (`version = 6` in its old versions), perf script --header. */
const HEADER = /^(?:# tracer: \w|# entries-in-buffer\/|cpus=\d+\r?$|version = [67]\r?$|# perf version : )/;

/** Do these bytes begin a text trace of the Linux kernel? */
export function detectLinuxText(head: Uint8Array): boolean {
  if (head.includes(0)) return false;
  const text = new TextDecoder("latin1").decode(head);
  if (text.trimStart().startsWith("{") || NATIVE_YAML.test(text)) return false;
  return text.split("\n", LINES_MAX).some((line) => isRecorded(line));
}

function isRecorded(line: string): boolean {
  if (HEADER.test(line)) return true;
  if (line.startsWith("#") && !line.startsWith("#####")) return false;
  return readLine(line).kind !== "other" || findHead(line) !== null;
}
