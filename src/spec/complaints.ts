// From what zod says about a document to problems that a person can act on.
//
//  1. A schema words each demand itself, as zod's `error`: its message is what was expected.
//  2. An unknown key is a problem of its own, with the nearest known one. A word that is none
//     of those demanded is told with the nearest, too: "error, warning or off, perhaps `off`".
//  3. What is missing is complained about where it should stand: at the value around it.

import type { z } from "zod";
import type { Place, Problem, ProblemCode } from "../problem.ts";
import { nearest } from "./nearest.ts";
import type { SpecDocument, SpecPath } from "./spec-document.ts";

export interface Demands {
  readonly code: ProblemCode;
  /** What a document of this kind is called: `a suite`. */
  readonly called: string;
  /** The keys that the mapping at this path may have. */
  readonly keysAt: (path: SpecPath) => readonly string[];
}

/** Everything in which a document is not what its schema demands, in the order of the document's checks. */
export function problemsOf(error: z.ZodError, document: SpecDocument, demands: Demands): readonly Problem[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path as SpecPath;
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(key, path, document, demands));
    const value = valueAt(document.value, path);
    const meant = typeof value === "string" ? nearest(value, wordsOf(issue)) : null;
    const said = meant === null || issue.message.includes("perhaps");
    const expected = said ? issue.message : `${issue.message}, perhaps \`${meant}\``;
    return [document.problem({ code: demands.code, at: "value", path, expected, found: shown(value) })];
  });
}

/** The words that could stand here. */
function wordsOf(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === "invalid_union" && "options" in issue) return (issue.options ?? []).map(String);
  return issue.code === "invalid_value" ? issue.values.map(String) : [];
}

function unknownKey(key: string, path: SpecPath, document: SpecDocument, demands: Demands): Problem {
  const keys = demands.keysAt(path);
  const meant = nearest(key, keys);
  const expected = meant === null ? `a field of ${demands.called}: ${keys.join(", ")}` : `perhaps \`${meant}\``;
  return document.problem({ code: demands.code, at: "key", path: [...path, key], expected, found: `\`${key}\`` });
}

/** The place of the value at a path, for problems that others find with it. */
export function placeAt(document: SpecDocument, path: SpecPath): Place {
  return document.problem({ code: "YAML_SHAPE", at: "value", path, expected: "", found: "" }).place;
}

/** The value at a path of plain values, or undefined. */
export function valueAt(value: unknown, path: SpecPath): unknown {
  let found = value;
  for (const name of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Readonly<Record<string | number, unknown>>)[name];
  }
  return found;
}

/** A value as a message quotes it. */
export function shown(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
