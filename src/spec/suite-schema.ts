// The shape of a suite's file, from which both its reading and its published JSON Schema follow.
//
//  1. Each demand is worded as zod's error, each field's meaning as its description, which editors show.
//  2. Nothing has a default that would make a part do nothing.

import { z } from "zod";
import { ORDER_LIMIT, PFN_LIMIT } from "../../model/geometry.ts";
import { LAW_IDS, LAWS } from "../../model/invariants.ts";
import { DURATION } from "./duration.ts";
import { KNOWN, type Known } from "./known.ts";
import type { SpecDocument, SpecPath } from "./spec-document.ts";
import { valueAt } from "./complaints.ts";

type Written<Kind extends string, Fields> = Fields & {
  readonly kind: Kind;
  readonly name?: string | undefined;
  readonly budget?: string | undefined;
};
type Runs = { readonly seeds: number; readonly commands: number };

/** A part as it is written. */
export type WrittenPart =
  | Written<"corpus", { readonly folder: string }>
  | Written<"verify", { readonly traces: readonly string[]; readonly profile?: unknown }>
  | Written<"reference", Runs & WrittenPools & { readonly lookEvery: number }>
  | Written<"handover", Runs & { readonly maxOrder: number; readonly allMapsOf?: number | undefined }>
  | Written<"mutants", Runs>
  | Written<"explore", WrittenTargets & WrittenExplore>
  | Written<"test", WrittenTargets & WrittenTest>;

/** Targets with what is expected of them, in all these pools under all these profiles. */
interface WrittenTargets {
  readonly targets: Readonly<Record<string, string>>;
  readonly pools?: readonly WrittenPool[] | undefined;
  readonly profiles?: readonly unknown[] | undefined;
}

interface WrittenExplore {
  readonly oracle?: "api" | "lists" | undefined;
  readonly depth?: number | undefined;
  readonly states?: number | undefined;
}

interface WrittenTest {
  readonly oracle?: "auto" | "answers" | "counts" | "lists" | undefined;
  readonly commands?: number | undefined;
  readonly seeds?: number | undefined;
  readonly scope?: number | undefined;
}

type WrittenPools = { readonly pools: readonly WrittenPool[]; readonly profiles: readonly unknown[] };
type WrittenRange = readonly [start: number, end: number];

export interface WrittenPool {
  readonly name: string;
  readonly maxOrder: number;
  readonly pages: number;
  readonly basePfn?: number | undefined;
  readonly reserved?: readonly WrittenRange[] | undefined;
  readonly zones?: readonly { readonly name: string; readonly pfns: WrittenRange }[] | undefined;
}

export interface WrittenKnown extends Known {
  readonly law?: string | undefined;
  readonly check?: string | undefined;
}

export interface WrittenBaseline {
  readonly baseline: 1;
  readonly known: readonly (WrittenKnown & { readonly suite?: string | undefined })[];
}

export interface WrittenSuite {
  readonly suite: 1;
  readonly name: string;
  readonly summary: string;
  readonly extends?: string | undefined;
  readonly without?: readonly string[] | undefined;
  readonly laws?: Readonly<Record<string, "error" | "warning" | "off" | undefined>> | undefined;
  readonly known?: readonly WrittenKnown[] | undefined;
  readonly parts?: readonly WrittenPart[] | undefined;
}

/** The reference allocator keeps 14 bytes a page, and a run looks at all free blocks over and over. */
const PAGES_MAX = 2 ** 20;

const TEXT = z.string({ error: "a text" }).min(1, { error: "a text" });
const COUNT = z.int({ error: "a whole number" }).min(1, { error: "a whole number from 1" });
const PFN = z.int({ error: "a pfn" }).min(0, { error: "a pfn, from 0" });
/** Of 4 pages all maps take half a second, of 6 half a minute. */
const MAP_PAGES_MAX = 6;
const MAP_PAGES_ERROR = `a whole number from 1 to ${MAP_PAGES_MAX}`;
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
      name: TEXT.describe("What reports call the pool."),
      maxOrder: ORDER.describe("The largest order, inclusive."),
      pages: COUNT.max(PAGES_MAX, { error: `at most ${PAGES_MAX} pages` }).describe(
        "Pages of the pool, holes included.",
      ),
      basePfn: PFN.max(PFN_LIMIT - PAGES_MAX, { error: "a pfn that leaves room for the pool" })
        .optional()
        .describe("The pfn of its first page; 0 if none is given."),
      reserved: z
        .array(RANGE, { error: "a list of ranges" })
        .optional()
        .describe("Pages that are not the allocator's: [first, behind the last], counted from the pool's first page."),
      zones: z
        .array(ZONE, { error: "a list of zones" })
        .optional()
        .describe("Ranges across whose borders no block goes."),
    },
    { error: "a pool: its name, maxOrder and pages" },
  )
  .superRefine((pool, context) => {
    const faults = zoneFaults(pool.pages, pool.zones ?? []);
    for (const { at, message } of faults) context.addIssue({ code: "custom", path: ["zones", at, "pfns"], message });
  });

