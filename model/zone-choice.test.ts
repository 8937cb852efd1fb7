// Which zones may serve, and which must be full before a refusal, for every fallback and every name.

import { describe, expect, it } from "vitest";
import { createGeometry } from "./geometry.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { SMALL_POOL } from "./play.ts";
import { STRICT_PROFILE, type Profile } from "./profile.ts";
import { allowedZones, mustServe } from "./zone-choice.ts";

type Fallback = Profile["fallback"];

/** Zones 0 to 3; the movable one has two ranges with the normal one in between. */
function ledgerOf(fallback: Fallback): Ledger {
  const names = ["dma", "movable", "normal", "movable"];
  const zones = names.map((name, at) => ({ name, start: 4 * at, end: 4 * at + 4 }));
  const geometry = createGeometry({ ...SMALL_POOL, maxOrder: 2, pages: 16, zones });
  return createLedger({ geometry, profile: { ...STRICT_PROFILE, fallback }, start: "empty" });
}

describe("zones", () => {
  it.each<[Fallback, string | null, string]>([
    ["none", null, "0123"],
    ["none", "highmem", "0123"],
    ["none", "dma", "0"],
    ["none", "movable", "13"],
    ["none", "normal", "2"],
    ["lower", null, "0123"],
    ["lower", "highmem", "0123"],
    ["lower", "dma", "0"],
    ["lower", "movable", "0123"],
    ["lower", "normal", "012"],
    ["maybe-lower", null, "0123"],
    ["maybe-lower", "highmem", "0123"],
    ["maybe-lower", "dma", "0"],
    ["maybe-lower", "normal", "012"],
    ["any", "dma", "0123"],
    ["any", null, "0123"],
  ])("with fallback %s, a request naming %s may be served from %s", (fallback, zone, expected) => {
    expect(allowedZones(ledgerOf(fallback), zone).join("")).toBe(expected);
  });

  // With room in just these zones, is a refusal wrong?
  it.each<[Fallback, string | null, string, boolean]>([
    ["none", "normal", "2", true],
    ["none", "normal", "013", false],
    ["none", null, "3", true],
    ["none", null, "", false],
    ["lower", "normal", "0", true],
    ["lower", "normal", "3", false],
    ["lower", "highmem", "3", true],
    ["any", "dma", "3", true],
    ["maybe-lower", null, "0", true],
    ["maybe-lower", null, "", false],
    ["maybe-lower", "normal", "2", true],
    ["maybe-lower", "normal", "01", false],
    ["maybe-lower", "movable", "3", true],
    ["maybe-lower", "movable", "02", false],
    ["maybe-lower", "highmem", "012", false],
    ["maybe-lower", "highmem", "0123", true],
  ])("with fallback %s, naming %s, with room in %j, one must serve: %s", (fallback, zone, room, expected) => {
    expect(mustServe(ledgerOf(fallback), zone, (number) => room.includes(String(number)))).toBe(expected);
  });
});
