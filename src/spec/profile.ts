// Profiles: from the text of a file, the name in a trace's header, or a value in it, to the laws' one record.
//
//  1. A profile says what differs from the one that it `extends`, by default from the strict laws.
//  2. Fields and values are spelled as in model/profile.ts; `name`, `summary` and `extends` are texts.
//  3. Every unknown field and every value that a field cannot have is a problem, with the nearest known word.
//  4. Files are found by whoever calls, by name: this file reads none. `strict` is known without one.
//
// Meanings of fields and values: profile-fields.ts, docs/profiles.md.

import { z } from "zod";
import { ORDER_LIMIT } from "../../model/geometry.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import type { Place, Problem } from "../problem.ts";
import { problemsOf, shown } from "./complaints.ts";
import { nearest } from "./nearest.ts";
import { PROFILE_FIELDS, WORD_FIELD_NAMES, WORD_FIELDS } from "./profile-fields.ts";
import { inlineDocument, readSpecDocument, type Complaint, type SpecDocument } from "./spec-document.ts";

/** The profiles that can be named, as whoever can read files found them. */
export interface ProfileLibrary {
  readonly names: readonly string[];
  /** The file with the profile of this name, or null. */
  find(name: string): { readonly file: string; readonly text: string } | null;
}

/** A library without files: `strict` alone. */
export const NO_PROFILES: ProfileLibrary = { names: [], find: () => null };

export type ProfileRead =
  | { readonly kind: "profile"; readonly profile: Profile; readonly summary: string }
  | { readonly kind: "wrong"; readonly problems: readonly Problem[] };

/** A profile as written: what it says about itself, and the fields in which it differs. */
type WrittenProfile = Partial<Profile> & { readonly summary?: string; readonly extends?: string };

const STRICT_SUMMARY = "The laws that hold for every allocator about which nothing else is known.";

const TEXT_FIELDS = {
  name: "The name by which traces and the command line ask for the profile.",
  summary: "One sentence: whose behaviour this is.",
  extends: "The profile whose fields hold where this one is silent; strict if none is named.",
} as const;

const FIELD_NAMES: readonly string[] = [...Object.keys(TEXT_FIELDS), "usableMaxOrder", ...WORD_FIELD_NAMES];

/** The profile of this name. `place` is where the name stands. */
export function resolveProfile(name: string, place: Place, library: ProfileLibrary): ProfileRead {
  return resolve(name, { library, trail: [] }, (complaint) => inlineDocument({}, place).problem(complaint));
}

/** Reads a profile file. Where it has no `name`, it is called as its file. */
export function readProfile(text: string, file: string, library: ProfileLibrary): ProfileRead {
  return readText(text, file, { library, trail: [] });
}

/** Reads what a trace's header says of its profile: a name, fields, or nothing (null). */
export function readInlineProfile(value: unknown, place: Place, library: ProfileLibrary): ProfileRead {
  if (value === null) return { kind: "profile", profile: STRICT_PROFILE, summary: STRICT_SUMMARY };
  if (typeof value === "string") return resolveProfile(value, place, library);
  const isFields = typeof value === "object" && !Array.isArray(value);
  const document = inlineDocument(isFields ? (value as Record<string, unknown>) : {}, place);
  if (isFields) return build(document, "inline", { library, trail: [] });
  const expected = "the name of a profile, or its fields";
  const complaint: Complaint = { code: "PROFILE_FIELD", at: "value", path: [], expected, found: shown(value) };
  return { kind: "wrong", problems: [document.problem(complaint)] };
}

/** The JSON Schema (draft 7) of a profile file, for editors. */
export function publishProfileSchema(): object {
  const published = z.toJSONSchema(SCHEMA, { target: "draft-7", io: "input" });
  return { $schema: published.$schema, title: "buddycheck profile", ...published };
}

/** Where names are looked up, and the names that led here: a profile may not extend itself. */
interface Search {
  readonly library: ProfileLibrary;
  readonly trail: readonly string[];
}

function resolve(name: string, search: Search, problem: (complaint: Complaint) => Problem): ProfileRead {
  const { library, trail } = search;
  if (name === STRICT_PROFILE.name) return { kind: "profile", profile: STRICT_PROFILE, summary: STRICT_SUMMARY };
  const at = { code: "PROFILE_UNKNOWN", at: "value", path: ["extends"], found: shown(name) } as const;
  if (trail.includes(name)) {
    const expected = "a profile that does not lead back to itself";
    return { kind: "wrong", problems: [problem({ ...at, code: "PROFILE_FIELD", expected })] };
  }
  const found = library.find(name);
  if (found !== null) return readText(found.text, found.file, { library, trail: [...trail, name] });
  const { names: known } = library;
  const names = [...new Set([STRICT_PROFILE.name, ...known])];
  const meant = nearest(name, names);
  const expected = meant === null ? `a profile: ${names.join(", ")}` : `a profile, perhaps \`${meant}\``;
  return { kind: "wrong", problems: [problem({ ...at, expected })] };
}

function readText(text: string, file: string, search: Search): ProfileRead {
  const read = readSpecDocument(text, file);
  if (read.kind === "wrong") return read;
  return build(read.document, search.trail.at(-1) ?? file, search);
}

function build(document: SpecDocument, called: string, search: Search): ProfileRead {
  const parsed = SCHEMA.safeParse(document.value);
  if (!parsed.success) {
    const demands = { code: "PROFILE_FIELD", called: "a profile", keysAt: () => FIELD_NAMES } as const;
    return { kind: "wrong", problems: problemsOf(parsed.error, document, demands) };
  }
  const { name, summary = "", extends: from = STRICT_PROFILE.name, ...fields } = parsed.data;
  const base = resolve(from, search, document.problem);
  if (base.kind === "wrong") return base;
  return { kind: "profile", profile: { ...base.profile, ...fields, name: name ?? called }, summary };
}

const SCHEMA: z.ZodType<WrittenProfile> = z.strictObject(fieldSchemas());

/** Every field with its meaning for editors, and, as zod's error, the values it can have. */
function fieldSchemas(): Record<string, z.ZodType> {
  const schemas: Record<string, z.ZodType> = {};
  for (const [name, meaning] of Object.entries(TEXT_FIELDS)) {
    schemas[name] = z.string(`\`${name}\`: a text`).min(1, `\`${name}\`: a text`).optional().describe(meaning);
  }
  const expected = `\`usableMaxOrder\`: a whole number from 0 to ${ORDER_LIMIT}, or null`;
  const order = z.int(expected).min(0, expected).max(ORDER_LIMIT, expected).nullable();
  schemas["usableMaxOrder"] = order.optional().describe(PROFILE_FIELDS.usableMaxOrder.meaning);
  for (const name of WORD_FIELD_NAMES) {
    const { meaning, values } = WORD_FIELDS[name];
    const words = Object.keys(values);
    const sentences = Object.entries(values).map(([value, sentence]) => `\n- ${value}: ${sentence}`);
    const word = z.enum(words, { error: ({ input }) => expectedWord(name, words, input) });
    schemas[name] = word.optional().describe(`${meaning}${sentences.join("")}`);
  }
  return schemas;
}

function expectedWord(name: string, words: readonly string[], value: unknown): string {
  const meant = typeof value === "string" ? nearest(value, words) : null;
  return `\`${name}\`: ${words.join(" or ")}${meant === null ? "" : `, perhaps ${meant}`}`;
}
