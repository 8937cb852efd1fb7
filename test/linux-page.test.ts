/*
 * The tables of docs/linux.md say of every rule and every class of kernel traces what the verifier says, in its order.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { LINUX_CLASSES, LINUX_RULES, type LinuxRule } from "../src/verify/linux-rules.ts";

const PAGE: string = readFileSync(new URL("../docs/linux.md", import.meta.url), "utf8");

/** The rows of the table with this heading, without padding. */
function tableWith(heading: string): readonly string[] {
  const lines = PAGE.split("\n").map((line) => line.replaceAll(/ *\| */gu, "|"));
  const start = lines.indexOf(heading) + 2;
  const end = lines.findIndex((line, at) => at > start && !line.startsWith("|"));
  return lines.slice(start, end);
}

function rulesThatAre(certainty: LinuxRule["certainty"]): readonly string[] {
  return LINUX_RULES.filter((rule) => rule.certainty === certainty).map(
    ({ id, statement }) => `|\`${id}\`|${statement}|`,
  );
}

it("the rules about single events are those of the verifier", () => {
  expect(tableWith("|rule|a correct kernel's trace|")).toEqual(rulesThatAre("always"));
});

it("the rules about what was seen before are those of the verifier", () => {
  expect(tableWith("|rule|a correct kernel's complete trace|")).toEqual(rulesThatAre("open-world"));
});

it("the classes of what only looks wrong are those of the verifier", () => {
  expect(tableWith("|class|what is seen|why it happens|")).toEqual(
    LINUX_CLASSES.map(({ id, seen, cause }) => `|\`${id}\`|${seen}|${cause}|`),
  );
});
