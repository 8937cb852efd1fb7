// Which format some bytes are in, told by their content, never by the file's name.

export type TraceFormat = "jsonl" | "yaml";

/** Bytes that are enough to tell. */
export const DETECT_BYTES = 4096;

const BOM = "\uFEFF";

/** The format of a trace that begins with these bytes, or null where they begin none. */
export function detectFormat(head: Uint8Array): TraceFormat | null {
  const text = new TextDecoder().decode(head.subarray(0, DETECT_BYTES));
  if (text.includes("\0")) return null;
  const start = text.startsWith(BOM) ? text.slice(1) : text;
  const first = start.trimStart();
  if (first.startsWith("{") || first === "") return "jsonl";
  return /^(?:#.*\n|\s*\n|---.*\n|%YAML.*\n)*\s*(?:["']?[a-z_]+["']?\s*:|-\s)/m.test(first) || first.startsWith("---")
    ? "yaml"
    : null;
}

/** Do these bytes begin a trace at all? For files that nobody named, found in a folder. */
export function looksLikeTrace(head: Uint8Array): boolean {
  const format = detectFormat(head);
  const text = new TextDecoder().decode(head);
  if (format === "jsonl") return (text.split("\n", 1)[0] as string).includes('"buddytrace"');
  return format === "yaml" && /(?:^|[\s{,"'])buddytrace["']?\s*:/.test(text);
}
