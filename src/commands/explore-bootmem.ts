// `buddycheck explore bootmem`: every small memory map, every history of the boot-time allocator, and the hand-over.
//
//  1. The reference is `bootmem`; the wrong ones are mutants, named as the others are.
//  2. A counterexample of the hand-over is a trace: the pages that are held, a request each, and then the free lists.
//     `verify` rejects it by the laws about lists, and `--save` writes it as a case.

import { Bootmem, type BootPlan } from "../../model/bootmem.ts";
import { OK } from "../../model/command.ts";
import { createGeometry, type FrameRange } from "../../model/geometry.ts";
import { BOOT_MUTANTS, TrustingCore } from "../../model/mutants-around.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { BOOT_PAGES_MAX } from "../explore/boot-maps.ts";
import { exploreBootmem, type BootCounterexample } from "../explore/explore-bootmem.ts";
import type { ExploredStep } from "../explore/result.ts";
import { bootmemJson } from "../report/bootmem-json.ts";
import { bootmemText } from "../report/bootmem-text.ts";
import type { SearchLimits } from "../search/breadth-first.ts";
import type { Opening } from "../targets/target.ts";
import { EXIT } from "../verdict.ts";
import { saveRecorded, tellCounterexample, type ToldCounterexample } from "./counterexample-trace.ts";
import { inputError } from "./input.ts";
import { outputLook, print, warn } from "./output.ts";
import type { PoolFlags } from "./target-options.ts";

const PAGES_DEFAULT = 5;

export interface BootmemFlags extends PoolFlags {
  readonly save?: string;
  readonly json: boolean;
}

type Create = (plan: BootPlan) => Bootmem;

/** The boot-time allocator of this name, or null if it is something else's. */
export function bootmemNamed(name: string): Create | null {
  if (name === "bootmem") return (plan) => new Bootmem(plan);
  return BOOT_MUTANTS.find(({ id }) => name === `mutant:${id}`)?.create ?? null;
}

/** Explores a boot-time allocator, tells what came of it, and sets the exit code. */
export function runBootmem(
  name: string,
  create: Create,
  flags: BootmemFlags,
  limits: SearchLimits & { readonly seconds: number; readonly done: () => void },
): void {
  const { pages, maxOrder } = poolOf(flags);
  const result = exploreBootmem({
    pages,
    maxOrder,
    create,
    createCore: (geometry) => new TrustingCore(geometry, STRICT_PROFILE),
    limits,
  });
  limits.done();
  const { counterexample } = result;
  const opening = counterexample === null ? null : openingOf(counterexample, pages, maxOrder);
  const steps = counterexample === null ? [] : stepsOf(counterexample);
  const told = opening === null || steps.length === 0 ? null : tellCounterexample(name, opening, steps);
  if (flags.save !== undefined && told !== null && opening !== null) save(flags.save, name, opening, told, steps);
  const { seconds } = limits;
  if (flags.json) print(bootmemJson({ name, pages, maxOrder }, result, told?.lines ?? []));
  else print(bootmemText({ name, pages, maxOrder, seconds }, result, outputLook()));
  process.exitCode = EXIT[result.verdict];
}

function poolOf({ pages: written, maxOrder: named, basePfn, reserved, zone, profile }: BootmemFlags): {
  readonly pages: number;
  readonly maxOrder: number;
} {
  const others = Object.entries({
    "--base-pfn": basePfn,
    "--reserved": reserved,
    "--zone": zone,
    "--profile": profile,
  });
  const other = others.find(([, value]) => value !== undefined);
  if (other !== undefined) throw inputError("OPTION_VALUE", other[0], "none: every memory map is tried", "one");
  const pages = whole("--pages", written ?? String(PAGES_DEFAULT), 1, BOOT_PAGES_MAX);
  return { pages, maxOrder: whole("--max-order", named ?? String(Math.ceil(Math.log2(pages))), 0, BOOT_PAGES_MAX) };
}

function whole(option: string, text: string, min: number, max: number): number {
  const value = /^\d+$/u.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw inputError("OPTION_VALUE", option, `a whole number from ${min} to ${max}`, text);
}

/** The pool of the pages that an allocator may have. */
function openingOf({ managed }: BootCounterexample, pages: number, maxOrder: number): Opening {
  const reserved = Array.from({ length: pages }, (_, page) => page)
    .filter((page) => !managed.includes(page))
    .map((page): FrameRange => ({ start: page, end: page + 1 }));
  return { geometry: createGeometry({ maxOrder, pages, basePfn: 0, reserved, zones: [] }), profile: STRICT_PROFILE };
}

/** The pages that are held, a request each, and the lists; none where no hand-over was judged. */
function stepsOf({ held, lists }: BootCounterexample): readonly ExploredStep[] {
  if (lists === null) return [];
  const requests = held.map((pfn): ExploredStep => ({
    command: { kind: "alloc", order: 0, zone: null },
    outcome: { kind: "block", pfn, zeroed: null },
  }));
  return [...requests, { command: lists, outcome: OK }];
}

function save(
  folder: string,
  name: string,
  opening: Opening,
  told: ToldCounterexample,
  steps: readonly ExploredStep[],
): void {
  const words = {
    target: name,
    suffix: "handover",
    shows: `What ${name} hands over is not what the map makes usable and nobody holds.`,
    provenance: "found by `buddycheck explore`, in every small memory map",
  };
  warn(`saved ${saveRecorded(folder, words, opening, told, steps)}`);
}
