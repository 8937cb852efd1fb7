// The part `handover`: machines that boot with random memory maps, each judged after both stages.
//
//  1. A check is one way to be wrong, over all machines. Runs that share the part each boot some of the machines.

import { ERROR, type Check, type CheckFailure, type PartResult } from "../checks.ts";
import { OUT_OF_TIME, type Share } from "../share.ts";
import type { HandoverPart } from "../spec/suite.ts";
import { boot, type BootFailure } from "../test/boot.ts";

/** How a hand-over can be wrong, each checked over all machines. */
const FAULTS: Readonly<Record<BootFailure["kind"], string>> = {
  lost: "no usable page is lost",
  "given-twice": "no page is given to the allocator twice",
  "handed-out-is-free": "no page that was handed out while booting is free",
  "reserved-is-free": "no reserved page is free",
};

export function runHandover({ name, seeds, commands, maxOrder }: HandoverPart, share: Share): PartResult {
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
  const outcome = `in ${seeds} machines`;
  return {
    kind: "handover",
    name,
    summary: "boot allocators on random memory maps, judged by what they hand over",
    checks: Object.entries(FAULTS).map(([kind, shows]): Check => {
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
    }),
    figures: [
      { name: "machines", count: machines },
      { name: "calls", count: machines * commands },
      { name: "hand-overs", count: handovers },
    ],
    laws: new Map([["handover", handovers]]),
    vacuous: machines === 0 ? "no machine was booted" : null,
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