const NAME = TEXT.optional().describe("What reports call the part; its kind if it has no name.");
const POOLS = z.array(POOL, { error: "a list of pools" }).min(1, { error: "at least one pool" });
const PROFILES = z
  .array(z.unknown(), { error: "a list of profiles" })
  .min(1, { error: "at least one profile" })
  .describe("Names of profiles, or their fields.");
const SEEDS = COUNT.describe("How many runs with seeds from 1 on.");
const COMMANDS = COUNT.describe("Calls of each run.");

const BUDGET = z
  .string({ error: "a time, such as 30s or 5m" })
  .regex(DURATION, { error: "a time, such as 30s or 5m" })
  .optional()
  .describe("The time that the part may take; what is not tried by then is undecided.");

/** Small pools with a larger largest order have too many states to be worth the time. */
const SCOPE_MAX = 5;
const TARGETS = z
  .record(TEXT, z.enum(["holds", ...LAW_IDS], { error: "holds, or the law that has to be broken first" }), {
    error: "targets, each with what is expected of it",
  })
  .refine((targets) => Object.keys(targets).length > 0, { error: "at least one target" })
  .meta({ minProperties: 1 })
  .describe(
    "Targets as on the command line (reference, spec, mutant:ID, a module, a .wasm file, or `-- program arguments`), " +
      "each with `holds` or the law that has to be broken first.",
  );
const TRIED = {
  name: NAME,
  budget: BUDGET,
  targets: TARGETS,
  profiles: PROFILES.optional().describe(
    "Names of profiles, or their fields; strict, or a mutant's own, if none is given.",
  ),
};

const PARTS = {
  corpus: z.strictObject({
    kind: z.literal("corpus"),
    name: NAME,
    budget: BUDGET,
    folder: TEXT.describe("The folder with the cases, relative to this file."),
  }),
  verify: z.strictObject({
    kind: z.literal("verify"),
    name: NAME,
    budget: BUDGET,
    traces: z
      .array(TEXT, { error: "a list of traces" })
      .min(1, { error: "at least one trace" })
      .describe("Traces, or folders of traces, relative to this file, each of which has to hold."),
    profile: z.unknown().optional().describe("What the allocator promises; the traces' own profiles if none is given."),
  }),
  reference: z.strictObject({
    kind: z.literal("reference"),
    name: NAME,
    budget: BUDGET,
    pools: POOLS,
    profiles: PROFILES,
    seeds: SEEDS,
    commands: COMMANDS,
    lookEvery: COUNT.describe("Calls from one look at the free lists to the next."),
  }),
  handover: z.strictObject({
    kind: z.literal("handover"),
    name: NAME,
    budget: BUDGET,
    seeds: COUNT.describe("How many machines with random memory maps boot."),
    commands: COMMANDS,
    maxOrder: ORDER,
    allMapsOf: z
      .int({ error: MAP_PAGES_ERROR })
      .min(1, { error: MAP_PAGES_ERROR })
      .max(MAP_PAGES_MAX, { error: MAP_PAGES_ERROR })
      .optional()
      .describe("Besides, every memory map of so many pages, with every history of calls."),
  }),
  mutants: z.strictObject({
    kind: z.literal("mutants"),
    name: NAME,
    budget: BUDGET,
    seeds: SEEDS,
    commands: COMMANDS,
  }),
  explore: z.strictObject({
    kind: z.literal("explore"),
    ...TRIED,
    pools: POOLS.optional().describe("Pools; one block of 8 pages, or a mutant's own pool, if none is given."),
    oracle: z
      .enum(["api", "lists"], { error: "api or lists" })
      .optional()
      .describe("Judge the answers alone, or the free lists and counts as well, which is the default."),
    depth: COUNT.optional().describe("Try all sequences of so many commands; without it, every state."),
    states: COUNT.optional().describe("Stop after so many states; what is left is undecided."),
  }),
  test: z
    .strictObject({
      kind: z.literal("test"),
      ...TRIED,
      pools: POOLS.optional().describe("Pools of the long runs; drawn at random if none is given."),
      oracle: z
        .enum(["auto", "answers", "counts", "lists"], { error: "auto, answers, counts or lists" })
        .optional()
        .describe("What is looked at besides the answers; all that the target shows, if nothing is said."),
      seeds: SEEDS.optional(),
      commands: COUNT.optional().describe("Commands of the long runs; without it, they go on for the budget."),
      scope: z
        .int({ error: "an order" })
        .min(0, { error: "an order, from 0" })
        .max(SCOPE_MAX, { error: `an order up to ${SCOPE_MAX}` })
        .optional()
        .describe("Largest order of the small pools that are tried and searched first, 0 for none; 4 by default."),
    })
    .refine(({ commands, budget }) => commands !== undefined || budget !== undefined, {
      error: "`commands`, or a `budget`",
    })
    .meta({ anyOf: [{ required: ["commands"] }, { required: ["budget"] }] }),
};
const PART_ERROR = `a part, whose kind is ${Object.keys(PARTS).join(", ")}`;

