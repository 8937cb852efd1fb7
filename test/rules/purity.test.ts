/*
 * Equal inputs give equal bytes: outside the command line and the adapters, nothing reads a clock, a random source, the
 * environment or the console. What is needed of them arrives as an argument.
 */
import { describe, expect, it } from "vitest";
import { complaint, productSources, readTree, type TreeFile, type Visit, visits } from "./tree.ts";

const ADAPTERS = ["src/cli.ts", "src/cli.test.ts", "src/commands/", "src/targets/", "src/scale/"];

const IMPURE = new Set([
  "Date",
  "performance",
  "process",
  "console",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "crypto",
  "fetch",
  "globalThis",
]);

/** Every use of the world outside where only arguments belong. */
function impure(files: readonly TreeFile[]): readonly string[] {
  return productSources(files)
    .filter((file) => !ADAPTERS.some((adapter) => file.path.startsWith(adapter)))
    .flatMap((file) =>
      visits(file).flatMap((visit) => {
        const name = impureName(visit);
        return name === null ? [] : [complaint(file, visit.node.start, `uses ${name}, which only adapters may`)];
      }),
    );
}

function impureName({ node, parent, field }: Visit): string | null {
  if (node.type !== "Identifier" || typeof node["name"] !== "string") return null;
  const { name } = node;
  // In `verdict.process` and `{ process: 1 }` it is a field's name and nobody's business.
  const named = field === "property" || field === "key";
  if (named && parent?.["computed"] !== true)
    return name === "random" && isMath(parent?.["object"]) ? "Math.random" : null;
  return IMPURE.has(name) ? name : null;
}

function isMath(node: unknown): boolean {
  return typeof node === "object" && node !== null && "name" in node && node.name === "Math";
}

describe("the theory and the engines", () => {
  it("take seeds, clocks and output as arguments", () => expect(impure(readTree())).toEqual([]));

  it.each([
    ["const seed = Math.random();", "Math.random"],
    ["const now = Date.now();", "Date"],
    ["const day = new Date();", "Date"],
    ["const start = performance.now();", "performance"],
    ["const { env } = process;", "process"],
    ["console.log(1);", "console"],
    ["setTimeout(f, 1);", "setTimeout"],
    ["globalThis.process.exit(1);", "globalThis"],
  ])("are caught at %s", (text, name) => {
    expect(impure([{ path: "src/verify/a.ts", text }])).toEqual([
      `src/verify/a.ts:1: uses ${name}, which only adapters may`,
    ]);
  });

  it("may name a field as they like, and adapters may do all of it", () => {
    expect(impure([{ path: "model/a.ts", text: "const a = { process: b.console, c: Math.max(1, 2) };" }])).toEqual([]);
    expect(impure([{ path: "src/targets/process.ts", text: "process.exit(Math.random());" }])).toEqual([]);
  });
});
