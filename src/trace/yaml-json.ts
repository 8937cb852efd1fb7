// A YAML trace as lines of JSON: what `convert` turns YAML into before anything else.
//
//  1. Nothing is lost: unknown fields stay, and a number that JSON can write keeps its digits, so
//     18446744073709551615 and 1.50 come out as they went in. Other forms (0x10, +1, .5) become decimal.
//  2. Written events become objects; comments, styles and the order of documents are YAML's own and go.
//  3. What JSON has no word for, NaN, the infinities and keys that are no scalars, is reported as lossy.
//
// The text has been read by YamlReader without a problem before.

import { isMap, isScalar, isSeq, LineCounter, type Scalar, type YAMLMap } from "yaml";
import type { Command } from "../../model/command.ts";
import { parseNotation } from "../../model/notation.ts";
import { eventLine, lostLine } from "./native-writer.ts";
import { readYamlItems, type YamlItem } from "./yaml-items.ts";

/** A line of JSON, or what keeps it from being one; `line` is where the YAML event starts. */
export type JsonLine =
  | { readonly kind: "json"; readonly json: string; readonly line: number }
  | { readonly kind: "lossy"; readonly found: string; readonly line: number };

/** A number as JSON writes it. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/u;

/** The lines of a YAML trace, the header first. */
export function* yamlToJsonLines(text: string): Generator<JsonLine> {
  const lines = new LineCounter();
  let listCount: number | null = null;
  for (const item of readYamlItems(text, lines)) {
    if (item.kind === "object") {
      yield objectLine(item, lines, listCount === null ? "events" : null);
      listCount ??= Number(item.source.fields["max_order"]) + 1;
    } else if (item.kind === "notation") yield* writtenLines(item, lines, listCount ?? 0);
  }
}

function objectLine(item: Extract<YamlItem, { kind: "object" }>, lines: LineCounter, without: string | null): JsonLine {
  const lossy: string[] = [];
  const json = objectText(item.node, lossy, without);
  const [found] = lossy;
  const { line } = lines.linePos(item.offset);
  return found === undefined ? { kind: "json", json, line } : { kind: "lossy", found, line };
}

function* writtenLines(
  item: Extract<YamlItem, { kind: "notation" }>,
  lines: LineCounter,
  listCount: number,
): Generator<JsonLine> {
  for (const event of parseNotation(item.text).events) {
    const { line } = lines.linePos(item.offsetOf(event.offset));
    if (event.kind === "lost") yield { kind: "json", json: lostLine(event.events), line };
    else yield { kind: "json", json: eventLine(withLists(event.command, listCount), event.outcome, 0), line };
  }
}

/** Words leave out the lists above the last block; recorders write one for every order. */
function withLists(command: Command, listCount: number): Command {
  if (command.kind !== "snapshot" || command.lists.length >= listCount) return command;
  return { ...command, lists: Array.from({ length: listCount }, (_, order) => command.lists[order] ?? []) };
}

/** A mapping without the key `without`; what has no JSON goes to `lossy`. */
function objectText(node: YAMLMap, lossy: string[], without: string | null): string {
  const fields: string[] = [];
  for (const { key, value } of node.items) {
    const name = keyText(key, lossy);
    if (name !== without) fields.push(`${JSON.stringify(name)}:${valueText(value, lossy)}`);
  }
  return `{${fields.join(",")}}`;
}

function keyText(key: unknown, lossy: string[]): string {
  if (isScalar(key)) return String(key.value);
  lossy.push("a key that is no text");
  return "";
}

function valueText(node: unknown, lossy: string[]): string {
  if (isMap(node)) return objectText(node, lossy, null);
  if (isSeq(node)) return `[${node.items.map((item) => valueText(item, lossy)).join(",")}]`;
  return isScalar(node) ? scalarText(node, lossy) : "null";
}

function scalarText({ value, source }: Scalar, lossy: string[]): string {
  if (typeof value !== "number" && typeof value !== "bigint") return JSON.stringify(value);
  if (source !== undefined && JSON_NUMBER.test(source)) return source;
  if (typeof value === "number" && !Number.isFinite(value)) lossy.push(source ?? String(value));
  return String(value);
}
