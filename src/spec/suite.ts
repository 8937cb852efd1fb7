// A suite: which parts a run of buddycheck has, and what each of them is tried on.
//
//  1. The file is YAML: `suite: 1`, a `name`, a `summary`, and `parts` in the order in which they run.
//  2. `corpus` judges the cases of a folder, named relative to the suite's file.
//     `reference` drives the reference allocator over every pool under every profile with every seed.
//     `handover` boots machines with random memory maps.
//     `mutants` lets every wrong allocator run into the laws.
//  3. `seeds: 4` means the seeds 1 to 4: a suite is the same run every time.
//  4. A field that is unknown, or has a value that it cannot have, is a problem. Nothing has a default that
//     would make a part do nothing.

import { z } from "zod";
import { ORDER_LIMIT, PFN_LIMIT, type PoolShape } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";
import type { Problem } from "../problem.ts";
import { placeAt, problemsOf, valueAt } from "./complaints.ts";
import { readInlineProfile, type ProfileLibrary } from "./profile.ts";
import { readSpecDocument, type SpecDocument, type SpecPath } from "./spec-document.ts";

export interface CorpusPart {
  readonly kind: "corpus";
  readonly folder: string;
}
export interface ReferencePart {
  readonly kind: "reference";
  readonly pools: readonly NamedPool[];
  readonly profiles: readonly Profile[];
  readonly seeds: number;
  /** Calls of each run before everything is given back. */
  readonly commands: number;
  /** Calls from one look at the free lists to the next. */
  readonly lookEvery: number;
}
export interface HandoverPart {
  readonly kind: "handover";
  readonly seeds: number;
  readonly commands: number;
  readonly maxOrder: number;
}
export interface MutantsPart {
  readonly kind: "mutants";
  /** Runs of the random client for each mutant, after its witness. */
  readonly seeds: number;
  readonly commands: number;
}
export type SuitePart = CorpusPart | ReferencePart | HandoverPart | MutantsPart;

export interface NamedPool {
  readonly name: string;
  readonly shape: PoolShape;
}

export interface Suite {
  readonly file: string;
  readonly name: string;
  readonly summary: string;
  readonly parts: readonly SuitePart[];
}

export type SuiteRead =
  { readonly kind: "suite"; readonly suite: Suite } | { readonly kind: "wrong"; readonly problems: readonly Problem[] };

/** The reference allocator keeps 14 bytes a page, and a run looks at all free blocks over and over. */
const PAGES_MAX = 2 ** 20;

const TEXT = z.string({ error: "a text" }).min(1, { error: "a text" });
const COUNT = z.int({ error: "a whole number" }).min(1, { error: "a whole number from 1" });
const PFN = z.int({ error: "a pfn" }).min(0, { error: "a pfn, from 0" });
const ORDER = z
  .int({ error: "an order" })
  .min(0, { error: "an order, from 0" })
  .max(ORDER_LIMIT, { error: `an order up to ${ORDER_LIMIT}` });
const RANGE = z
  .tuple([PFN, PFN], { error: "two pfns: the first, and the one behind the last" })
  .refine(([start, end]) => start < end, { error: "a range that is not empty" });

const ZONE = z.strictObject({ name: TEXT, pfns: RANGE }, { error: "a zone: its name and its pfns" });

const POOL = z
  .strictObject(
    {
      name: TEXT,
      maxOrder: ORDER,
      pages: COUNT.max(PAGES_MAX, { error: `at most ${PAGES_MAX} pages` }),
      basePfn: PFN.max(PFN_LIMIT - PAGES_MAX, { error: "a pfn that leaves room for the pool" }).optional(),
      reserved: z.array(RANGE, { error: "a list of ranges" }).optional(),
      zones: z.array(ZONE, { error: "a list of zones" }).optional(),
    },
    { error: "a pool: its name, maxOrder and pages" },
  )
  .superRefine((pool, context) => {
    const faults = zoneFaults(pool.pages, pool.zones ?? []);
    for (const { at, message } of faults) context.addIssue({ code: "custom", path: ["zones", at, "pfns"], message });
  });

