// Dialects: from the text of a file under specs/dialects to the rules by which a log is read.
//
//  1. A line is searched by a `prefix` with `fields`, or by a `pattern` whose groups are called as the fields.
//  2. A field comes from the line or from `set`, not from both, and must be one that the rule's op has.
//  3. Every op gets what it needs: an alloc one size and one place, a free one place, add and remove a place and
//     `pages`, died its `how`. What `ok` means is said by `refused`.
//  4. The pool's `max_order` and `pages` are given, or told by the header's line.
//  5. Everything else is a problem, with its place and the nearest known word.
//
// docs/dialects.md shows all of it at work.

import { z } from "zod";
import {
  EVENT_FIELDS,
  HEADER_FIELDS,
  NUMBER_FIELDS,
  type Dialect,
  type DialectHeader,
  type DialectOp,
  type DialectRule,
  type EventField,
  type LineKey,
  type LineSearch,
} from "../dialect.ts";
import type { Problem } from "../problem.ts";
import { placeAt, problemsOf, shown } from "./complaints.ts";
import { DIALECT, dialectKeys, type WrittenHeader, type WrittenRule, type WrittenSearch } from "./dialect-schema.ts";
import { nearest } from "./nearest.ts";
import { readSpecDocument, type SpecDocument, type SpecPath } from "./spec-document.ts";

export type DialectRead =
  | { readonly kind: "dialect"; readonly dialect: Dialect }
  | { readonly kind: "wrong"; readonly problems: readonly Problem[] };

/** What an op's event may hold, and what it needs: of each list exactly one. */
const NEEDS: Readonly<
  Record<DialectOp, { readonly one: readonly (readonly EventField[])[]; readonly may: readonly EventField[] }>
> = {
  alloc: {
    one: [
      ["order", "pages"],
      ["pfn", "addr"],
    ],
    may: ["zone", "ok"],
  },
  free: { one: [["pfn", "addr"]], may: ["order", "pages", "ok"] },
  add: { one: [["pfn", "addr"], ["pages"]], may: ["ok"] },
  remove: { one: [["pfn", "addr"], ["pages"]], may: ["ok"] },
  lost: { one: [], may: ["events"] },
  died: { one: [["how"]], may: [] },
};

/** One reading of a dialect, and what was found wrong in it so far. */
interface Reading {
  readonly document: SpecDocument;
  readonly problems: Problem[];
}

/** Reads a dialect file. */
export function readDialect(text: string, file: string): DialectRead {
  const read = readSpecDocument(text, file);
  if (read.kind === "wrong") return read;
  const { document } = read;
  const parsed = DIALECT.safeParse(document.value);
  if (!parsed.success) {
    const demands = { code: "DIALECT_FIELD", called: "a dialect", keysAt: dialectKeys } as const;
    return { kind: "wrong", problems: problemsOf(parsed.error, document, demands) };
  }
  const { name, summary, pfns = "index", header, rules } = parsed.data;
  const reading: Reading = { document, problems: [] };
  const dialect: Dialect = {
    name,
    summary,
    pfns,
    header: headerOf(header, reading),
    rules: rules.map((rule, index) => ruleOf(rule, ["rules", index], reading)),
  };
  checkNames(rules, reading);
  return reading.problems.length === 0 ? { kind: "dialect", dialect } : { kind: "wrong", problems: reading.problems };
}

/** The JSON Schema (draft 7) of a dialect file, for editors. */
export function publishDialectSchema(): object {
  const published = z.toJSONSchema(DIALECT, { target: "draft-7", io: "input" });
  return { $schema: published.$schema, title: "buddycheck dialect", ...published };
}

function headerOf({ line, ...constants }: WrittenHeader, reading: Reading): DialectHeader {
  const path = ["header", "line"];
  const search = line === undefined ? null : searchOf(line, HEADER_FIELDS, path, reading);
  const told = (search?.keys ?? []).map(({ field }) => field);
  for (const field of ["max_order", "pages"] as const) {
    if (!(field in constants) && !told.includes(field))
      complain(reading, ["header"], `\`${field}\``, "a header without it");
  }
  for (const field of told) {
    if (field in constants)
      complain(reading, ["header", field], `no \`${field}\` here, since the line tells it`, "both");
  }
  return { constants, search, place: placeAt(reading.document, ["header"]) };
}

function ruleOf(rule: WrittenRule, path: SpecPath, reading: Reading): DialectRule {
  const { name, op, refused = [], set = {} } = rule;
  const search = searchOf(rule, EVENT_FIELDS, path, reading);
  const told = search.keys.map(({ field }) => field);
  const constant = Object.keys(set) as EventField[];
  for (const field of constant.filter((one) => told.includes(one))) {
    complain(reading, [...path, "set", field], `no \`${field}\` here, since the line tells it`, "both");
  }
  checkNeeds(op, [...told, ...constant], path, reading);
  checkAnswers(rule, told, path, reading);
  return { name, op, search, refused, constants: set as DialectRule["constants"] };
}

