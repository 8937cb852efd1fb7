// The laws are tested on allocators that break them: each mutant is caught by its law before any other, that
// law alone catches it, and the reference under the same eyes is clean.

import { describe, expect, it } from "vitest";
import { Allocator } from "./allocator.ts";
import { Bootmem, handoverFault, type BootPlan } from "./bootmem.ts";
import { createGeometry, pagesIn, type Geometry } from "./geometry.ts";
import { LAW_IDS, type LawId } from "./invariants.ts";
import { createLedger } from "./ledger.ts";
import { commandsOf, record, type Mutant, type Recorded } from "./mutant.ts";
import { BOOT_MUTANTS, CLIENT_MUTANTS, handOver, recordClient, type BootMutant } from "./mutants-around.ts";
import { MUTANTS } from "./mutants.ts";
import { formatStep } from "./notation.ts";
import { PageApi } from "./page-api.ts";
import type { Profile } from "./profile.ts";
import { step } from "./step.ts";

interface Pool {
  readonly geometry: Geometry;
  readonly profile: Profile;
}

/** Event numbers with the laws broken there, in the order they are reported: "3 partition frame". */
function broken(pool: Pool, trace: readonly Recorded[], laws: readonly LawId[]): readonly string[] {
  const ledger = createLedger({ ...pool, start: "empty", laws: new Set(laws) });
  return trace.flatMap(({ command, outcome }, at) => {
    const violations = step(ledger, command, outcome);
    return violations.length === 0 ? [] : [[at, ...violations.map(({ law }) => law)].join(" ")];
  });
}

/** The first law broken, and what is left at that event when the law is switched off, or judged alone. */
function caught(pool: Pool, trace: readonly Recorded[], law: LawId): Record<"first" | "without" | "alone", string> {
  const [at = "", first = ""] = broken(pool, trace, LAW_IDS)[0]?.split(" ") ?? [];
  const others = LAW_IDS.filter((id) => id !== law);
  const without = broken(pool, trace, others).filter((event) => event.includes(law));
  const [alone = ""] = broken(pool, trace, [law]);
  return { first, without: without.join(), alone: alone === `${at} ${law}` ? law : alone };
}

function poolOf(mutant: Mutant): Pool {
  return { geometry: createGeometry(mutant.shape), profile: mutant.profile };
}

/** What is seen of an allocator, by default the mutant itself, that is given the commands of the mutant's witness. */
function recordedOf(
  mutant: Mutant,
  allocator: Allocator = mutant.create(poolOf(mutant).geometry),
): readonly Recorded[] {
  return record(allocator, commandsOf(mutant), mutant.observe);
}

/** The answers in notation, as witnesses have them: without what was seen between, or that pages were zero. */
function answersIn(trace: readonly Recorded[], basePfn: number): string {
  const calls = trace.filter(({ command }) => command.kind !== "snapshot" && command.kind !== "counts");
  return calls.map(({ command, outcome }) => formatStep(command, outcome, basePfn)?.replace(/z$/u, "")).join(" ");
}

describe.each(MUTANTS)("$id", (mutant) => {
  const { law, witness, shape } = mutant;

  it("answers as its witness says", () => expect(answersIn(recordedOf(mutant), shape.basePfn)).toBe(witness));
  it(`is caught by ${law}, first and only`, () =>
    expect(caught(poolOf(mutant), recordedOf(mutant), law)).toEqual({ first: law, without: "", alone: law }));
  it("is a mutant of an allocator that breaks no law", () => {
    const pool = poolOf(mutant);
    const recorded = recordedOf(mutant, new Allocator(pool.geometry, pool.profile));
    expect(broken(pool, recorded, LAW_IDS)).toEqual([]);
  });
});

describe.each(CLIENT_MUTANTS)("the page calls with $id", (mutant) => {
  it(`are caught by ${mutant.law}, first and only`, () => {
    const { core, recorded } = recordClient(mutant, mutant.create);
    expect(caught(core, recorded, mutant.law)).toEqual({ first: mutant.law, without: "", alone: mutant.law });
  });
  it("count the free of no address as misuse", () => {
    const { core } = recordClient(mutant, mutant.create);
    const calls = mutant.create(core);
    calls.free_pages(null, 1);
    expect(calls.misuseCount).toBeGreaterThan(0);
  });
  it("are a mutant of page calls that break no law", () => {
    const { core, recorded } = recordClient(mutant, (silent) => new PageApi(silent));
    expect(broken(core, recorded, LAW_IDS)).toEqual([]);
  });
});

describe.each(BOOT_MUTANTS)("the bootmem that $id", (mutant) => {
  it(`is caught by ${mutant.law}: ${mutant.fault}`, () =>
    expect(handoverFault(handOver(mutant, mutant.create))?.kind).toBe(mutant.fault));
  it("holds nothing of a request that it refused", () =>
    expect(handOver({ ...mutant, requests: [2 ** 20] }, mutant.create).handedOut).toEqual([]));
  it("is a mutant of one that hands over well", () =>
    expect(handoverFault(handOver(mutant, (plan) => new Bootmem(plan)))).toBeNull());
});

describe("the mutants", () => {
  const all = [...MUTANTS, ...CLIENT_MUTANTS, ...BOOT_MUTANTS];

  it("leave no law untested", () => expect(new Set(all.map(({ law }) => law))).toEqual(new Set(LAW_IDS)));
  it("include one whose totals balance", () => {
    const mutant = BOOT_MUTANTS.find(({ id }) => id === "balances-its-totals") as BootMutant;
    const totals = [mutant.create, (plan: BootPlan) => new Bootmem(plan)].map((create) => {
      const { lists, handedOut } = handOver(mutant, create);
      return [lists.reduce((pages, heads, order) => pages + heads.length * pagesIn(order), 0), handedOut.length];
    });
    expect(totals[0]).toEqual(totals[1]);
  });
  it("have ids of their own", () => expect(new Set(all.map(({ id }) => id)).size).toBe(all.length));
  it("break the hand-over in every way there is", () =>
    expect(new Set(BOOT_MUTANTS.map(({ fault }) => fault)).size).toBe(4));
  it("are 85", () => expect(all.length).toBe(85));
});