const PARTS = {
  corpus: z.strictObject({ kind: z.literal("corpus"), folder: TEXT }),
  reference: z.strictObject({
    kind: z.literal("reference"),
    pools: z.array(POOL, { error: "a list of pools" }).min(1, { error: "at least one pool" }),
    profiles: z.array(z.unknown(), { error: "a list of profiles" }).min(1, { error: "at least one profile" }),
    seeds: COUNT,
    commands: COUNT,
    lookEvery: COUNT,
  }),
  handover: z.strictObject({ kind: z.literal("handover"), seeds: COUNT, commands: COUNT, maxOrder: ORDER }),
  mutants: z.strictObject({ kind: z.literal("mutants"), seeds: COUNT, commands: COUNT }),
};
const PART_ERROR = `a part, whose kind is ${Object.keys(PARTS).join(", ")}`;

const SUITE = z.strictObject({
  suite: z.literal(1, { error: "version 1" }),
  name: TEXT,
  summary: TEXT,
  parts: z
    .array(
      z.discriminatedUnion("kind", [PARTS.corpus, PARTS.reference, PARTS.handover, PARTS.mutants], {
        error: PART_ERROR,
      }),
      { error: "a list of parts" },
    )
    .min(1, { error: "at least one part" }),
});

type WrittenPart = z.infer<typeof SUITE>["parts"][number];
type WrittenPool = z.infer<typeof POOL>;
type WrittenZone = z.infer<typeof ZONE>;

/** One reading of a suite, and what was found wrong in it so far. */
interface Reading {
  readonly document: SpecDocument;
  readonly library: ProfileLibrary;
  readonly problems: Problem[];
}

/** Reads a suite. */
export function readSuite(text: string, file: string, library: ProfileLibrary): SuiteRead {
  const read = readSpecDocument(text, file);
  if (read.kind === "wrong") return read;
  const { document } = read;
  const parsed = SUITE.safeParse(document.value);
  if (!parsed.success) {
    const keysAt = keysIn.bind(null, document);
    return {
      kind: "wrong",
      problems: problemsOf(parsed.error, document, { code: "SUITE_FIELD", called: "a suite", keysAt }),
    };
  }
  const { name, summary } = parsed.data;
  const reading: Reading = { document, library, problems: [] };
  const parts = parsed.data.parts.map((part, index) => partOf(part, ["parts", index], reading));
  if (reading.problems.length > 0) return { kind: "wrong", problems: reading.problems };
  return { kind: "suite", suite: { file, name, summary, parts } };
}

/** The fields that the mapping at this path may have, for suggestions. */
function keysIn(document: SpecDocument, path: SpecPath): readonly string[] {
  if (path.length === 0) return Object.keys(SUITE.shape);
  if (path.includes("zones")) return Object.keys(ZONE.shape);
  if (path.includes("pools")) return Object.keys(POOL.shape);
  const kind = valueAt(document.value, [...path, "kind"]) as keyof typeof PARTS;
  return Object.keys(PARTS[kind].shape);
}

function partOf(part: WrittenPart, path: SpecPath, reading: Reading): SuitePart {
  if (part.kind !== "reference") return part;
  const profiles = part.profiles.flatMap((value, index) => profileOf(value, [...path, "profiles", index], reading));
  return { ...part, pools: part.pools.map(poolOf), profiles };
}

function profileOf(value: unknown, path: SpecPath, { document, library, problems }: Reading): readonly Profile[] {
  const read = readInlineProfile(value, placeAt(document, path), library);
  if (read.kind === "profile") return [read.profile];
  problems.push(...read.problems);
  return [];
}

function poolOf({ name, maxOrder, pages, basePfn = 0, reserved = [], zones = [] }: WrittenPool): NamedPool {
  const ranges = reserved.map(([start, end]) => ({ start, end }));
  const named = zones.map(({ name: zone, pfns: [start, end] }) => ({ name: zone, start, end }));
  return { name, shape: { maxOrder, pages, basePfn, reserved: ranges, zones: named } };
}

/** Zones that reach beyond the pool, or into the zone before them. */
function zoneFaults(pages: number, zones: readonly WrittenZone[]): readonly { at: number; message: string }[] {
  return zones.flatMap(({ pfns: [start, end] }, at) => {
    const before = zones[at - 1]?.pfns[1] ?? 0;
    if (start < before) return [{ at, message: `a zone from ${before} on, behind the one before it` }];
    return end > pages ? [{ at, message: `a zone that ends with the pool, at ${pages}` }] : [];
  });
}
