// A module of properties: a user's own functions over the states of an allocator (docs/explore.md).
//
// `export const always` is an object of functions by name; so are `reachable` and `recoverable`.
//
// A function is given a state and answers true or false. What else the module exports is its own.

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Problem } from "../problem.ts";
import { targetProblem } from "./target-problem.ts";

const KINDS = ["always", "reachable", "recoverable"] as const;

/** A function of a module, which has not been called yet. */
export interface LoadedProperty {
  readonly kind: (typeof KINDS)[number];
  readonly name: string;
  readonly holds: (view: unknown) => unknown;
}

export type PropertyModuleRead =
  | { readonly kind: "loaded"; readonly properties: readonly LoadedProperty[] }
  | { readonly kind: "wrong"; readonly problems: readonly Problem[] };

/** Loads a module of properties. */
export async function loadProperties(path: string): Promise<PropertyModuleRead> {
  let loaded: Readonly<Record<string, unknown>>;
  try {
    loaded = (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { kind: "wrong", problems: [wrong(path, "a module that can be loaded", found)] };
  }
  const problems: Problem[] = [];
  const properties = KINDS.flatMap((kind) => propertiesIn(kind, loaded[kind], path, problems));
  if (problems.length === 0 && properties.length === 0) {
    problems.push(wrong(path, `an export: ${KINDS.join(", ")}`, Object.keys(loaded).join(", ") || "no exports"));
  }
  return problems.length === 0 ? { kind: "loaded", properties } : { kind: "wrong", problems };
}

function propertiesIn(
  kind: LoadedProperty["kind"],
  exported: unknown,
  path: string,
  problems: Problem[],
): readonly LoadedProperty[] {
  if (exported === undefined) return [];
  return Object.entries((exported ?? {}) as Readonly<Record<string, unknown>>).flatMap(([name, holds]) => {
    if (typeof holds === "function") return [{ kind, name, holds: holds as LoadedProperty["holds"] }];
    problems.push(wrong(path, `a function as ${kind}[${JSON.stringify(name)}]`, typeof holds));
    return [];
  });
}

function wrong(path: string, expected: string, found: string): Problem {
  return targetProblem("PROPERTY_FIELD", path, expected, found);
}
