// Which zones a request may be served from, and which must be exhausted before it may be refused.
//
//  1. Zones are numbered by address. "lower" fallback goes from the named zone downwards, as Linux'
//     zonelists do: NORMAL may take from DMA32 and DMA, DMA takes from itself alone.
//  2. A name that no zone has is a class of requests the recorder did not map (a flag): any zone may serve it.

import type { Ledger } from "./ledger.ts";

/** The pool, and what its allocator promises. */
type Pool = Pick<Ledger, "geometry" | "profile">;

/** Zone numbers that may serve a request naming `zone` (null: no zone named). */
export function allowedZones(pool: Pool, zone: string | null): readonly number[] {
  const { zones } = pool.geometry;
  const all = zones.map((_, number) => number);
  const named = all.filter((number) => zones[number]?.name === zone);
  if (zone === null || named.length === 0 || pool.profile.fallback === "any") return all;
  if (pool.profile.fallback === "none") return named;
  const highest = Math.max(...named);
  return all.filter((number) => number <= highest);
}

/** Is a refusal wrong, given which zones have room for the request? */
export function mustServe(pool: Pool, zone: string | null, hasRoom: (zone: number) => boolean): boolean {
  const { zones } = pool.geometry;
  const allowed = allowedZones(pool, zone);
  if (zone === null || pool.profile.fallback !== "maybe-lower") return allowed.some(hasRoom);
  const named = allowed.filter((number) => zones[number]?.name === zone);
  return named.length === 0 ? allowed.every(hasRoom) : named.some(hasRoom);
}
