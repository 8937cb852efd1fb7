/*
 * Imports point one way. What this decides, type-only and lazy imports included:
 *
 * 1. A file imports only from layers below its own and from its own unit: never sideways, never up. model/ imports
 *    nothing outside itself.
 * 2. No file reaches itself again through its imports.
 * 3. Only src/index.ts re-exports, and it does nothing else.
 * 4. A package is imported only where the table below argues for it. The one import whose target is not written out,
 *    that of the user's own module, belongs to src/targets/.
 */
import { builtinModules } from "node:module";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { child, complaint, isTest, type Node, productSources, readTree, type TreeFile, visits } from "./tree.ts";

type Unit = { readonly layer: number; readonly paths: readonly string[]; readonly packages: readonly string[] };

const NODE = "node:*";

// One row per unit: files that may import each other freely. A path ending in "/" is a folder.
const UNITS: readonly Unit[] = [
  { layer: 0, paths: ["model/"], packages: [] },
  {
    layer: 1,
    paths: ["src/problem.ts", "src/verdict.ts", "src/checks.ts", "src/share.ts", "src/dialect.ts"],
    packages: [],
  },
  { layer: 2, paths: ["src/spec/"], packages: ["yaml", "zod", "ts-pattern", "jsonc-parser"] },
  { layer: 2, paths: ["src/trace/"], packages: ["yaml", "zod", "ts-pattern", "jsonc-parser"] },
  { layer: 2, paths: ["src/targets/"], packages: [NODE, "zod", "ts-pattern"] },
  { layer: 2, paths: ["src/search/"], packages: [] },
  { layer: 3, paths: ["src/explore/"], packages: ["ts-pattern"] },
  { layer: 3, paths: ["src/test/"], packages: ["ts-pattern", "fast-check"] },
  { layer: 3, paths: ["src/verify/"], packages: ["ts-pattern"] },
  { layer: 4, paths: ["src/corpus/"], packages: ["ts-pattern"] },
  { layer: 4, paths: ["src/scale/"], packages: [NODE, "ts-pattern"] },
  { layer: 4, paths: ["src/report/"], packages: ["ts-pattern", "picocolors"] },
  { layer: 4, paths: ["src/viewer/"], packages: ["ts-pattern"] },
  { layer: 4, paths: ["src/suite/"], packages: ["ts-pattern"] },
  {
    layer: 5,
    paths: ["src/cli.ts", "src/commands/"],
    packages: [NODE, "commander", "picocolors", "fzstd", "ts-pattern"],
  },
  { layer: 6, paths: ["src/expect/"], packages: ["fast-check", "vitest", "picocolors"] },
  { layer: 7, paths: ["src/index.ts"], packages: [] },
];

// What a test may use besides what the code beside it may: the theory's tests stay as closed as the theory.
const TEST_PACKAGES = ["vitest", "fast-check", "wabt"];

type Import = { readonly file: TreeFile; readonly offset: number; readonly specifier: string | null };

/** Every import that points up, sideways, out of the tree, or at a package its layer has no use for. */
function layering(files: readonly TreeFile[]): readonly string[] {
  return productSources(files).flatMap((file) => {
    const unit = unitOf(file.path);
    if (unit === null) return [`${file.path}:1: belongs to no layer`];
    return importsOf(file).flatMap((found) => {
      const wrong = wrongImport(unit, found);
      return wrong === null ? [] : [complaint(file, found.offset, wrong)];
    });
  });
}

/** Every cycle of imports, written as the files it passes through. */
function cycles(files: readonly TreeFile[]): readonly string[] {
  const edges = new Map(productSources(files).map((file) => [file.path, relativeTargets(file)]));
  const finished = new Set<string>();
  const found: string[] = [];
  function follow(name: string, trail: readonly string[]): void {
    if (trail.includes(name)) {
      found.push([...trail.slice(trail.indexOf(name)), name].join(" -> "));
      return;
    }
    if (finished.has(name)) return;
    for (const target of edges.get(name) ?? []) follow(target, [...trail, name]);
    finished.add(name);
  }
  for (const name of edges.keys()) follow(name, []);
  return found;
}

/** Every re-export outside src/index.ts, and everything in src/index.ts that is none. */
function reExports(files: readonly TreeFile[]): readonly string[] {
  return productSources(files).flatMap((file) =>
    visits(file).flatMap(({ node, parent }) => {
      if (parent?.type !== "Program") return [];
      const reExport = node.type.startsWith("Export") && child(node, "source") !== null;
      if (file.path === "src/index.ts") return reExport ? [] : [complaint(file, node.start, "is not a re-export")];
      if (reExport || exportsImported(file, node.type, node["specifiers"]))
        return [complaint(file, node.start, "re-exports; only src/index.ts may")];
      return [];
    }),
  );
}

/** Whether an `export { … }` names something that the file imported, which is a re-export in two lines. */
function exportsImported(file: TreeFile, type: string, specifiers: unknown): boolean {
  if (type !== "ExportNamedDeclaration" || !Array.isArray(specifiers)) return false;
  const imported = new Set(
    visits(file)
      .filter(({ node }) => /^Import.*Specifier$/u.test(node.type))
      .map(({ node }) => child(node, "local")?.["name"]),
  );
  return (specifiers as readonly Node[]).some((specifier) => imported.has(child(specifier, "local")?.["name"]));
}

