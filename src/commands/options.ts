// Values of options that several commands share.

import type { FrameRange } from "../../model/geometry.ts";
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
export const parseKernelOrder: (text: string) => number = wholeNumber("--max-order", 0, LINUX_ORDER_LIMIT);

/** The value of an option that is a whole number, in decimal digits. `max` is Infinity for no limit but exactness. */
export function wholeNumber(option: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/u.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= Math.min(max, Number.MAX_SAFE_INTEGER)) return value;
    const limits = max === Infinity ? `from ${min}` : `from ${min} to ${max}`;
    throw inputError("OPTION_VALUE", option, `a whole number ${limits}`, text);
  };
}

/** `START-END`, the end left out; null where it is no such range. An empty one is a range. */
export function rangeIn(text: string): FrameRange | null {
  const [, first, last] = /^(\d{1,15})-(\d{1,15})$/u.exec(text) ?? [];
  const [start, end] = [Number(first), Number(last)];
  return start <= end ? { start, end } : null;
}

/** An option that may be repeated: every text that it was given. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
