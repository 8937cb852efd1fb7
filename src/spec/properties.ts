// A file of properties: what is to hold in an allocator's states, in words that need no program.
//
//     properties: 1
//     always:      [live_pages <= 6, "free_blocks <= 2 and largest_free >= 0"]
//     reachable:   [live_blocks == 8]
//     recoverable: [live_blocks == 0]
//
//  1. A property is one comparison, or several with `and` between them. A comparison has a quantity on its left, and a
//     quantity or a whole number on its right.
//  2. The quantities are those of `QUANTITIES`: of the blocks that a client holds, and of the free blocks that follow.
//
// What always, reachable and recoverable mean: src/explore/property.ts, docs/explore.md.

import { z } from "zod";
import type { Problem } from "../problem.ts";
import { problemsOf, shown } from "./complaints.ts";
import { nearest } from "./nearest.ts";
import { readSpecDocument, type SpecDocument, type SpecPath } from "./spec-document.ts";

export const QUANTITIES = [
  "live_blocks",
  "live_pages",
  "largest_live",
  "free_blocks",
  "free_pages",
  "largest_free",
  "pages",
  "max_order",
] as const;
export type Quantity = (typeof QUANTITIES)[number];

const SIGNS = ["<=", ">=", "==", "!=", "<", ">"] as const;
export type Sign = (typeof SIGNS)[number];

export interface Comparison {
  readonly left: Quantity;
  readonly sign: Sign;
  readonly right: Quantity | number;
}

export const PROPERTY_KINDS = ["always", "reachable", "recoverable"] as const;

export interface WrittenProperty {
  readonly kind: (typeof PROPERTY_KINDS)[number];
  /** As it was written. */
  readonly name: string;
  /** All of them are to hold. */
  readonly comparisons: readonly Comparison[];
}

export type PropertiesRead =
  | { readonly kind: "properties"; readonly properties: readonly WrittenProperty[] }
  | { readonly kind: "wrong"; readonly problems: readonly Problem[] };

const LIST = z.array(z.string({ error: "a comparison such as live_pages <= 6" }), { error: "a list of comparisons" });

const FILE = z.strictObject({
  properties: z.literal(1, { error: "1, the version of the form" }),
  always: LIST.optional(),
  reachable: LIST.optional(),
  recoverable: LIST.optional(),
});

/** Reads a file of properties; everything that is wrong with it is reported. */
export function readProperties(text: string, file: string): PropertiesRead {
  const read = readSpecDocument(text, file);
  if (read.kind === "wrong") return read;
  const { document } = read;
  const parsed = FILE.safeParse(document.value);
  if (!parsed.success) {
    const keys = Object.keys(FILE.shape);
    const demands = { code: "PROPERTY_FIELD", called: "a file of properties", keysAt: () => keys } as const;
    return { kind: "wrong", problems: problemsOf(parsed.error, document, demands) };
  }
  const problems: Problem[] = [];
  const properties = PROPERTY_KINDS.flatMap((kind) =>
    (parsed.data[kind] ?? []).map((name, at): WrittenProperty => {
      const parts = name.split(/\s+and\s+/u);
      return { kind, name, comparisons: parts.flatMap((part) => comparisonIn(part, [kind, at], document, problems)) };
    }),
  );
  return problems.length === 0 ? { kind: "properties", properties } : { kind: "wrong", problems };
}

/** The comparison that a text is, or none and a problem. */
function comparisonIn(text: string, path: SpecPath, document: SpecDocument, problems: Problem[]): Comparison[] {
  const [, left, sign, right] = /^\s*(\w+)\s*(<=|>=|==|!=|<|>)\s*(\w+)\s*$/u.exec(text) ?? [];
  const [first, second] = [quantityOf(left), /^\d+$/u.test(right ?? "") ? Number(right) : quantityOf(right)];
  if (first !== null && second !== null) return [{ left: first, sign: sign as Sign, right: second }];
  const stranger = first === null ? left : right;
  const meant = stranger === undefined ? null : nearest(stranger, QUANTITIES);
  const expected =
    stranger === undefined
      ? "a comparison such as live_pages <= 6"
      : meant === null
        ? `a quantity: ${QUANTITIES.join(", ")}`
        : `perhaps \`${meant}\``;
  problems.push(document.problem({ code: "PROPERTY_FIELD", at: "value", path, expected, found: shown(text) }));
  return [];
}

function quantityOf(word: string | undefined): Quantity | null {
  return QUANTITIES.find((quantity) => quantity === word) ?? null;
}
