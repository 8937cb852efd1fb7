// A failure that is known and put up with for a while: why, and the day from which it no longer is.

import { z } from "zod";

export interface Known {
  readonly reason: string;
  /** The first day on which the failure counts again, as 2026-11-30. */
  readonly until: string;
}

/** What a day looks like. */
export const DAY: RegExp = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/u;

const DAY_ERROR = "a day, as 2026-11-30";

export const KNOWN: z.ZodObject<{ reason: z.ZodString; until: z.ZodString }> = z.strictObject(
  {
    reason: z
      .string({ error: "a reason" })
      .min(1, { error: "a reason" })
      .describe("Why the failure is put up with: what is wrong, and who is to mend it."),
    until: z
      .string({ error: DAY_ERROR })
      .regex(DAY, { error: DAY_ERROR })
      .describe("The day from which the failure counts again, as 2026-11-30."),
  },
  { error: "a `reason` and the day `until` which the failure is put up with" },
);
