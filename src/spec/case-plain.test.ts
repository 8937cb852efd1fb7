import * as fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readPlainCase } from "./case-plain.ts";

const HEAD = "buddytrace: 1\nmax_order: 3\npages: 8\n";
const TAIL = "shows: a\nprovenance: b\nexpect:\n  - { profile: strict, verdict: holds }\n";

/** Texts in which YAML sees more than their characters. */
const SCALARS = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    "no",
    "true",
    "null",
    "~",
    "1",
    "01",
    "0x1",
    "1e3",
    ".5",
    ".inf",
    "2026-11-30",
    "- a",
    "a: b",
    "a #b",
    "? a",
    "&a",
    "*a",
    "!a",
    "|",
    "a0=0",
    "f4*3",
    "f4:2",
    "+8*4",
    '"a"',
    "'a'",
    "{ a: 1 }",
    "[1, 2]",
    "a,b",
    "a, b",
    "@a",
    "a ",
    "a:",
    "<<",
  ),
);

describe("a case that is read without the parser of YAML", () => {
  it("means to it what is read here, whatever stands in it", () => {
    const lines = fc.tuple(
      fc.constantFrom("shows", "allocator", "twin", "pages", "reserved", "zones", "x"),
      SCALARS,
      fc.array(SCALARS, { maxLength: 3 }),
      fc.constantFrom("strict", "{ fit: best }", "{ fit: best, zeroed: no }", "no", "1", "{ }", "{a: 1}"),
    );
    fc.assert(
      fc.property(lines, ([field, scalar, events, profile]) => {
        const listed = events.length === 0 ? "" : `events:\n${events.map((event) => `  - ${event}\n`).join("")}`;
        const text = `${HEAD}${field}: ${scalar}\n${listed}expect:\n  - { profile: ${profile}, verdict: holds, line: 6 }\n`;
        const plain = readPlainCase(text);
        if (plain !== null) expect(parse(text)).toEqual(plain.value);
      }),
      { numRuns: 4000 },
    );
  });

  const written = readdirSync("traces/mutants", { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".yaml"),
  );
  it.each(written)("may be %s, as YAML reads it", (name) => {
    const text = readFileSync(join("traces/mutants", name), "utf8");
    const plain = readPlainCase(text);
    expect(plain?.value).toEqual(parse(text));
    for (const { text: event, line } of plain?.events ?? [])
      expect(text.split("\n")[line - 1]).toContain(event.slice(0, 6));
  });

  it.each([
    ["without a last line end", `${HEAD}${TAIL}`.trimEnd()],
    ["with a comment", `${HEAD}# a\n${TAIL}`],
    ["with a key twice", `${HEAD}${HEAD}${TAIL}`],
    ["with an empty list", `${HEAD}events:\n${TAIL}`],
    ["with a block of text", `${HEAD}events: |\n  a0=0\n${TAIL}`],
    ["with a list of its own", `${HEAD}x:\n  - a\n${TAIL}`],
    ["with an unclosed text", `${HEAD}shows: "a\n${TAIL}`],
    ["with a mapping that is none", HEAD + TAIL.replace("{ profile", "{ : , profile")],
  ])("is none %s", (_, text) => expect(readPlainCase(text)).toBeNull());
});
