// Which format some bytes are in, told by their content, never by the file's name.

import { isTraceDat } from "./linux-dat.ts";
import { detectLinuxText } from "./linux-text-detect.ts";

export type TraceFormat = "jsonl" | "yaml" | "linux-text" | "trace-dat";

/** Bytes that are enough to tell. */
export const DETECT_BYTES = 4096;

const BOM = "\uFEFF";

/** The format of a trace that begins with these bytes, or null where they begin none. */
export function detectFormat(head: Uint8Array): TraceFormat | null {
  if (isTraceDat(head)) return "trace-dat";
  if (detectLinuxText(head.subarray(0, DETECT_BYTES))) return "linux-text";
  const text = new TextDecoder().decode(head.subarray(0, DETECT_BYTES));
  const start = text.startsWith(BOM) ? text.slice(1) : text;
  const first = start.trimStart();
  // A brace and a NUL are UTF-16; a NUL further on is a mistake in some line, which the reader reports.
  if (first.startsWith("{") && !first.startsWith("{\0")) return "jsonl";
  if (text.includes("\0")) return null;
  if (first === "") return "jsonl";
  return beginsYaml(first) ? "yaml" : null;
}

/** The first line that is more than a comment shows a key, an item or a document. */
function beginsYaml(text: string): boolean {
  const line = text.split("\n").find((one) => !/^\s*(?:#.*)?$/u.test(one) && !one.startsWith("%YAML"));
  return line === undefined || line.startsWith("---") || /^\s*(?:["']?[a-z_]+["']?\s*:|-\s)/u.test(line);
}

/** Do these bytes begin a trace at all? For files that nobody named, found in a folder. */
export function looksLikeTrace(head: Uint8Array): boolean {
  const format = detectFormat(head);
  const text = new TextDecoder().decode(head);
  if (format === "linux-text" || format === "trace-dat") return true;
  if (format === "jsonl") return (text.split("\n", 1)[0] as string).includes('"buddytrace"');
  return format === "yaml" && /(?:^|[\s{,"'])buddytrace["']?\s*:/.test(text);
}
