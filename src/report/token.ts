// How far the token reaches that a problem points at: what is to be underlined.
//
//   `{ kind: corpse, folder: a }`   a word ends where YAML ends it        ^^^^^^
//   `"order":"th\"ree","pfn":0`     a text with its quotation marks       ^^^^^^^^^
//   `events: [a0=0, a1]`            a list or mapping with its brackets   ^^^^^^^^^^
//
//  1. Lines are JSON, YAML, notation, or of some log. What is neither JSON nor YAML has words, which end at spaces.
//  2. What goes on in the next line is underlined up to the end of this one.

import type { Problem, ProblemCode } from "../problem.ts";

const OF_WORDS: ReadonlySet<ProblemCode> = new Set([
  "NOTATION_SYNTAX",
  "INPUT_FORMAT",
  "DIALECT_MATCH",
  "TRACE_SYNTAX",
]);

/** Columns of the token at a problem's place, at least one. */
export function tokenColumns({ code, place, source }: Pick<Problem, "code" | "place" | "source">): number {
  const text = source.slice(Math.max(place.column - 1, 0));
  return Math.max(tokenLength(text, OF_WORDS.has(code)), 1);
}

function tokenLength(text: string, isWord: boolean): number {
  if (isWord) return /^[^\s"',\]}]*/u.exec(text)?.[0].length ?? 0;
  const first = text.charAt(0);
  if (first === '"' || first === "'") return quotedLength(text);
  if (first === "[" || first === "{") return bracketedLength(text);
  // A plain scalar: up to a comma or bracket, a colon that makes it a key, or a comment.
  return (/^.*?(?=\s*(?:[,\]}]|$)|:(?:\s|$)|\s#)/u.exec(text)?.[0] ?? text).length;
}

/** The length of the text in quotation marks that begins here. */
function quotedLength(text: string): number {
  const [found] = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')/u.exec(text) ?? [text];
  return found.length;
}

function bracketedLength(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"' || character === "'") at += Math.max(quotedLength(text.slice(at)) - 1, 0);
    else if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") depth--;
    if (depth === 0) return at + 1;
  }
  return text.length;
}
