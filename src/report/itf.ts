// A trace in the Informal Trace Format, which Apalache and Quint write and their viewers read.
//
//  1. A state has three variables: the live blocks and the free blocks, as sets of records, and the step that led
//     there, as a word of the short notation. State 0 is the start.
//  2. States are what a client knows (model/ledger.ts). After a step that breaks a law it is what the violation
//     assumes; the step's violations are named in that state's `#meta`.
//  3. All integers are written as `#bigint`, as the format demands.
//
// Source: Apalache, ADR 015 "Informal Trace Format in JSON", apalache-mc.org/docs/adr/015adr-trace.html.

import { FREE, KIND, LIVE, ORDER } from "../../model/frame-map.ts";
import type { Geometry } from "../../model/geometry.ts";
import { createLedger, type Ledger } from "../../model/ledger.ts";
import { formatStep } from "../../model/notation.ts";
import type { Profile } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import type { ExploredStep } from "../explore/result.ts";

/** What a trace is of. */
export interface ItfTrace {
  readonly title: string;
  readonly geometry: Geometry;
  readonly profile: Profile;
  readonly steps: readonly ExploredStep[];
}

/** The trace as the text of a .itf.json file. */
export function itfText({ title, geometry, profile, steps }: ItfTrace): string {
  const ledger = createLedger({ geometry, profile, start: "empty" });
  const states: unknown[] = [stateOf(ledger, 0, "init", [])];
  steps.forEach(({ command, outcome }, index) => {
    ledger.now = index + 1;
    const laws = step(ledger, command, outcome).map(({ law }) => law);
    const word = formatStep(command, outcome, geometry.basePfn) ?? command.kind;
    states.push(stateOf(ledger, index + 1, word, laws));
  });
  const format = {
    format: "ITF",
    "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
    source: "buddycheck",
    description: title,
  };
  const head = JSON.stringify({ "#meta": format, params: [], vars: ["live", "free", "step"] }).slice(0, -1);
  // One state to a line, so that a trace can be read and compared as text.
  return `${head},"states":[\n${states.map((state) => JSON.stringify(state)).join(",\n")}\n]}\n`;
}

function stateOf(ledger: Ledger, index: number, word: string, laws: readonly string[]): unknown {
  const meta = laws.length === 0 ? { index } : { index, violates: laws };
  return { "#meta": meta, live: blocks(ledger, LIVE), free: blocks(ledger, FREE), step: word };
}

/** All blocks of a kind, counted from the pool's start, as a set of records. */
function blocks(ledger: Ledger, kind: number): unknown {
  const { span, basePfn } = ledger.geometry;
  const found: unknown[] = [];
  for (let pfn = span.start; pfn < span.end; pfn++) {
    const state = ledger.frames.stateAt(pfn);
    if ((state & KIND) === kind) found.push({ pfn: integer(pfn - basePfn), order: integer(state & ORDER) });
  }
  return { "#set": found };
}

function integer(value: number): unknown {
  return { "#bigint": String(value) };
}
