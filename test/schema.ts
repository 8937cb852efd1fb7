// The schemas that reports for machines are published with, made strict.

import { readFileSync } from "node:fs";
import { z } from "zod";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** The schema of this name in specs/schemas. */
export function readSchema(name: string): JsonObject {
  const url = new URL(`../specs/schemas/${name}.schema.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as JsonObject;
}

/** A check that says what is wrong with JSON text, "" for nothing; a field that the schema does not name is wrong, too. */
export function strictly(schema: JsonObject): (json: string) => string {
  const strict = z.fromJSONSchema(closed(schema) as Parameters<typeof z.fromJSONSchema>[0]);
  return (json) => {
    const checked = strict.safeParse(JSON.parse(json));
    return checked.success ? "" : z.prettifyError(checked.error);
  };
}

function closed(schema: Json): Json {
  if (typeof schema !== "object" || schema === null) return schema;
  if (Array.isArray(schema)) return (schema as readonly Json[]).map(closed);
  const fields = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return "properties" in fields ? { ...fields, additionalProperties: false } : fields;
}
