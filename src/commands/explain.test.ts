import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { registerExplain } from "./explain.ts";

function explain(name: string): Promise<unknown> {
  const program = new Command("buddycheck").exitOverride();
  registerExplain(program);
  return program.parseAsync(["explain", name], { from: "user" });
}

describe("buddycheck explain, given what is neither law nor code", () => {
  it.each([
    ["no-overlaps", "expected a law or code such as no-overlap, found no-overlaps"],
    ["trace_sintax", "expected a law or code such as TRACE_SYNTAX, found trace_sintax"],
    ["weather", "expected a law or the code of a problem; without a name all laws are listed, found weather"],
  ])("says what was meant by %s", async (name, words) => {
    await expect(explain(name)).rejects.toThrow(words);
  });
});
