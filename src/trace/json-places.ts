// Where in a JSON text its keys and values stand, found by walking the text instead of building a tree of it.
//
//  1. The text is known to be valid JSON: whoever calls has parsed it. So brackets match, and a string is a key
//     if a colon follows it.
//  2. Memory is the keys of the objects that are open, whatever the length: a free list with a million blocks is
//     one line, of which a tree would take gigabytes.
//  3. Offsets count characters from 0.

import type { Path } from "./field-values.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** The first key that stands a second time in its object, or null. Objects inside objects are looked at too. */
export function secondKeyIn(text: string): { readonly key: string; readonly offset: number } | null {
  // The keys of each object that is open; null for a list.
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === OPEN) open.push(new Set());
    else if (character === OPEN_LIST) open.push(null);
    else if (character === CLOSE || character === CLOSE_LIST) open.pop();
    else if (character === QUOTE) {
      const end = behindString(text, at);
      const keys = open.at(-1) ?? null;
      if (keys !== null && text.charCodeAt(spaceEnd(text, end)) === COLON) {
        const key = keyAt(text, at, end);
        if (keys.has(key)) return { key, offset: at };
        keys.add(key);
      }
      at = end - 1;
    }
  }
  return null;
}

/** Where the value at this path starts, or the deepest value around it where there is none. */
export function offsetOf(text: string, path: Path): number {
  let at = spaceEnd(text, 0);
  for (const part of path) {
    const inside = typeof part === "number" ? itemOf(text, at, part) : fieldOf(text, at, part);
    if (inside < 0) return at;
    at = inside;
  }
  return at;
}

/** Where the value of this key of the object at `start` starts, or -1. */
function fieldOf(text: string, start: number, wanted: string): number {
  if (text.charCodeAt(start) !== OPEN) return -1;
  let at = spaceEnd(text, start + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const end = behindString(text, at);
    const value = spaceEnd(text, spaceEnd(text, end) + 1);
    if (keyAt(text, at, end) === wanted) return value;
    at = nextPart(text, value);
  }
  return -1;
}

/** Where this item of the list at `start` starts, or -1. */
function itemOf(text: string, start: number, wanted: number): number {
  if (text.charCodeAt(start) !== OPEN_LIST) return -1;
  let at = spaceEnd(text, start + 1);
  for (let index = 0; index < wanted && at < text.length; index++) at = nextPart(text, at);
  return at < text.length && text.charCodeAt(at) !== CLOSE_LIST ? at : -1;
}

/** Where the next key or item starts behind the value at `start`; the end of the text where this was the last. */
function nextPart(text: string, start: number): number {
  const comma = spaceEnd(text, behindValue(text, start));
  return text.charCodeAt(comma) === COMMA ? spaceEnd(text, comma + 1) : text.length;
}

function behindValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = behindString(text, at) - 1;
    else if (character === OPEN || character === OPEN_LIST) depth++;
    else if (character === CLOSE || character === CLOSE_LIST) {
      if (--depth < 0) return at;
    } else if (character === COMMA && depth === 0) return at;
  }
  return text.length;
}

/** Position behind the closing quote of the string whose opening quote is at `start`. */
function behindString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

function spaceEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  return at;
}

/** The key that the quotes at `start` and before `end` enclose. */
function keyAt(text: string, start: number, end: number): string {
  const key = text.slice(start + 1, end - 1);
  return key.includes("\\") ? (JSON.parse(text.slice(start, end)) as string) : key;
}