function wrongImport(unit: Unit, { file, specifier }: Import): string | null {
  if (specifier === null) {
    return file.path.startsWith("src/targets/") ? null : "imports something whose name is not written out";
  }
  if (!specifier.startsWith(".")) return wrongPackage(unit, file, specifier);
  const target = resolve(file, specifier);
  const targetUnit = unitOf(target);
  if (targetUnit === null) return `imports ${target}, which belongs to no layer`;
  if (targetUnit === unit || targetUnit.layer < unit.layer) return null;
  return `layer ${unit.layer} imports ${target} of layer ${targetUnit.layer}`;
}

function wrongPackage(unit: Unit, file: TreeFile, specifier: string): string | null {
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  const builtin = specifier.startsWith("node:") || builtinModules.includes(specifier);
  if (isTest(file) && (builtin ? unit.layer > 0 : TEST_PACKAGES.includes(name))) return null;
  return unit.packages.includes(builtin ? NODE : name) ? null : `layer ${unit.layer} imports the package ${specifier}`;
}

function importsOf(file: TreeFile): readonly Import[] {
  return visits(file).flatMap(({ node }) => {
    const source = child(node, "source");
    if (source === null) return [];
    const value = source["value"];
    return [{ file, offset: node.start, specifier: typeof value === "string" ? value : null }];
  });
}

function relativeTargets(file: TreeFile): readonly string[] {
  return importsOf(file).flatMap(({ specifier }) =>
    specifier?.startsWith(".") === true ? [resolve(file, specifier)] : [],
  );
}

function resolve(file: TreeFile, specifier: string): string {
  return path.posix.join(path.posix.dirname(file.path), specifier);
}

function unitOf(name: string): Unit | null {
  const code = name.replace(/\.test\.ts$/u, ".ts");
  return (
    UNITS.find(({ paths }) => paths.some((own) => (own.endsWith("/") ? code.startsWith(own) : code === own))) ?? null
  );
}

describe("imports", () => {
  const tree = readTree();

  it("point down the layers, or stay within their own", () => expect(layering(tree)).toEqual([]));
  it("never lead back to where they started", () => expect(cycles(tree)).toEqual([]));
  it("are passed on by src/index.ts alone", () => expect(reExports(tree)).toEqual([]));

  it.each([
    ["model/zone.ts", `import { problem } from "../src/problem.ts";`, "layer 0 imports src/problem.ts of layer 1"],
    ["model/zone.ts", `import fs from "node:fs";`, "layer 0 imports the package node:fs"],
    ["model/zone.test.ts", `import fs from "fs";`, "layer 0 imports the package fs"],
    ["src/spec/a.ts", `import type { T } from "../trace/t.ts";`, "layer 2 imports src/trace/t.ts of layer 2"],
    ["src/spec/a.ts", `type T = import("../explore/t.ts").T;`, "layer 2 imports src/explore/t.ts of layer 3"],
    ["src/explore/a.ts", `await import("../test/t.ts");`, "layer 3 imports src/test/t.ts of layer 3"],
    ["src/explore/a.ts", `export * from "../cli.ts";`, "layer 3 imports src/cli.ts of layer 5"],
    ["src/explore/a.ts", `import fc from "fast-check";`, "layer 3 imports the package fast-check"],
    ["src/trace/a.ts", `import { gunzipSync } from "node:zlib";`, "layer 2 imports the package node:zlib"],
    ["src/trace/a.ts", `import { x } from "../../test/x.ts";`, "imports test/x.ts, which belongs to no layer"],
    ["src/spec/a.ts", `await import(name);`, "imports something whose name is not written out"],
    ["src/extra.ts", ``, "belongs to no layer"],
  ])("of %s cannot be %s", (name, text, sentence) => {
    expect(layering([{ path: name, text }])).toEqual([`${name}:1: ${sentence}`]);
  });

  it("may be of anything lower, of the own unit, and of the packages a layer needs", () => {
    const fine = [
      { path: "src/spec/a.test.ts", text: `import "vitest"; import "node:fs"; import "./a.ts"; import "yaml";` },
      { path: "src/cli.ts", text: `import "../model/zone.ts"; import "./commands/run.ts"; await import("commander");` },
      { path: "src/targets/module.ts", text: `await import(name);` },
    ];
    expect(layering(fine)).toEqual([]);
  });

  it("that make a ring are shown as the ring", () => {
    const ring = [
      { path: "model/a.ts", text: `import "./b.ts";` },
      { path: "model/b.ts", text: `import type { C } from "./c.ts";` },
      { path: "model/c.ts", text: `await import("./b.ts");` },
    ];
    expect(cycles(ring)).toEqual(["model/b.ts -> model/c.ts -> model/b.ts"]);
  });

  it.each([
    ["model/a.ts", `export * from "./b.ts";`],
    ["model/a.ts", `export type { B } from "./b.ts";`],
    ["model/a.ts", `import { b } from "./b.ts"; export { b };`],
    ["src/index.ts", `export function b() {}`],
  ])("of %s passed on as %s are found", (name, text) => {
    expect(reExports([{ path: name, text }])).toHaveLength(1);
  });
});