/** Rule 3, the fields of an op. */
function checkNeeds(op: DialectOp, fields: readonly EventField[], path: SpecPath, reading: Reading): void {
  const { one, may } = NEEDS[op];
  const known = [...one.flat(), ...may];
  for (const field of new Set(fields)) {
    if (!known.includes(field)) complain(reading, path, `fields of ${op}: ${known.join(", ")}`, `\`${field}\``);
  }
  const sizes = fields.filter((field) => field === "order" || field === "pages");
  if (op === "free" && sizes.length > 1) complain(reading, path, "`order` or `pages`", "both");
  for (const choice of one) {
    const count = choice.filter((field) => fields.includes(field)).length;
    const expected = choice.map((field) => `\`${field}\``).join(" or ");
    if (count !== 1) complain(reading, path, `${expected}, which ${op} needs`, count === 0 ? "none" : "both");
  }
}

/** Rule 3, how a line says that a call was refused. */
function checkAnswers(
  { op, set, refused }: WrittenRule,
  told: readonly EventField[],
  path: SpecPath,
  reading: Reading,
): void {
  if (told.includes("ok") && refused === undefined) {
    complain(reading, path, "`refused`, with the texts of `ok` that mean it", "none");
  }
  for (const field of ["pfn", "addr"] as const) {
    if (set?.[field] === null && op !== "alloc")
      complain(reading, [...path, "set", field], `a place, which ${op} needs`, "null");
  }
}

/** The search of a rule or of the header: what it is written as, and the fields that it fills. */
function searchOf<Field extends string>(
  written: WrittenSearch,
  known: readonly Field[],
  path: SpecPath,
  reading: Reading,
): LineSearch<Field> {
  const { prefix, pattern, fields } = written;
  if ((prefix === undefined) === (pattern === undefined)) {
    complain(reading, path, "a `prefix` or a `pattern`", prefix === undefined ? "neither" : "both");
  }
  if (pattern === undefined) {
    const keys = Object.entries(fields ?? {}).map(([field, key]) => ({ field: field as Field, key: key ?? field }));
    return { kind: "keys", prefix: prefix ?? "", keys: withBases(keys, written, path, reading) };
  }
  if (fields !== undefined)
    complain(reading, [...path, "fields"], "no `fields`: groups of a pattern are called as fields", "both");
  const compiled = compile(pattern, [...path, "pattern"], reading);
  const keys = groupsOf(compiled).flatMap((group) => {
    const field = known.find((one) => one === group);
    if (field !== undefined) return [{ field, key: group }];
    const meant = nearest(group, known);
    complain(
      reading,
      [...path, "pattern"],
      meant === null ? `groups called ${known.join(", ")}` : `perhaps \`${meant}\``,
      `\`${group}\``,
    );
    return [];
  });
  return { kind: "pattern", pattern: compiled, keys: withBases(keys, written, path, reading) };
}

/** The keys with their number bases; a base of what is no number, or not there, is a problem. */
function withBases<Field extends string>(
  keys: readonly { readonly field: Field; readonly key: string }[],
  { numbers = {} }: WrittenSearch,
  path: SpecPath,
  reading: Reading,
): readonly LineKey<Field>[] {
  const numeric: readonly string[] = [...NUMBER_FIELDS, ...HEADER_FIELDS];
  for (const field of Object.keys(numbers)) {
    if (numeric.includes(field) && keys.some((one) => one.field === field)) continue;
    complain(reading, [...path, "numbers", field], "a field of this search that is a number", `\`${field}\``);
  }
  return keys.map(({ field, key }) => ({ field, key, base: numbers[field] ?? "auto" }));
}

/** The pattern, or one that matches nothing where it is none: the problem is reported. */
function compile(pattern: string, path: SpecPath, reading: Reading): RegExp {
  try {
    return new RegExp(pattern, "u");
  } catch (error) {
    complain(reading, path, "a regular expression", error instanceof Error ? error.message : shown(pattern));
    return /(?!)/u;
  }
}

/** The names of a pattern's groups: an alternative that is empty matches always, and answers all of them. */
function groupsOf(pattern: RegExp): readonly string[] {
  return Object.keys(new RegExp(`${pattern.source}|`, "u").exec("")?.groups ?? {});
}

function checkNames(rules: readonly WrittenRule[], reading: Reading): void {
  rules.forEach(({ name }, index) => {
    if (rules.findIndex((rule) => rule.name === name) === index) return;
    complain(reading, ["rules", index, "name"], "a name that no other rule has", shown(name));
  });
}

function complain({ document, problems }: Reading, path: SpecPath, expected: string, found: string): void {
  problems.push(document.problem({ code: "DIALECT_FIELD", at: "value", path, expected, found }));
}
