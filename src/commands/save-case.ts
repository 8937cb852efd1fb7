// `--save`: writes a counterexample into a corpus folder, as a rejected case beside its accepted twin.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { savedCase } from "../report/saved-case.ts";
import type { CampaignOptions } from "../test/campaign.ts";
import type { Counterexample } from "../test/counterexample.ts";
import { inputError } from "./input.ts";

/** The rejected case's file, or null where the counterexample has no written form. */
export function saveCounterexample(
  folder: string,
  counterexample: Counterexample,
  options: CampaignOptions,
): string | null {
  const saved = savedCase(counterexample, options);
  if (saved === null) return null;
  const file = `${saved.name}.case.yaml`;
  const rejected = join(folder, "rejected", file);
  try {
    for (const part of ["rejected", "accepted"]) mkdirSync(join(folder, part), { recursive: true });
    writeFileSync(rejected, saved.rejected);
    writeFileSync(join(folder, "accepted", file), saved.accepted);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw inputError("OPTION_VALUE", "--save", "a folder that can be written to", found);
  }
  return rejected;
}
