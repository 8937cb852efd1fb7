// The part `handover`: machines that boot with random memory maps, each judged after both stages, and all small ones.
//
//  1. A check is one way to be wrong, over all machines. Runs that share the part each boot some of the machines.
//  2. One more check is every memory map of so many pages with every history of calls (src/explore/explore-bootmem.ts).
//     One of the runs that share the part takes it whole.

import { ERROR, type Check, type CheckFailure, type PartResult } from "../checks.ts";
import { OUT_OF_TIME, type Share } from "../share.ts";
import type { HandoverPart } from "../spec/suite.ts";
import { Bootmem } from "../../model/bootmem.ts";
import { writeMap } from "../../model/memory-map.ts";
import { TrustingCore } from "../../model/mutants-around.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { exploreBootmem, type BootCounterexample } from "../explore/explore-bootmem.ts";
import { UNLIMITED } from "../search/breadth-first.ts";
import { boot, type BootFailure } from "../test/boot.ts";

/** How a hand-over can be wrong, each checked over all machines. */
const FAULTS: Readonly<Record<BootFailure["kind"], string>> = {
  lost: "no usable page is lost",
  "given-twice": "no page is given to the allocator twice",
  "handed-out-is-free": "no page that was handed out while booting is free",
  "reserved-is-free": "no reserved page is free",
};

export function runHandover(part: HandoverPart, share: Share): PartResult {
  const { name, seeds, commands, maxOrder } = part;
  const failures = new Map<BootFailure["kind"], CheckFailure>();
  let [machines, handovers, skipped] = [0, 0, 0];
  for (let seed = 1; seed <= seeds; seed++) {
    if (!share.takes(seed - 1)) continue;
    if (share.isOver()) {
      skipped++;
      continue;
    }
    const machine = boot({ seed, commands, maxOrder });
    machines++;
    handovers += machine.handovers;
    const { failure } = machine;
    if (failure !== null && !failures.has(failure.kind)) failures.set(failure.kind, failureOf(failure, seed));
  }
  const small = smallMachines(part, share);
  const outcome = `in ${seeds} machines`;
  const checks = Object.entries(FAULTS).map(([kind, shows]): Check => {
    const failure = failures.get(kind as BootFailure["kind"]);
    const undecided = skipped === 0 ? null : `${OUT_OF_TIME} on ${skipped} machines`;
    return {
      group: kind,
      name: shows,
      shows: outcome,
      outcome,
      failures: failure === undefined ? [] : [failure],
      undecided,
    };
  });
  return {
    kind: "handover",
    name,
    summary: "boot allocators on random memory maps, judged by what they hand over",
    checks: [...checks, ...small.checks],
    figures: [
      { name: "machines", count: machines + small.machines },
      { name: "calls", count: machines * commands + small.calls },
      { name: "hand-overs", count: handovers + small.handovers },
    ],
    laws: new Map([["handover", handovers + small.handovers]]),
    vacuous: machines + small.machines === 0 ? "no machine was booted" : null,
  };
}

interface SmallMachines {
  readonly checks: readonly Check[];
  readonly machines: number;
  readonly calls: number;
  readonly handovers: number;
}

/** Rule 2. */
function smallMachines({ allMapsOf, seeds }: HandoverPart, share: Share): SmallMachines {
  if (allMapsOf === null || !share.takes(seeds)) return { checks: [], machines: 0, calls: 0, handovers: 0 };
  const { verdict, figures, counterexample } = exploreBootmem({
    pages: allMapsOf,
    maxOrder: Math.ceil(Math.log2(allMapsOf)),
    create: (plan) => new Bootmem(plan),
    createCore: (geometry) => new TrustingCore(geometry, STRICT_PROFILE),
    limits: { ...UNLIMITED, goesOn: () => !share.isOver() },
  });
  const { maps, machines, states, calls, handovers } = figures;
  const check: Check = {
    group: "all-maps",
    name: `every history of calls, on every memory map of ${allMapsOf} pages`,
    shows: `in ${maps} maps`,
    outcome: `in ${states} states`,
    failures: counterexample === null ? [] : [smallFailure(counterexample)],
    undecided: verdict === "undecided" ? OUT_OF_TIME : null,
  };
  return { checks: [check], machines, calls, handovers };
}

function smallFailure({ map, calls, fault }: BootCounterexample): CheckFailure {
  const wrong = fault.kind === "handover" ? `${fault.fault.kind}, page ${fault.fault.pfn}` : fault.law;
  return {
    expected: "every usable page that is not handed out free once, and no other",
    found: `${wrong} after ${calls.length} calls, with the memory map ${writeMap(map)}`,
    trace: "",
    law: fault.law,
    place: null,
    weight: ERROR,
  };
}

function failureOf({ kind, pfn, pages, stage, map }: BootFailure, seed: number): CheckFailure {
  const entries = map.map(({ kind: use, start, end }) => `${use} ${start} to ${end}`).join(", ");
  return {
    expected: `no ${kind}`,
    found: `seed ${seed}, ${stage}: ${pages} pages at ${pfn}, with the memory map ${entries}`,
    trace: "",
    law: "handover",
    place: null,
    weight: ERROR,
  };
}
