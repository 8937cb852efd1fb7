import { describe, expect, it } from "vitest";
import type { Piece } from "../../model/violation.ts";
import { drawing, DRAWING_COLUMNS } from "./drawing.ts";

const NAMING = { basePfn: 0, pageSize: 4096, event: "line" } as const;

/** `0 free 4 live@3 8` is a free piece 0..3 and a live one 4..7, served at line 3. */
function draw(around: string, ...frames: readonly (readonly [number, number])[]): string {
  const words = around.split(" ");
  const pieces: Piece[] = [];
  for (let at = 0; at + 2 < words.length; at += 2) {
    const [state, since] = (words[at + 1] as string).split("@");
    const [start, end] = [Number(words[at]), Number(words[at + 2])];
    pieces.push({ start, end, state: state as Piece["state"], since: Number(since ?? 0) });
  }
  const ranges = frames.map(([start, end]) => ({ start, end }));
  return drawing({ around: pieces, frames: ranges }, NAMING).join("\n");
}

describe("the drawing of a neighbourhood", () => {
  it("shows one cell per page, live blocks by letter, and carets under the pages at issue", () =>
    expect(`\n${draw("384 live@3 392 free 404 live@9 408 free 416", [389, 390])}\n`).toBe(`
384     392         404 408
|       |           |   |
AAAAAAAA............BBBB........
     ^ 389
A = 384..391 served at line 3, B = 404..407 served at line 9, . = free
`));

  it("tells two free blocks apart by their ticks, and has a sign for each state", () =>
    expect(`\n${draw("0 free 4 free 8 withheld 10 unknown 12 unmanaged 16 live 18", [4, 9])}\n`).toBe(`
0   4   8 10    16
|   |   | | |   |
........??~~####AA
    ^^^^^ 4..8
A = 16..17 held since before the first line, . = free,
? = neither live nor free, ~ = unknown, # = not managed
`));

  it("gives a large window its cells in proportion, and each piece at least one", () =>
    expect(`\n${draw("0 free 1024 live@2 1025 live@4 1026 unmanaged 4096", [1024, 1025])}\n`).toBe(`
0               1024
|               |||
................AB##############################################
                ^ 1024
A = 1024 served at line 2, B = 1025 served at line 4, . = free,
# = not managed, not to scale
`));

  it("marks several ranges without naming them, and what lies outside not at all", () =>
    expect(draw("0 free 8", [1, 2], [4, 6], [100, 200]).split("\n")[3]).toBe(" ^  ^^"));

  it("marks the part of a range that lies in the window", () =>
    expect(draw("8 free 16", [12.5, 40]).split("\n")[3]).toBe("    ^^^^ 12.5..39"));

  it("has no carets where no page at issue is in the window", () =>
    expect(draw("0 free 8", [64, 65]).split("\n")).toHaveLength(4));

  it("is nothing without a neighbourhood", () => expect(draw("")).toBe(""));

  it("stays narrow and plain, whatever it shows", () => {
    const states = ["live@123456789", "free", "withheld", "unknown", "unmanaged", "free@7"];
    for (let count = 1; count <= 60; count++) {
      let pfn = 2 ** 40;
      let around = String(pfn);
      for (let at = 0; at < count; at++) {
        pfn += (at * 7919) % (count * count);
        around += ` ${states[at % states.length]} ${++pfn}`;
      }
      for (const line of draw(around, [2 ** 40, pfn]).split("\n")) {
        expect(line.length).toBeLessThanOrEqual(DRAWING_COLUMNS);
        expect(line).toMatch(/^[ -~]*$/u);
      }
    }
  });
});
