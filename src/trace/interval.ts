// The times of an event: `t` alone is carried along, with `t_end` it makes a concurrent history.

import type { Interval } from "./event.ts";
import { fault, type FieldKind } from "./field-values.ts";
import { Fields, type FieldSource, type Report } from "./fields.ts";

/** The interval of an event that has `t_end`, or null; what is wrong with it is reported. */
export function readInterval(source: FieldSource, report: Report): Interval | null {
  const fields = new Fields(source, report);
  if (!fields.has("t_end")) return null;
  const returned = fields.required("t_end", time, 0);
  const called = fields.required("t", time, 0);
  if (fields.areWrong) return null;
  if (called > returned)
    fields.complain(
      "TRACE_FIELD_CONFLICT",
      ["t_end"],
      "a return after the call (`t`)",
      `${returned}, before ${called}`,
    );
  return { called, returned };
}

const time: FieldKind<number> = (raw) => {
  if (typeof raw !== "number" && typeof raw !== "bigint") return fault("TRACE_FIELD_TYPE", "a time as a number", raw);
  return Number.isFinite(Number(raw)) ? Number(raw) : fault("TRACE_FIELD_RANGE", "a finite time", raw);
};
