// One JSON object with the place of every value in it: the slow path of the native reader.
//
//  1. The text must be one object and nothing else, with each key once, also inside nested objects.
//  2. Nesting is limited, so that no text can exhaust the stack of whoever walks through its values.
//  3. Places are looked up when a problem asks for one: most lines have none.

import { printParseErrorCode, visit } from "jsonc-parser";
import { isObject } from "./field-values.ts";
import type { FieldSource, Report } from "./fields.ts";
import { offsetOf, secondKeyIn } from "./json-places.ts";

/** Deeper than any field of the format, and than any sane field that it ignores. */
const DEPTH_MAX = 64;

interface SyntaxMistake {
  readonly code: Parameters<typeof printParseErrorCode>[0];
  readonly offset: number;
  readonly length: number;
}

/** Parses a line, or answers null: what is wrong with it is reported, with its column. */
export function parseJsonObject(text: string, report: Report): FieldSource | null {
  const deep = tooDeepAt(text);
  if (deep >= 0) {
    report("TRACE_SYNTAX", deep + 1, `at most ${DEPTH_MAX} levels of nesting`, "more");
    return null;
  }
  const fields = parsed(text);
  if (fields === undefined) {
    reportMistake(text, report);
    return null;
  }
  if (!isObject(fields)) {
    report("TRACE_SYNTAX", 1, "a JSON object", `a JSON ${kindOf(fields)}`);
    return null;
  }
  const second = secondKeyIn(text);
  if (second !== null) {
    report("TRACE_KEY_TWICE", second.offset + 1, `the key "${second.key}" once`, "a second one");
    return null;
  }
  return { fields, spot: (path) => offsetOf(text, path) + 1 };
}

/** The value, or undefined, which no JSON text stands for, where the text is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/**
 * Where the text is nested too deeply, or -1. The parser below goes on after mistakes, so it is as deep as it looks:
 * a bracket of the wrong kind closes nothing, as in `{"a" ], "b":{"a" ], "b":{…`, and a carriage return ends a string.
 */
function tooDeepAt(text: string): number {
  const open: number[] = [];
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (inString) {
      if (character === 0x5c) at++;
      else if (character === 0x22 || character === 0x0d) inString = false;
    } else if (character === 0x22) inString = true;
    else if (character === 0x5b || character === 0x7b) {
      // What closes a bracket comes two characters after it: "[\]", "{|}".
      if (open.push(character + 2) > DEPTH_MAX) return at;
    } else if (character === open.at(-1)) open.pop();
  }
  return -1;
}

/** Reports the first mistake of a text that is no JSON. */
function reportMistake(text: string, report: Report): void {
  const mistakes: SyntaxMistake[] = [];
  function onError(code: SyntaxMistake["code"], offset: number, length: number): void {
    if (mistakes.length === 0) mistakes.push({ code, offset, length });
  }
  visit(text, { onError }, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  const [mistake] = mistakes;
  if (mistake === undefined) {
    report("TRACE_SYNTAX", 1, "valid JSON", "something else");
    return;
  }
  const at = Math.min(mistake.offset, text.length);
  report("TRACE_SYNTAX", at + 1, expectedInstead(mistake), foundAt(text, at, mistake.length));
}

/** "PropertyNameExpected" becomes "property name expected". */
function expectedInstead({ code }: SyntaxMistake): string {
  const words = printParseErrorCode(code)
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  if (words === "end of file expected") return "the end of the line";
  return words.endsWith(" expected") ? `a ${words.replace(/ expected$/, "")}` : `valid JSON (${words})`;
}

function foundAt(text: string, at: number, length: number): string {
  if (at >= text.length) return "the end of the line";
  return JSON.stringify(text.slice(at, at + Math.min(Math.max(length, 1), 20)));
}
