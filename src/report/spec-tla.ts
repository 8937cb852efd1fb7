// The specification of a pool in TLA+, for TLC, Apalache and for reading: the definitions of SPEC.md, line by line.
//
//  1. A state is the set of live blocks, as in our own explorer; what is free is defined from it.
//  2. The laws are invariants. `Served` says that a request is only refused for want of a free block: it can fail only
//     if the definitions of free blocks and of best fit contradict each other.
//  3. Reduced states are a VIEW: TLC counts states with one view as one.
//  4. TLC looks for deadlocks, and there is none: what is live can be given back, and without it something is served.
//     (TLC 2.15 does not understand `CHECK_DEADLOCK`, by which a configuration would turn that off.)
//
// Source: Lamport, Specifying Systems, ch. 14 on views and configuration files.

import type { Geometry } from "../../model/geometry.ts";
import { largestServed, topBlocks, type TopBlock } from "../explore/spec-shape.ts";
import type { SpecPool } from "../explore/spec-space.ts";

/** The module, as the text of Buddy.tla. */
export function tlaOf(pool: SpecPool): string {
  const { geometry, counting } = pool;
  return [
    heading(pool),
    constants(pool),
    DEFINITIONS,
    steps(pool),
    LAWS,
    ...(counting === "reduced" ? [view(topBlocks(geometry))] : []),
    "=".repeat(78),
    "",
  ].join("\n");
}

/** What TLC is to check, as the text of Buddy.cfg. */
export function tlcConfigOf({ counting }: SpecPool): string {
  const lines = [
    "INIT Init",
    "NEXT Next",
    "INVARIANTS Aligned NoOverlap Partition NoFreeBuddies Served Drained",
    ...(counting === "reduced" ? ["VIEW Canonical"] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function heading({ geometry, profile, counting }: SpecPool): string {
  const dashes = "-".repeat(32);
  const counted =
    counting === "raw"
      ? "Every state counts for itself"
      : "States that differ by swapping halves of a block, or equal top-level blocks, are one (see Canonical)";
  return `${dashes} MODULE Buddy ${dashes}
\\* What a buddy allocator may do: ${profile.fit} fit, any placement, blocks up to order ${geometry.maxOrder}. Written by buddycheck.
\\* ${counted}.
EXTENDS Naturals, FiniteSets
`;
}

function constants({ geometry, profile }: SpecPool): string {
  const zones = geometry.zones.map((_, zone) => zoneFrames(geometry, zone)).filter((frames) => frames !== "{}");
  return `\\* The managed frames of each zone. No block crosses from one set into another.
Zones == { ${zones.join(",\n           ")} }

MaxOrder == ${geometry.maxOrder}
LargestRequest == ${largestServed(geometry, profile)}
`;
}

function zoneFrames(geometry: Geometry, zone: number): string {
  const runs = geometry.runs.filter((run) => run.zone === zone);
  return runs.length === 0 ? "{}" : runs.map(({ start, end }) => `(${start}..${end - 1})`).join(" \\cup ");
}

const DEFINITIONS = `VARIABLE live  \\* the blocks that clients hold

Managed == UNION Zones
Frames(b) == b.head .. (b.head + 2^b.order - 1)

\\* Everything that can be a block: aligned, and inside one zone.
Blocks == { b \\in [head : Managed, order : 0..MaxOrder] :
              /\\ b.head % 2^b.order = 0
              /\\ \\E zone \\in Zones : Frames(b) \\subseteq zone }

Held == UNION { Frames(b) : b \\in live }
Free == Managed \\ Held

\\* Free blocks merge as soon as they can, so those that are left are the largest.
IsFree(b) == Frames(b) \\subseteq Free
FreeBlocks == { b \\in Blocks : /\\ IsFree(b)
                               /\\ ~\\E c \\in Blocks : /\\ c.order = b.order + 1
                                                     /\\ Frames(b) \\subseteq Frames(c)
                                                     /\\ IsFree(c) }

ZoneOf(b) == CHOOSE zone \\in Zones : b.head \\in zone
`;

function steps({ profile }: SpecPool): string {
  const fit =
    profile.fit === "best"
      ? `
\\* b comes out of the free block c. No smaller free block of the zone would have sufficed.
IsBestFit(b) == LET c == CHOOSE c \\in FreeBlocks : Frames(b) \\subseteq Frames(c)
                IN  ~\\E d \\in FreeBlocks : /\\ ZoneOf(d) = ZoneOf(b)
                                           /\\ d.order >= b.order
                                           /\\ d.order < c.order
`
      : `
IsBestFit(b) == TRUE
`;
  return `${fit}
Init == live = {}

MayServe(b) == /\\ b.order <= LargestRequest
               /\\ IsFree(b)
               /\\ IsBestFit(b)

Serve(b) == MayServe(b) /\\ live' = live \\cup {b}

GiveBack(b) == live' = live \\ {b}

Next == \\/ \\E b \\in Blocks : Serve(b)
        \\/ \\E b \\in live : GiveBack(b)

Spec == Init /\\ [][Next]_live
`;
}

const LAWS = `-----------------------------------------------------------------------------
Aligned == live \\subseteq Blocks

NoOverlap == \\A b, c \\in live : b # c => Frames(b) \\cap Frames(c) = {}

\\* Live and free blocks cover each managed frame exactly once.
Partition == \\A f \\in Managed : Cardinality({ b \\in live \\cup FreeBlocks : f \\in Frames(b) }) = 1

NoFreeBuddies == \\A b, c \\in FreeBlocks :
                   (b # c /\\ b.order = c.order) =>
                     ~\\E d \\in Blocks : /\\ d.order = b.order + 1
                                        /\\ Frames(b) \\cup Frames(c) = Frames(d)

\\* Where a free block is large enough, some block of the order can be served.
Served == \\A order \\in 0..LargestRequest :
            (\\E c \\in FreeBlocks : c.order >= order) => \\E b \\in Blocks : b.order = order /\\ MayServe(b)

\\* Nothing live: the free blocks are those of the start.
Drained == live = {} => UNION { Frames(b) : b \\in FreeBlocks } = Managed
`;

/** The one form of a state, as nested pairs: see src/explore/spec-symmetry.ts, whose order need not be this one. */
function view(tops: readonly TopBlock[]): string {
  const kinds = new Map<string, TopBlock[]>();
  for (const top of tops) {
    const key = `${top.zone} ${top.order}`;
    kinds.set(key, [...(kinds.get(key) ?? []), top]);
  }
  const heads = [...kinds.values()].map(
    (kind) => `TopsOf({${kind.map(({ pfn }) => pfn).join(", ")}}, ${(kind[0] as TopBlock).order})`,
  );
  return `-----------------------------------------------------------------------------
\\* A block's state up to swapping halves: "free", "live", or the bag of its halves' states.
RECURSIVE Shape(_, _)
Shape(head, order) ==
  IF [head |-> head, order |-> order] \\in live THEN <<"live">>
  ELSE IF head..(head + 2^order - 1) \\subseteq Free THEN <<"free">>
  ELSE LET low  == Shape(head, order - 1)
           high == Shape(head + 2^(order - 1), order - 1)
       IN  <<"split", {low, high}>>

\\* Equal top-level blocks: how many have which shape.
TopsOf(heads, order) ==
  LET shapes == { Shape(h, order) : h \\in heads }
  IN  { <<s, Cardinality({ h \\in heads : Shape(h, order) = s })>> : s \\in shapes }

Canonical == << ${heads.join(",\n                ")} >>
`;
}
