import { describe, expect, it } from "vitest";
import type { Command, Outcome } from "../../model/command.ts";
import { FREE } from "../../model/frame-map.ts";
import { createGeometry } from "../../model/geometry.ts";
import type { Ledger } from "../../model/ledger.ts";
import { formatStep } from "../../model/notation.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import type { Violation } from "../../model/violation.ts";
import { breadthFirst, UNLIMITED } from "../search/breadth-first.ts";
import { walkedGraph } from "./block-graph.ts";
import { walkSpec } from "./explore-spec.ts";
import type { Counting } from "./spec-shape.ts";
import { SpecSpace, type Relation, type SpecPool } from "./spec-space.ts";

const GEOMETRY = createGeometry({ maxOrder: 3, pages: 8, basePfn: 0, reserved: [], zones: [] });

function pool(counting: Counting): SpecPool {
  return { geometry: GEOMETRY, profile: { ...STRICT_PROFILE, fit: "best" }, counting };
}

/** The relation without what it says about one kind of fault. */
function without(kind: Violation["fault"]["kind"]): Relation {
  return (ledger, command, outcome) => step(ledger, command, outcome).filter(({ fault }) => fault.kind !== kind);
}

/** The relation, with something done to the ledger after steps that it accepts. */
function then(meddle: (ledger: Ledger, command: Command, outcome: Outcome) => void): Relation {
  return (ledger, command, outcome) => {
    const found = step(ledger, command, outcome);
    if (found.length === 0) meddle(ledger, command, outcome);
    return found;
  };
}

/** Takes the free block of `order` that `pfn` heads apart into its halves. */
function split(ledger: Ledger, pfn: number, order: number): void {
  if (ledger.frames.stateAt(pfn) !== (FREE | order)) return;
  ledger.frames.setState(pfn, FREE | (order - 1));
  ledger.frames.setState(pfn + 2 ** (order - 1), FREE | (order - 1));
  ledger.freeBlocks[order] = (ledger.freeBlocks[order] as number) - 1;
  ledger.freeBlocks[order - 1] = (ledger.freeBlocks[order - 1] as number) + 2;
}

/** A block that is left apart: after a free, the free pair (pfn 0 or 4, order 1) that it may have made. */
function unmerged(ledger: Ledger, command: Command, outcome: Outcome): void {
  if (command.kind === "free" && outcome.kind === "ok") for (const pfn of [0, 4]) split(ledger, pfn, 2);
}

const WRONG: readonly {
  readonly name: string;
  readonly relation: Relation;
  readonly law: string;
  readonly trace: RegExp;
}[] = [
  { name: "serves live frames", relation: without("overlaps-live"), law: "no-overlap", trace: /^a\d=\d a\d=\d$/u },
  { name: "serves off the grid", relation: without("misaligned-block"), law: "aligned", trace: /^a\d=\d$/u },
  { name: "splits without need", relation: without("larger-split"), law: "best-fit", trace: /^a\d=\d a\d=\d$/u },
  { name: "refuses with room", relation: without("refused-with-room"), law: "no-spurious-oom", trace: /^a0!$/u },
  { name: "accepts bad frees", relation: without("bad-free"), law: "bad-free-refused", trace: /^f\d(?::\d)?\+$/u },
  {
    name: "refuses good frees",
    relation: without("good-free-refused"),
    law: "bad-free-refused",
    trace: /^a\d=\d f\d(?::\d)?!$/u,
  },
  {
    name: "leaves two buddies of order 1 apart",
    relation: then(unmerged),
    law: "no-free-buddies",
    trace: /^a\d=\d a\d=\d f\d\+$/u,
  },
  {
    name: "loses a frame with a free",
    relation: then((ledger, command, outcome) => {
      if (command.kind === "free" && outcome.kind === "ok") ledger.carve(command.pfn, command.pfn + 1);
    }),
    law: "drained",
    trace: /^a\d=\d f\d\+$/u,
  },
  {
    name: "splits in a request that it refuses",
    relation: then((ledger, { kind }, outcome) => {
      if (kind === "alloc" && outcome.kind === "refused") split(ledger, 0, 3);
    }),
    law: "refused-unchanged",
    trace: /^a4!$/u,
  },
  {
    name: "objects to a right answer",
    relation: (ledger, command, outcome) =>
      command.kind === "alloc" && command.order === 2 && outcome.kind === "block"
        ? step(ledger, command, { kind: "refused" })
        : step(ledger, command, outcome),
    law: "no-spurious-oom",
    trace: /^a2=\d$/u,
  },
];

describe("a relation that is wrong", () => {
  it.each(WRONG)("and $name is caught, by a shortest trace, the same raw and reduced", ({ relation, law, trace }) => {
    for (const counting of ["raw", "reduced"] as const) {
      const { verdict, counterexample } = walkSpec(pool(counting), UNLIMITED, relation);
      const words = counterexample?.steps.map(({ command, outcome }) => formatStep(command, outcome)).join(" ");
      expect([verdict, counterexample?.violations[0]?.law]).toEqual(["violated", law]);
      expect(words).toMatch(trace);
    }
  });

  it.each(WRONG)("and $name makes no table of a block", ({ relation, law }) => {
    const rules = { served: 3, fit: "best", counting: "reduced" } as const;
    expect(() => walkedGraph(3, pool("reduced").profile, rules, relation)).toThrow(law);
  });
});

describe("a reduced state", () => {
  it("stands for the states that its block's symmetries make of it, and every raw state has one", () => {
    const forms = new Set<string>();
    const raw = new SpecSpace(pool("raw"));
    const reduced = new SpecSpace(pool("reduced"));
    const states = allRows(raw);
    for (const row of states) {
      reduced.load(row, 0);
      const copy = row.slice();
      reduced.form?.apply(new Uint8Array(copy.buffer));
      forms.add(copy.join(" "));
    }
    expect([states.length, forms.size]).toEqual([677, 67]);
    expect(breadthFirst(reduced, UNLIMITED).states).toBe(67);
  });
});

/** Every state of a space, found by walking it. */
function allRows(space: SpecSpace): Int32Array[] {
  const rows = new Map<string, Int32Array>();
  space.start();
  rows.set(space.row.join(" "), space.row.slice());
  for (const row of rows.values()) {
    for (let command = 0; command < space.commandCount; command++) {
      space.load(row, 0);
      space.step(command);
      const key = space.row.join(" ");
      if (!rows.has(key)) rows.set(key, space.row.slice());
    }
  }
  return [...rows.values()];
}
