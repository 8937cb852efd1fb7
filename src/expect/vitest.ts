// `import "buddycheck/vitest"`: two matchers for vitest's `expect`, there once this is imported (docs/api.md).
//
//     expect(open).toKeepTheLaws({ maxOrder: 4, pages: 24 })      an allocator, as its module exports it
//     await expect("./page_alloc.wasm").toKeepTheLaws()           a target in the words of the command line
//     await expect(["./page_alloc", "--fast"]).toKeepTheLaws()    a program with its arguments
//     expect(readFileSync("boot.jsonl")).toHold()                 a recorded trace
//
//  1. A failure's message is the report of `buddycheck test` or `buddycheck verify`: the law, the shortest steps, memory
//     before and after, the certificate, and the call that shows it again.
//  2. This is the only file that knows of vitest, which is an optional peer: whoever does not import it does not need it.

import { expect } from "vitest";
import { inputError } from "../commands/input.ts";
import { judgeTrace, type HoldOptions } from "./trace.ts";
import { keptBy, testAllocator, testTarget, type Kept, type KeepOptions, type Open } from "./allocator.ts";

/** What `import "buddycheck/vitest"` adds to `expect`. */
export interface BuddycheckMatchers<T> {
  /**
   * Drives an allocator, and fails with the shortest sequence of calls that breaks a law. Of a target that is named in the
   * words of the command line, the promise that it answers must be awaited.
   */
  toKeepTheLaws(options?: KeepOptions): T extends string | readonly string[] ? Promise<void> : void;
  /** Judges a recorded trace, given as text or bytes, and fails with every finding. */
  toHold(options?: HoldOptions): void;
}

declare module "vitest" {
  interface Matchers<T> extends BuddycheckMatchers<T> {}
}

interface Result {
  readonly pass: boolean;
  readonly message: () => string;
}

expect.extend({
  toKeepTheLaws(received: unknown, options?: KeepOptions): Result | Promise<Result> {
    if (typeof received === "function") return resultOf(keptBy(testAllocator(received as Open, options), options));
    if (typeof received === "string" || isWords(received))
      return testTarget(received, options).then((tested) => resultOf(keptBy(tested, options)));
    const expected = "an allocator's open, a target's name, or a program with its arguments";
    throw inputError("OPTION_VALUE", "toKeepTheLaws", expected, String(received));
  },
  toHold(received: unknown, options?: HoldOptions): Result {
    if (typeof received === "string" || received instanceof Uint8Array) return resultOf(judgeTrace(received, options));
    throw inputError("OPTION_VALUE", "toHold", "a trace, as text or bytes", String(received));
  },
});

function isWords(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === "string");
}

/** The message is asked for where what came out is not what was expected, be that one or the other. */
function resultOf({ pass, text }: Kept): Result {
  return { pass, message: () => text };
}
