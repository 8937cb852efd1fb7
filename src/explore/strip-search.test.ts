import { describe, expect, it } from "vitest";
import { createGeometry } from "../../model/geometry.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { FREES, type BlockGraph } from "./block-graph.ts";
import { topBlocks } from "./spec-shape.ts";
import { runStrips } from "./strip-run.ts";
import { createStripSpace, type StripSpace } from "./strip-space.ts";

const BEST = { ...STRICT_PROFILE, fit: "best" } as const;

function space(pages: number): StripSpace {
  const geometry = createGeometry({ maxOrder: 2, pages, basePfn: 0, reserved: [], zones: [] });
  return createStripSpace(topBlocks(geometry), BEST, { served: 2, fit: "best", counting: "reduced" });
}

/** The space with the tables of its blocks changed. */
function tampered(pages: number, tamper: (graph: BlockGraph) => Partial<BlockGraph>): StripSpace {
  const { places, ...rest } = space(pages);
  return { ...rest, places: places.map((place) => ({ ...place, graph: { ...place.graph, ...tamper(place.graph) } })) };
}

/** A table in which the steps with this label are barred by these orders. */
function withBars(graph: BlockGraph, label: number, bars: number): Partial<BlockGraph> {
  return { bars: graph.bars.map((own, step) => (graph.labels[step] === label ? bars : own)) };
}

function run(searched: StripSpace): number {
  return runStrips(searched, () => true).statesPerDepth.reduce((states, count) => states + count, 0);
}

describe("a search in strips", () => {
  it("finds every multiset of three blocks of order 2", () => expect(run(space(12))).toBe((11 * 12 * 13) / 6));

  it("notices that a request with room is served nowhere", () => {
    const barred = tampered(8, (graph) => withBars(graph, 1, 0b111));
    expect(() => run(barred)).toThrow(/serves orders/u);
  });

  it("notices that a request is served where no block is large enough", () => {
    const wrong = tampered(8, (graph) => ({
      freeOrders: graph.freeOrders.map((orders) => (orders === 0b100 ? 0b10 : orders)),
    }));
    expect(() => run(wrong)).toThrow(/serves orders/u);
  });

  it("notices a state in which something is live and nothing can be freed", () => {
    const stuck = tampered(8, (graph) => withBars(graph, FREES + 2, 0b100));
    expect(() => run(stuck)).toThrow(/nothing to free/u);
  });
});
