// Values of options that several commands share.

import { LAW_IDS, type LawId } from "../../model/invariants.ts";
import { nearest } from "../spec/nearest.ts";
import { LINUX_ORDER_LIMIT } from "../trace/linux-env.ts";
import { inputError } from "./input.ts";

/** `--without a,b`: law ids separated by commas; may be repeated. */
export function parseLaws(text: string, previous: readonly LawId[] = []): readonly LawId[] {
  const laws = text.split(",").map((word) => {
    const law = LAW_IDS.find((id) => id === word.trim());
    if (law !== undefined) return law;
    const meant = nearest(word.trim(), LAW_IDS);
    throw inputError(
      "LAW_UNKNOWN",
      "--without",
      meant === null ? `one of ${LAW_IDS.join(", ")}` : `a law such as ${meant}`,
      word,
    );
  });
  return [...previous, ...laws];
}

/** `--max-order` of a kernel: its MAX_PAGE_ORDER. */
export function parseKernelOrder(text: string): number {
  if (/^\d{1,2}$/u.test(text) && Number(text) <= LINUX_ORDER_LIMIT) return Number(text);
  throw inputError("OPTION_VALUE", "--max-order", `a whole number from 0 to ${LINUX_ORDER_LIMIT}`, text);
}

/** An option that may be repeated: every text that it was given. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
