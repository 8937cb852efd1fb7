// The part `handover`: machines that boot with random memory maps, each judged after both stages.

import type { Check, CheckFailure, PartResult } from "../checks.ts";
import type { HandoverPart } from "../spec/suite.ts";
import { boot, type BootFailure } from "../test/boot.ts";

/** How a hand-over can be wrong, each checked over all machines. */
const FAULTS: Readonly<Record<BootFailure["kind"], string>> = {
  lost: "no usable page is lost",
  "given-twice": "no page is given to the allocator twice",
  "handed-out-is-free": "no page that was handed out while booting is free",
  "reserved-is-free": "no reserved page is free",
};

export function runHandover({ seeds, commands, maxOrder }: HandoverPart): PartResult {
  const failures = new Map<BootFailure["kind"], CheckFailure>();
  let handovers = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const machine = boot({ seed, commands, maxOrder });
    handovers += machine.handovers;
    const { failure } = machine;
    if (failure !== null && !failures.has(failure.kind)) failures.set(failure.kind, failureOf(failure, seed));
  }
  return {
    kind: "handover",
    summary: "boot allocators on random memory maps, judged by what they hand over",
    checks: Object.entries(FAULTS).map(([kind, shows]): Check => {
      const failure = failures.get(kind as BootFailure["kind"]);
      const outcome = `in ${seeds} machines`;
      return { group: kind, name: shows, shows: outcome, outcome, failures: failure === undefined ? [] : [failure] };
    }),
    figures: [
      { name: "machines", count: seeds },
      { name: "calls", count: seeds * commands },
      { name: "hand-overs", count: handovers },
    ],
    laws: new Map([["handover", handovers]]),
    vacuous: null,
  };
}

function failureOf({ kind, pfn, pages, stage, map }: BootFailure, seed: number): CheckFailure {
  const entries = map.map(({ kind: use, start, end }) => `${use} ${start} to ${end}`).join(", ");
  return { expected: `no ${kind}`, found: `seed ${seed}, ${stage}: ${pages} pages at ${pfn}`, trace: entries };
}