const WEIGHT = z.enum(["error", "warning", "off"], { error: "error, warning or off" });
const LAW_WEIGHTS = z.strictObject(
  Object.fromEntries(LAWS.map(({ id, statement }) => [id, WEIGHT.optional().describe(statement)])),
  { error: "laws, each with error, warning or off" },
);

const KNOWN_FAILURE = z.strictObject(
  {
    law: TEXT.optional().describe("The law that is broken."),
    check: TEXT.optional().describe("The checks that fail, as group/name; `*` stands for any text."),
    ...KNOWN.shape,
  },
  { error: "a failure that is known: its law or check, a reason, and until when" },
);

const FIELDS = {
  suite: z.literal(1, { error: "version 1" }).describe("The version of the format."),
  name: TEXT.describe("What reports call the suite."),
  summary: TEXT.describe("One sentence: what the suite is for."),
  extends: TEXT.optional().describe("A suite whose parts come first: `default`, or a file relative to this one."),
  without: z
    .array(TEXT, { error: "a list of names" })
    .optional()
    .describe("Parts of the other suite that are left out."),
  laws: LAW_WEIGHTS.optional().describe("Laws that only warn, or are not judged at all."),
  known: z
    .array(KNOWN_FAILURE, { error: "a list of failures that are known" })
    .optional()
    .describe("Failures that are put up with, each with its reason and the day from which it no longer is."),
  parts: z
    .array(
      z.discriminatedUnion("kind", Object.values(PARTS) as [typeof PARTS.corpus], {
        error: PART_ERROR,
      }),
      { error: "a list of parts" },
    )
    .optional()
    .describe("What is run, in this order. A part of the same name takes the place of the other suite's."),
};

/** The shape of a whole file. */
export const SUITE: z.ZodType<WrittenSuite> = z.strictObject(FIELDS);

const BASELINE_ENTRY = KNOWN_FAILURE.extend({ suite: z.string({ error: "the name of a suite" }).optional() });

/** The shape of a baseline's file. */
export const BASELINE: z.ZodType<WrittenBaseline> = z.strictObject({
  baseline: z.literal(1, { error: "version 1" }),
  known: z.array(BASELINE_ENTRY, { error: "a list of failures that are known" }),
});

/** The fields that the mapping at this path of a baseline may have. */
export function baselineKeysAt(path: SpecPath): readonly string[] {
  return path.length === 0 ? ["baseline", "known"] : Object.keys(BASELINE_ENTRY.shape);
}

/** The JSON Schema (draft 7) of a suite's file, for editors. */
export function publishSuiteSchema(): object {
  const published = z.toJSONSchema(SUITE, { target: "draft-7", io: "input" });
  return { $schema: published.$schema, title: "buddycheck suite", ...published };
}

/** The fields that the mapping at this path may have, for suggestions. */
export function suiteKeysAt(document: SpecDocument, path: SpecPath): readonly string[] {
  const [field, , within] = path;
  if (field === "laws") return Object.keys(LAW_WEIGHTS.shape);
  if (field === "known") return Object.keys(KNOWN_FAILURE.shape);
  if (field !== "parts") return Object.keys(FIELDS);
  if (path.includes("zones")) return Object.keys(ZONE.shape);
  if (within === "pools") return Object.keys(POOL.shape);
  const kind = valueAt(document.value, [...path, "kind"]) as keyof typeof PARTS;
  return Object.keys(PARTS[kind].shape);
}

/** Zones that reach beyond the pool, or into the zone before them. */
function zoneFaults(pages: number, zones: readonly z.infer<typeof ZONE>[]): readonly { at: number; message: string }[] {
  return zones.flatMap(({ pfns: [start, end] }, at) => {
    const before = zones[at - 1]?.pfns[1] ?? 0;
    if (start < before) return [{ at, message: `a zone from ${before} on, behind the one before it` }];
    return end > pages ? [{ at, message: `a zone that ends with the pool, at ${pages}` }] : [];
  });
}
