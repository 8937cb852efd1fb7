// `--property FILE`: properties from YAML (src/spec/properties.ts) or from a module of the user's own.

import { readFileSync } from "node:fs";
import type { Property, StateView } from "../explore/property.ts";
import { measured } from "../explore/quantities.ts";
import { readProperties } from "../spec/properties.ts";
import { loadProperties, type LoadedProperty } from "../targets/property-module.ts";
import { InputError, inputError } from "./input.ts";

/** All properties in these files, in their order. Throws an InputError with what is wrong in one. */
export async function propertiesIn(files: readonly string[]): Promise<readonly Property[]> {
  const properties: Property[] = [];
  for (const file of files) properties.push(...(await readOne(file)));
  return properties;
}

async function readOne(file: string): Promise<readonly Property[]> {
  if (/\.[mc]?[jt]s$/u.test(file)) {
    const read = await loadProperties(file);
    if (read.kind === "wrong") throw new InputError(read.problems);
    return read.properties.map((property) => asked(property, file));
  }
  const read = readProperties(textOf(file), file);
  if (read.kind === "wrong") throw new InputError(read.problems);
  return read.properties.map(measured);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw inputError("INPUT_NOT_FOUND", file, "a file of properties", error instanceof Error ? error.message : "none");
  }
}

/** A user's function, whose answer is looked at. */
function asked({ kind, name, holds }: LoadedProperty, file: string): Property {
  function answer(view: StateView): unknown {
    try {
      return holds(view);
    } catch (error) {
      return error instanceof Error ? error.message : error;
    }
  }
  return {
    kind,
    name,
    holds: (view) => {
      const answered = answer(view);
      if (typeof answered === "boolean") return answered;
      throw inputError("PROPERTY_FIELD", file, `true or false of ${JSON.stringify(name)}`, String(answered));
    },
  };
}
