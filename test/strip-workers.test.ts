import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { createGeometry } from "../model/geometry.ts";
import { STRICT_PROFILE } from "../model/profile.ts";
import { specStrips } from "../src/explore/explore-spec.ts";
import { runStrips } from "../src/explore/strip-run.ts";

type Workers = typeof import("../src/scale/strip-workers.ts");

// Threads run what is built, as users do.
const { runStripsOn } = (await import(pathToFileURL(path.resolve("dist/src/scale/strip-workers.js")).href)) as Workers;

describe("a search on several threads", () => {
  it.each([
    { maxOrder: 3, pages: 24, jobs: 2 },
    { maxOrder: 5, pages: 32, jobs: 3 },
    { maxOrder: 2, pages: 4, jobs: 2 },
  ])("finds at every depth what one thread finds: $pages frames up to order $maxOrder on $jobs", async (shape) => {
    const geometry = createGeometry({ ...shape, basePfn: 0, reserved: [], zones: [] });
    const space = specStrips({ geometry, profile: { ...STRICT_PROFILE, fit: "best" }, counting: "reduced" });
    const alone = runStrips(space, () => true);
    expect(await runStripsOn(shape.jobs, space, () => true)).toEqual(alone);
  });

  it("stops when it is told to", async () => {
    const geometry = createGeometry({ maxOrder: 3, pages: 16, basePfn: 0, reserved: [], zones: [] });
    const space = specStrips({ geometry, profile: STRICT_PROFILE, counting: "reduced" });
    const { statesPerDepth } = await runStripsOn(2, space, (depths) => depths.length < 3);
    expect(statesPerDepth).toHaveLength(3);
  });
});
