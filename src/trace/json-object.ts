// One JSON object with the place of every value in it: the slow path of the native reader.
//
//  1. The text must be one object and nothing else, with each key once, also inside nested objects.
//  2. Nesting is limited, so that no text can exhaust the stack of the parser below.

import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from "jsonc-parser";
import type { FieldSource, Report } from "./fields.ts";

/** Deeper than any field of the format, and than any sane field that it ignores. */
const DEPTH_MAX = 64;

/** Parses a line, or answers null: what is wrong with it is reported, with its column. */
export function parseJsonObject(text: string, report: Report): FieldSource | null {
  const deep = tooDeepAt(text);
  if (deep >= 0) {
    report("TRACE_SYNTAX", deep + 1, `at most ${DEPTH_MAX} levels of nesting`, "more");
    return null;
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  const error = errors[0];
  if (error !== undefined) {
    const at = Math.min(error.offset, text.length);
    report("TRACE_SYNTAX", at + 1, expectedInstead(error), foundAt(text, at, error.length));
    return null;
  }
  if (root === undefined || root.type !== "object") {
    report("TRACE_SYNTAX", 1, "a JSON object", `a JSON ${root?.type ?? "value"}`);
    return null;
  }
  return hasSecondKey(root, report) ? null : sourceOf(root);
}

function sourceOf(root: Node): FieldSource {
  return {
    fields: getNodeValue(root) as Record<string, unknown>,
    spot: (path) => {
      // The deepest part of the path that the text has.
      for (let length = path.length; length >= 0; length--) {
        const node = findNodeAtLocation(root, path.slice(0, length) as (string | number)[]);
        if (node !== undefined) return node.offset + 1;
      }
      return 1;
    },
  };
}

function tooDeepAt(text: string): number {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (inString) {
      if (character === 0x5c) at++;
      else if (character === 0x22) inString = false;
    } else if (character === 0x22) inString = true;
    else if (character === 0x5b || character === 0x7b) {
      if (++depth > DEPTH_MAX) return at;
    } else if (character === 0x5d || character === 0x7d) depth--;
  }
  return -1;
}

/** "PropertyNameExpected" becomes "property name expected". */
function expectedInstead(error: ParseError): string {
  const words = printParseErrorCode(error.error)
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return words.endsWith(" expected") ? `a ${words.replace(/ expected$/, "")}` : `valid JSON (${words})`;
}

function foundAt(text: string, at: number, length: number): string {
  if (at >= text.length) return "the end of the line";
  return JSON.stringify(text.slice(at, at + Math.min(Math.max(length, 1), 20)));
}

/** Reports the first key that stands twice in one object. Objects wait in a list: no recursion. */
function hasSecondKey(root: Node, report: Report): boolean {
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const keys = new Set<string>();
    for (const child of node.children ?? []) {
      waiting.push(child);
      if (node.type !== "object") continue;
      const key = child.children?.[0]?.value as string;
      if (keys.has(key)) {
        report("TRACE_KEY_TWICE", child.offset + 1, `the key "${key}" once`, "a second one");
        return true;
      }
      keys.add(key);
    }
  }
  return false;
}
