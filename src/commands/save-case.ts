// `--save`: writes a counterexample into a corpus folder, as a rejected case beside its accepted twin.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { savedCase, type SavedCase } from "../report/saved-case.ts";
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
  return saved === null ? null : writeCase(folder, saved);
}

/** Writes both files into their folders; the rejected case's. Throws an InputError where that cannot be done. */
export function writeCase(folder: string, { name, rejected, accepted }: SavedCase): string {
  const file = `${name}.case.yaml`;
  const written = join(folder, "rejected", file);
  try {
    for (const part of ["rejected", "accepted"]) mkdirSync(join(folder, part), { recursive: true });
    writeFileSync(written, rejected);
    writeFileSync(join(folder, "accepted", file), accepted);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw inputError("OPTION_VALUE", "--save", "a folder that can be written to", found);
  }
  return written;
}
