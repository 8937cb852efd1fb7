// The fields of one object of a trace: looked up, checked, and reported with their place where they are wrong.
//
//  1. JSON Lines and YAML traces are read through this file (header-fields.ts, event-fields.ts), so both
//     refuse the same mistakes under the same codes.
//  2. All fields of an object are looked at before it is given up: one run reports all its mistakes.
//  3. A field that is wrong is replaced, for the checks that follow, by a value that breaks none of them.
//
// Contract: docs/trace-format.md.

import type { ProblemCode } from "../problem.ts";
import { isFault, type FieldKind, type Path } from "./field-values.ts";

/** One object of a trace as its reader found it. */
export interface FieldSource {
  /** Plain values by key; whole numbers beyond 2^53 may be bigints. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Where the value at this path stands, or what would hold it where there is none: see `Report`. */
  spot(path: Path): number;
}

/** Takes a problem; `spot` is a column of the line for JSON Lines, an offset into the text for YAML. */
export type Report = (code: ProblemCode, spot: number, expected: string, found: string) => void;

/** Reads the fields of one object and remembers whether one was wrong. */
export class Fields {
  readonly #source: FieldSource;
  readonly #report: Report;
  #wrong = false;

  constructor(source: FieldSource, report: Report) {
    this.#source = source;
    this.#report = report;
  }

  /** Has a problem with this object been reported? */
  get areWrong(): boolean {
    return this.#wrong;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#source.fields, key);
  }

  /** The value as found, whatever it is. */
  raw(key: string): unknown {
    return this.has(key) ? this.#source.fields[key] : undefined;
  }

  /** The field's value; `instead` where it is missing or wrong, which is reported. */
  required<Value>(key: string, kind: FieldKind<Value>, instead: Value): Value {
    if (!this.has(key)) this.complain("TRACE_FIELD_MISSING", [], `\`${key}\``, "an object without it");
    return this.optional(key, kind, instead);
  }

  /** The field's value; `instead` where it is missing, or wrong, which is reported. */
  optional<Value>(key: string, kind: FieldKind<Value>, instead: Value): Value {
    if (!this.has(key)) return instead;
    const value = kind(this.raw(key));
    if (!isFault(value)) return value;
    this.complain(value.code, [key, ...value.path], `\`${key}\`: ${value.expected}`, value.found);
    return instead;
  }

  complain(code: ProblemCode, path: Path, expected: string, found: string): void {
    this.#wrong = true;
    this.#report(code, this.#source.spot(path), expected, found);
  }

  /** The fields of an object inside this one; what is wrong with them is reported as of this one. */
  within(key: string, fields: FieldSource["fields"]): Fields {
    const spot = (path: Path): number => this.#source.spot([key, ...path]);
    return new Fields({ fields, spot }, (code, at, expected, found) => {
      this.#wrong = true;
      this.#report(code, at, expected, found);
    });
  }
}
