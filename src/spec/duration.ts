// Times as people write them: `90s`, `5m`, `1h`, `250ms`; a number alone is seconds.

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** What a time looks like. */
export const DURATION: RegExp = /^\d+(?:\.\d+)?(?:ms|s|m|h)?$/u;

/** The milliseconds that a text names, or null where it is no time. */
export function millisecondsIn(text: string): number | null {
  const [, amount, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/u.exec(text) ?? [];
  return amount === undefined ? null : Number(amount) * (UNITS[unit] as number);
}

/** The same time, in the largest unit of which it is a whole number. */
export function durationWords(milliseconds: number): string {
  const unit = Object.keys(UNITS).find((each) => milliseconds % (UNITS[each] as number) === 0) ?? "ms";
  return `${milliseconds / (UNITS[unit] as number)}${unit}`;
}
