import { describe, expect, it } from "vitest";
import { Bootmem, type BootPlan } from "../../model/bootmem.ts";
import { boot } from "./boot.ts";

/** Forgets to give back the pages that its bitmap lies in. */
class KeepsTheBitmap extends Bootmem {
  protected override giveBitmap(): void {
    // The bitmap stays where it is.
  }
}

const OPTIONS = { seed: 1, commands: 40, maxOrder: 10 };

describe("a booting machine", () => {
  it("hands over what it should, at both stages", () => {
    expect(boot(OPTIONS)).toEqual({ commands: 40, handovers: 2, failure: null });
  });
  it("of which a page is lost is found out", () => {
    const { failure } = boot({ ...OPTIONS, create: (plan: BootPlan) => new KeepsTheBitmap(plan) });
    expect(failure).toMatchObject({ kind: "lost", stage: "decommissioned" });
  });
});
