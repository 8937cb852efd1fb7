import { describe, expect, it } from "vitest";
import { parseNotation } from "../../model/notation.ts";
import { EXAMPLE_NAMING } from "./example.ts";
import { stepWords } from "./step-words.ts";

function said(text: string): string {
  return parseNotation(text)
    .events.map((event) => (event.kind === "step" ? stepWords(event.command, event.outcome, EXAMPLE_NAMING) : ""))
    .join("; ");
}

describe("a step in words", () => {
  it.each([
    ["a1=0", "a request of order 1 (2 pages) is served page 0"],
    ["a0=3~", "a request of order 0 (1 page) is served page 3, found not all zero"],
    ["a0=3z", "a request of order 0 (1 page) is served page 3, found all zero"],
    ["a2@dma!", 'a request of order 2 (4 pages) from zone "dma" is refused'],
    ["p3=4", "a request of 3 pages is served page 4"],
    ["p1#hang", "a request of 1 page ends in the allocator's death (hang)"],
    ["f4", "a free of page 4 returns"],
    ["f4+", "a free of page 4 is accepted"],
    ["f4:2!", "a free of page 4, naming order 2 (4 pages), is refused"],
    ["f4*3", "a free of page 4, naming 3 pages, returns"],
    ["free 0:2 4:0 cached 7 9", "the free lists hold 0..3 (order 2), 4 (order 0); cached are 7, 9"],
    ["free", "the free lists hold nothing"],
    ["counts 1 0 2", "the free blocks of order 0 to 2 are counted as 1 0 2"],
    ["counts@dma 1", 'the free blocks of order 0 to 0 from zone "dma" are counted as 1'],
    ["free#segv", "a look at the free lists ends in the allocator's death (segv)"],
    ["counts#segv", "a look at the free lists ends in the allocator's death (segv)"],
    ["+8*4", "the joining of pages 8..11 returns"],
    ["-8*4!", "the leaving of pages 8..11 is refused"],
    ["#abort", "a call that is not named ends in the allocator's death (abort)"],
  ])("%s", (text, words) => expect(said(text)).toBe(words));
});
