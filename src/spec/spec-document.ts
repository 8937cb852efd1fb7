// A file under specs/ as plain values, with the place of every value and key in it.
//
//  1. A file is one YAML document, a mapping, with each key once. JSON is YAML.
//  2. Whole numbers beyond 2^53 stay bigints, so that no check takes them for another number.
//  3. Places outlive the parser: whoever finds a value wrong asks for the place of its path.

import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from "yaml";
import type { Place, Problem, ProblemCode } from "../problem.ts";

/** Keys and positions from the top of a document down to a value. */
export type SpecPath = readonly (string | number)[];

/** Says what is wrong with the value, or with the key, at a path. */
export interface Complaint {
  readonly code: ProblemCode;
  readonly at: "key" | "value";
  readonly path: SpecPath;
  readonly expected: string;
  readonly found: string;
}

export interface SpecDocument {
  readonly value: Readonly<Record<string, unknown>>;
  /** The complaint as a problem of this file. */
  readonly problem: (complaint: Complaint) => Problem;
}

export type SpecRead =
  | { readonly kind: "document"; readonly document: SpecDocument }
  | { readonly kind: "wrong"; readonly problems: readonly Problem[] };

/** Characters of a line that a problem quotes. */
const SOURCE_MAX = 400;

/** Reads a file's text; all that is no YAML in it, or stands twice, is reported. */
export function readSpecDocument(text: string, file: string): SpecRead {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    intAsBigInt: true,
    prettyErrors: false,
    logLevel: "silent",
    lineCounter: lines,
  });
  function problemAt(offset: number, code: ProblemCode, expected: string, found: string): Problem {
    const { line, col } = lines.linePos(offset);
    const source = (text.split("\n")[line - 1] ?? "").slice(0, SOURCE_MAX);
    return { code, place: { file, line, column: col }, expected, found, source };
  }
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ pos, message }) => problemAt(pos[0], "YAML_SYNTAX", "valid YAML", message));
    return { kind: "wrong", problems };
  }
  const { contents } = document;
  if (!isMap(contents)) {
    return {
      kind: "wrong",
      problems: [problemAt(offsetOf(contents), "YAML_SHAPE", "fields and their values", "none")],
    };
  }
  const value = document.toJS({ reviver: exactNumbers }) as Record<string, unknown>;
  return {
    kind: "document",
    document: {
      value,
      problem: ({ code, at, path, expected, found }) => problemAt(placeOf(document, path, at), code, expected, found),
    },
  };
}

/** A value that stands in no file of its own, such as the profile in a trace's header: all of it has one place. */
export function inlineDocument(value: Readonly<Record<string, unknown>>, place: Place): SpecDocument {
  return { value, problem: ({ code, expected, found }) => ({ code, place, expected, found, source: "" }) };
}

/** The deepest part of the path that the text has. */
function placeOf(document: Document, path: SpecPath, at: "key" | "value"): number {
  for (let length = path.length; length > 0; length--) {
    const holder = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const name = path[length - 1];
    const pair = isMap(holder) ? holder.items.find(({ key }) => isScalar(key) && key.value === name) : undefined;
    const node = at === "key" && pair !== undefined ? pair.key : document.getIn(path.slice(0, length), true);
    if (isNode(node)) return offsetOf(node);
  }
  return offsetOf(document.contents);
}

function offsetOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

function exactNumbers(_key: unknown, value: unknown): unknown {
  return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
