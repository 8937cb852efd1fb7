// A YAML trace taken apart: objects and written events, each with its place, in the order of the file.
//
//  1. A trace is a stream of documents, the first of which is the header:
//         buddytrace: 1                     ...or one document, the header with the events in it:
//         max_order: 3                          buddytrace: 1
//         pages: 8                              max_order: 3
//         --- {op: alloc, order: 2, pfn: 4}     pages: 8
//         --- a0=0 f0                           events:
//         ---                                     - {op: alloc, order: 2, pfn: 4}
//         - op: free                              - a0=0 f0
//           pfn: 4                                - {op: free, pfn: 4}
//  2. Each further document, and `events`, is an event, a text in the short notation, or a list of these.
//     Empty documents are passed over.
//  3. Keys stand once. Aliases are refused and nesting is limited: no short text can stand for a long one, or
//     exhaust the stack of the parser below.
//  4. After a document that is not YAML nothing more is read: what follows would be guesswork.

import {
  Composer,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Parser,
  type CST,
  type Document,
  type LineCounter,
  type Scalar,
  type YAMLMap,
  type YAMLParseError,
} from "yaml";
import type { ProblemCode } from "../problem.ts";
import type { FieldSource } from "./fields.ts";

/** A piece of a YAML trace; offsets count characters of the text. */
export type YamlItem =
  /** The header, which comes first, or an event. */
  | { readonly kind: "object"; readonly source: FieldSource; readonly node: YAMLMap; readonly offset: number }
  /** Written events; `offsetOf` turns a position in `text` into an offset. */
  | { readonly kind: "notation"; readonly text: string; readonly offsetOf: (position: number) => number }
  | {
      readonly kind: "wrong";
      readonly code: ProblemCode;
      readonly offset: number;
      readonly expected: string;
      readonly found: string;
    };

type Wrong = Extract<YamlItem, { kind: "wrong" }>;

/** As in a JSON line: deeper than any field of the format, and than any sane field that it ignores. */
const DEPTH_MAX = 64;

/** Reads all of a YAML trace; `lines` then turns offsets into lines and columns. */
export function* readYamlItems(text: string, lines: LineCounter): Generator<YamlItem> {
  let header: YAMLMap | null = null;
  for (const read of documentsIn(text, lines)) {
    if ("kind" in read) {
      yield read;
      return;
    }
    const { contents } = read;
    if (contents === null || (isScalar(contents) && contents.value === null)) continue;
    if (header === null) {
      if (!isMap(contents)) {
        yield {
          ...shapeWrong(offsetOf(contents), "a header with `buddytrace`", named(contents)),
          code: "TRACE_HEADER_MISSING",
        };
        return;
      }
      header = contents;
      yield objectItem(header, read);
      if (header.has("events")) yield* itemsIn(header.get("events", true), read, text);
    } else if (header.has("events")) {
      yield shapeWrong(offsetOf(contents), "one document, since its `events` are in it", "another one");
      return;
    } else yield* itemsIn(contents, read, text);
  }
}

function* documentsIn(text: string, lines: LineCounter): Generator<Document | Wrong> {
  const composer = new Composer({ intAsBigInt: true, prettyErrors: false, logLevel: "silent" });
  for (const token of new Parser((offset) => void lines.addNewLine(offset)).parse(text)) {
    const excess = excessIn(token);
    if (excess !== null) {
      yield excess;
      return;
    }
    yield* checked(composer.next(token));
  }
  yield* checked(composer.end());
}

function* checked(documents: Iterable<Document>): Generator<Document | Wrong> {
  for (const document of documents) {
    const [error] = document.errors;
    if (error === undefined) yield document;
    else yield mistake(error);
  }
}

function mistake({ code, pos, message }: YAMLParseError): Wrong {
  const [offset] = pos;
  if (code === "DUPLICATE_KEY") {
    return { kind: "wrong", code: "TRACE_KEY_TWICE", offset, expected: "each key once", found: "a second one" };
  }
  return { kind: "wrong", code: "YAML_SYNTAX", offset, expected: "valid YAML", found: message };
}

/** What in a document's syntax goes beyond rule 3, or null. Its parts wait in a list: no recursion. */
function excessIn(root: CST.Token): Wrong | null {
  const waiting: { readonly token: CST.Token | null | undefined; readonly depth: number }[] = [
    { token: root, depth: 0 },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token, depth } = next;
    if (token === null || token === undefined) continue;
    if (token.type === "alias") return shapeWrong(token.offset, "a trace without aliases", token.source);
    if (depth > DEPTH_MAX) return shapeWrong(token.offset, `at most ${DEPTH_MAX} levels of nesting`, "more");
    if (token.type === "document") waiting.push({ token: token.value, depth });
    if (!("items" in token)) continue;
    for (const { key, value } of token.items) {
      waiting.push({ token: key, depth: depth + 1 }, { token: value, depth: depth + 1 });
    }
  }
  return null;
}

function shapeWrong(offset: number, expected: string, found: string): Wrong {
  return { kind: "wrong", code: "YAML_SHAPE", offset, expected, found };
}

/** The events that a document, or `events`, stands for. */
function* itemsIn(node: unknown, document: Document, text: string): Generator<YamlItem> {
  if (!isSeq(node)) {
    yield itemOf(node, document, text);
    return;
  }
  for (const item of node.items) yield itemOf(item, document, text);
}

function itemOf(node: unknown, document: Document, text: string): YamlItem {
  if (isMap(node)) return objectItem(node, document);
  if (isScalar(node) && typeof node.value === "string") return notationItem(node, node.value, text);
  return shapeWrong(offsetOf(node), "an event, or events in the short notation", named(node));
}

function objectItem(node: YAMLMap, document: Document): YamlItem {
  const fields = node.toJS(document, { reviver: exactNumbers }) as Record<string, unknown>;
  const spot: FieldSource["spot"] = (path) => {
    // The deepest part of the path that the text has.
    for (let length = path.length; length > 0; length--) {
      const part = node.getIn(path.slice(0, length), true);
      if (isNode(part)) return offsetOf(part);
    }
    return offsetOf(node);
  };
  return { kind: "object", source: { fields, spot }, node, offset: offsetOf(node) };
}

/** Whole numbers are bigints until here; those that a double holds become numbers. */
function exactNumbers(_key: unknown, value: unknown): unknown {
  return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/**
 * Words stand in the text as they are, whatever the style of the scalar: `"a0=0\n  f0"` folds to `a0=0 f0`.
 * Only escapes hide a word; it is then found where the scalar starts.
 */
function notationItem(node: Scalar, value: string, text: string): YamlItem {
  const offsets = new Map<number, number>();
  const start = offsetOf(node);
  let from = start;
  for (const match of value.matchAll(/\S+/gu)) {
    const found = text.indexOf(match[0], from);
    const isInside = found >= 0 && found < (node.range?.[1] ?? start);
    offsets.set(match.index, isInside ? found : start);
    if (isInside) from = found + match[0].length;
  }
  return { kind: "notation", text: value, offsetOf: (position) => offsets.get(position) ?? start };
}

function offsetOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

function named(node: unknown): string {
  if (isSeq(node)) return "a list";
  if (isScalar(node)) return typeof node.value === "string" ? "a text" : String(node.value);
  return isMap(node) ? "a mapping" : "nothing";
}
