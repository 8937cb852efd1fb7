import { describe, expect, it } from "vitest";
import type { PoolShape } from "../../model/geometry.ts";
import { parseNotation } from "../../model/notation.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import { broken, minimized, twinOf, type Sequence } from "./sequence.ts";
import { shapeOf } from "./shape.ts";

/** A sequence on a pool of two blocks of order 3. */
function sequence(text: string, shape: Partial<PoolShape> = {}, profile: Partial<Profile> = {}): Sequence {
  const steps = parseNotation(text).events.map((event) =>
    event.kind === "lost" ? { command: null, outcome: { kind: "unsaid" } as const } : event,
  );
  const whole = { maxOrder: 3, pages: 16, basePfn: 0, reserved: [], zones: [], ...shape };
  const header = { allocator: "", profile: null, pageSize: 4096, shape: whole, start: "empty" } as const;
  return { header, profile: { ...STRICT_PROFILE, ...profile }, steps };
}

function shaped(text: string, shape: Partial<PoolShape> = {}, profile: Partial<Profile> = {}): string {
  return shapeOf(sequence(text, shape, profile));
}

describe("the shape of a sequence", () => {
  it("is that of the lowest place it could have happened in", () =>
    expect(shaped("a0=13 a0=12 f13")).toBe("3 16 a0=0 a0=1 f0"));
  it("is the same wherever in the tree it happens", () =>
    expect(shaped("a0=0 a1=2 a0=1")).toBe(shaped("a0=9 a1=10 a0=8")));
  it("is the same at every scale", () =>
    expect(shaped("a1=0 a1=2 f0")).toBe(shaped("a2=8 a2=12 f8", { maxOrder: 4, pages: 32 })));
  it("tells buddies from neighbours", () => expect(shaped("a0=0 a0=1")).not.toBe(shaped("a0=0 a0=2")));
  it("tells how far the largest order is", () =>
    expect(shaped("a0=0 a0=0")).not.toBe(shaped("a0=0 a0=0", { maxOrder: 4, pages: 32 })));
  it("goes along with the free lists", () => expect(shaped("a2=0 free 4:2 8:3")).toBe(shaped("a2=12 free 8:2 0:3")));
  it("does not swap halves of which one is promised", () =>
    expect(shaped("a0=1", {}, { servedHalf: "low" })).not.toBe(shaped("a0=0", {}, { servedHalf: "low" })));
  it("does not move over holes", () => {
    const hole = { reserved: [{ start: 0, end: 1 }] };
    expect(shaped("a0=1", hole)).not.toBe(shaped("a0=2", hole));
  });
});

/** The steps of the minimal sequence and of its twin, as shapes without their pools. */
function made(text: string, profile: Partial<Profile> = {}): readonly (string | null)[] {
  const found = broken(sequence(text, {}, profile));
  if (found === null) return [];
  const short = minimized(found);
  const twin = twinOf(short);
  return [short, twin].map((each) => (each === null ? null : shapeOf(each).split(" ").slice(2).join(" ")));
}

describe("a sequence on its way into the corpus", () => {
  it("loses what does not matter", () => expect(made("a0=0 a1=2 f0 a0=2 a3=8")[0]).toBe("a1=0 a0=0"));
  it("gets a twin in which the same is answered rightly", () =>
    expect(made("a1=2 a0=2")).toEqual(["a1=0 a0=0", "a1=0z a0=2z"]));
  it("gets a twin without the client's own mistakes", () =>
    expect(made("a0=0 f0+ f0+", { misuse: "silent" })[1]).toBe("a0=0z f0"));
  it("gets a twin that does something, though nothing right was asked", () =>
    expect(made("f3", { misuse: "silent" })[1]).toBe("a0=0z f0"));
  it("of which events are missing gets none", () => expect(twinOf(sequence("lost a0=3 a0=3"))).toBeNull());
  it("that breaks no law is none", () => expect(made("a0=0 f0+")).toEqual([]));
});
