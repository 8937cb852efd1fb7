// A trace full of violations stays linear: what is gathered for one of them has bounds.

import { describe, expect, it } from "vitest";
import { OK, REFUSED } from "./command.ts";
import { play, type Stage } from "./play.ts";
import { step } from "./step.ts";

/** The frames around each violation: "free 0..8, live 8..9". */
function around(text: string, stage: Stage): string {
  return play(text, stage)
    .played.map(({ violation }) =>
      violation.around.map(({ state, start, end }) => `${state} ${start}..${end}`).join(", "),
    )
    .join("; ");
}

/** The blocks offered instead of the last violation's answer. */
function offered(text: string, stage: Stage): string {
  const allowed = play(text, stage).played.at(-1)?.violation.allowed;
  return allowed?.kind === "serve" ? allowed.from.map(({ pfn, pages }) => `${pfn}+${pages}`).join(" ") : "";
}

/** Requests that leave every other page free, so that no two free ones are buddies. */
function everyOther(blocks: number): string {
  return Array.from({ length: blocks }, (_, at) => `a0=${2 * at}`).join(" ");
}

describe("evidence is bounded", () => {
  const many = { shape: { pages: 96, maxOrder: 5 } };

  it("24 pieces are shown around, and 32 frames around a single one", () => {
    const odd = Array.from({ length: 48 }, (_, at) => `a0=${2 * at + 1}`).join(" ");
    const [first] = play(`${odd} f0`, many).played;
    expect(first?.violation.around).toHaveLength(24);
    expect(around("f40", many)).toBe("free 32..64");
    expect(around("f30:1", many)).toBe("free 0..32");
    expect(around("f31:1", many)).toBe("free 0..32, free 32..64");
  });

  it("four times the frames at issue are shown around, aligned", () => {
    const stage = { shape: { pages: 256, maxOrder: 6 } };
    expect(around("f64:3", stage)).toBe("free 64..128");
    expect(around("f64:4", stage)).toBe("free 64..128");
    expect(around("f64:5", stage)).toBe("free 0..64, free 64..128");
    expect(around("f64*9", stage)).toBe("free 64..128");
    expect(around("a4=0", { shape: { pages: 64 } })).toBe("free 0..8, free 8..16, free 16..24, free 24..32");
  });

  it("three blocks are offered, and none of a zone that may not serve", () => {
    const names = {
      zones: [
        { name: "low", start: 0, end: 32 },
        { name: "high", start: 32, end: 96 },
      ],
    };
    const stage = { shape: { ...many.shape, ...names }, profile: { fallback: "none" } } as const;
    expect(offered("a0=1 a0=9 a0=17 a0!", many)).toBe("0+1 2+2 4+4");
    expect(offered("a0@high!", stage)).toBe("32+32 64+32");
    expect(offered("a5@low!", stage)).toBe("0+32");
  });

  it("4096 blocks are looked at for one to offer", () => {
    const stage = { shape: { pages: 8192, maxOrder: 1 } };
    expect(offered(`${everyOther(2047)} a1!`, stage)).toBe("4094+2 4096+2");
    expect(offered(`${everyOther(2048)} a1!`, stage)).toBe("");
  });

  it("16 blocks are named, and the count is not cut", () => {
    const buddies = Array.from({ length: 36 }, (_, at) => `${at}:0`).join(" ");
    const stage = { shape: { pages: 36, maxOrder: 1 } };
    const apart = play(`free ${buddies}`, stage).played[0]?.violation;
    expect(apart?.fault).toMatchObject({ kind: "unmerged", count: 18, pairs: { length: 16 } });
    expect(apart?.frames).toHaveLength(18);
    const missing = play(`free ${Array.from({ length: 18 }, (_, at) => `${2 * at}:0`).join(" ")}`, stage).played[0];
    expect(missing?.violation.fault).toMatchObject({ kind: "missing", pages: 18, ranges: { length: 16 } });
    const live = play(`${everyOther(18)} free ${buddies}`, stage).played[0];
    expect(live?.violation.fault).toMatchObject({ kind: "listed-live", count: 18, blocks: { length: 16 } });
    const outside = play(`free ${Array.from({ length: 18 }, (_, at) => `${40 + 2 * at}:1`).join(" ")}`, stage)
      .played[0];
    expect(outside?.violation.fault).toMatchObject({ kind: "listed-outside", count: 18, blocks: { length: 16 } });
  });

  it("a live block that is no power of two is shown whole, from any of its pages", () => {
    const stage: Stage = { shape: { pages: 64, maxOrder: 6 }, profile: { rounding: "exact" } };
    expect(around("p33=0 f40", stage)).toBe(
      "live 0..33, free 33..34, free 34..36, free 36..40, free 40..48, free 48..64",
    );
  });

  it("16 blocks are shown of what should be listed, and of a list out of order", () => {
    const stage: Stage = { shape: { pages: 36, maxOrder: 1 }, profile: { placement: "fifo" } };
    const missing = play("free", stage).played[0]?.violation.allowed;
    expect(missing).toMatchObject({ kind: "free-blocks", blocks: { length: 16 } });
    const listed = Array.from({ length: 18 }, (_, at) => `${2 * at}:1`);
    const [first] = play(`free ${listed.join(" ")} free ${listed.toReversed().join(" ")}`, stage).played;
    expect(first?.violation.fault).toMatchObject({
      kind: "list-order",
      expected: { length: 16 },
      found: { length: 16 },
    });
  });

  it("16 changed blocks are named under lazy coalescing, and the count is not cut", () => {
    const stage: Stage = { shape: { pages: 64, maxOrder: 1 }, profile: { coalescing: "lazy", exhaustion: "may-fail" } };
    const split = Array.from({ length: 20 }, (_, at) => `${2 * at}:0 ${2 * at + 1}:0`).join(" ");
    const whole = Array.from({ length: 32 }, (_, at) => `${2 * at}:1`);
    const [first] = play(`free ${whole.join(" ")} a0! free ${split} ${whole.slice(20).join(" ")}`, stage).played;
    expect(first?.violation.fault).toMatchObject({ kind: "changed-elsewhere", count: 60, blocks: { length: 16 } });
  });

  it("4096 ranges are named", () => {
    const stage: Stage = { shape: { pages: 2 ** 14, maxOrder: 1 } };
    const apart = Array.from({ length: 2 ** 13 }, (_, at) => `${2 * at}:0`).join(" ");
    expect(play(`free ${apart}`, stage).played[0]?.violation.frames).toHaveLength(4096);
  });

  it("none is gathered where nobody wants it", () => {
    const { ledger } = play("a0=0");
    ledger.gathersEvidence = false;
    const [refused] = step(ledger, { kind: "alloc", order: 0, zone: null }, REFUSED);
    expect(refused?.fault).toEqual({ kind: "refused-with-room", order: 0, room: null, freeBlocks: 3 });
    expect(refused).toMatchObject({ allowed: { kind: "serve", order: 0, from: [] }, frames: [], around: [] });
    const [missing] = step(ledger, { kind: "snapshot", lists: [[], [2], [4]], cached: [] }, OK);
    expect(missing).toMatchObject({ law: "partition", allowed: { kind: "free-blocks", blocks: [] }, around: [] });
  });
});
