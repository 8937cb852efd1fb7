// A case of the regression corpus: a recording, or events written by hand, with the verdict that is expected.
//
//  1. The file is YAML. Either `recording` names a file beside it, or the file is a YAML trace itself, whose
//     header fields and `events` stand beside the fields of the case. Of a log, `dialect` names its dialect.
//  2. `expect` lists one verdict per profile: a name, or the fields in which a profile differs from strict.
//     `violated` names the line of the first violation, its law and whom it blames; other verdicts do not.
//  3. A case that is violated whatever the profile is rejected, and owes a `twin`: an accepted case that
//     shows the same situation answered correctly. An accepted case names none.
//  4. `shows` says in one sentence what the case shows, `provenance` where its events come from.
//  5. `known` says that the case fails, why, and until when that is put up with.
//
// See traces/README.md. Paths are as written: relative to the case file's folder.

import { z } from "zod";
import { LAW_IDS, type LawId } from "../../model/invariants.ts";
import type { Profile } from "../../model/profile.ts";
import type { Problem } from "../problem.ts";
import type { VerdictKind } from "../verdict.ts";
import { readPlainCase, type PlainCase } from "./case-plain.ts";
import { KNOWN, type Known } from "./known.ts";
import { nearest } from "./nearest.ts";
import { placeAt, problemsOf, shown } from "./complaints.ts";
import { readInlineProfile, type ProfileLibrary } from "./profile.ts";
import { inlineDocument, readSpecDocument, type SpecDocument, type SpecPath } from "./spec-document.ts";

/** The verdict that is expected under one profile. */
export type Expected =
  | { readonly kind: "violated"; readonly line: number; readonly law: LawId; readonly blame: "allocator" | "client" }
  | { readonly kind: Exclude<VerdictKind, "violated"> };

export interface Expectation {
  readonly profile: Profile;
  /** The profile as the case writes it: a name, or fields. */
  readonly profileWords: string;
  readonly expected: Expected;
}

export interface CorpusCase {
  readonly file: string;
  readonly shows: string;
  readonly provenance: string;
  /** The recording beside the case, or null where the events stand in the case file itself. */
  readonly recording: string | null;
  /** The dialect by which the recording is read, a name or a file, or null where it is a trace. */
  readonly dialect: string | null;
  /** The accepted case beside a rejected one, or null. */
  readonly twin: string | null;
  /** Why the case is put up with although it fails, and the day from which it no longer is; or null. */
  readonly known: Known | null;
  readonly expectations: readonly Expectation[];
  /** The case taken apart, where its form is the one that buddycheck writes; null for any other YAML. */
  readonly written: PlainCase | null;
}

export type CaseRead =
  | { readonly kind: "case"; readonly read: CorpusCase }
  | { readonly kind: "wrong"; readonly problems: readonly Problem[] };

/** Is the case violated whatever the profile? */
export function isRejected({ expectations }: CorpusCase): boolean {
  return expectations.every(({ expected }) => expected.kind === "violated");
}

const HEADER_FIELDS = [
  "buddytrace",
  "allocator",
  "profile",
  "page_size",
  "max_order",
  "pages",
  "base_pfn",
  "reserved",
  "zones",
  "start",
  "t_unit",
  "events",
] as const;

const VERDICTS = ["holds", "violated", "undecided", "vacuous"] as const satisfies readonly VerdictKind[];

const SENTENCE = z.string({ error: "a sentence" }).min(1, { error: "a sentence" });

const EXPECTATION = z.strictObject(
  {
    profile: z.unknown().optional(),
    verdict: z.enum(VERDICTS, { error: `a verdict: ${VERDICTS.join(", ")}` }),
    line: z.int({ error: "the number of a line" }).min(1, { error: "the number of a line, from 1" }).optional(),
    law: z.string({ error: "the id of a law" }).optional(),
    blame: z.enum(["allocator", "client"], { error: "allocator or client" }).optional(),
  },
  { error: "a profile with its verdict" },
);

const CASE = z.strictObject({
  recording: z.string({ error: "the name of a file beside the case" }).min(1).optional(),
  dialect: z.string({ error: "the name of a dialect" }).min(1).optional(),
  shows: SENTENCE,
  provenance: SENTENCE,
  twin: z.string({ error: "the path of the accepted twin" }).min(1).optional(),
  known: KNOWN.optional(),
  expect: z.array(EXPECTATION, { error: "a list of verdicts" }).min(1, { error: "at least one verdict" }),
  ...Object.fromEntries(HEADER_FIELDS.map((name) => [name, z.unknown().optional()])),
});

type WrittenExpectation = z.infer<typeof EXPECTATION>;
type WrittenCase = z.infer<typeof CASE>;

/** One reading of a case, and what was found wrong in it so far. */
interface Reading {
  readonly document: SpecDocument;
  readonly library: ProfileLibrary;
  readonly problems: Problem[];
}

/** Reads a case. What is wrong with the trace in it is left to the reader of traces. */
export function readCase(text: string, file: string, library: ProfileLibrary): CaseRead {
  const plain = readPlainCase(text);
  if (plain !== null) {
    const read = readFields(inlineDocument(plain.value, { file, line: 1, column: 1 }), file, library);
    if (read.kind === "case") return { kind: "case", read: { ...read.read, written: plain } };
  }
  const read = readSpecDocument(text, file);
  return read.kind === "wrong" ? read : readFields(read.document, file, library);
}

function readFields(document: SpecDocument, file: string, library: ProfileLibrary): CaseRead {
  const parsed = CASE.safeParse(document.value);
  if (!parsed.success) {
    return {
      kind: "wrong",
      problems: problemsOf(parsed.error, document, { code: "CASE_EXPECTATION", called: "a case", keysAt }),
    };
  }
  const reading: Reading = { document, library, problems: [] };
  const found = build(parsed.data, file, reading);
  return reading.problems.length === 0 ? { kind: "case", read: found } : { kind: "wrong", problems: reading.problems };
}

/** The JSON Schema (draft 7) of a case, for editors. */
export function publishCaseSchema(): object {
  const published = z.toJSONSchema(CASE, { target: "draft-7", io: "input" });
  return { $schema: published.$schema, title: "buddycheck case", ...published };
}

function keysAt(path: SpecPath): readonly string[] {
  if (path[0] === "known") return Object.keys(KNOWN.shape);
  return Object.keys(path.length === 0 ? CASE.shape : EXPECTATION.shape);
}

function build(written: WrittenCase, file: string, reading: Reading): CorpusCase {
  const { shows, provenance, recording = null, dialect = null, twin = null, known = null } = written;
  checkSource(recording, reading);
  const expectations = written.expect.flatMap((each, index) => expectationOf(each, ["expect", index], reading) ?? []);
  const found: CorpusCase = { file, shows, provenance, recording, dialect, twin, known, expectations, written: null };
  if (reading.problems.length === 0) checkTwin(found, reading);
  return found;
}

/** Rule 1: a recording or events, and not both. */
function checkSource(recording: string | null, reading: Reading): void {
  const isWritten = "events" in reading.document.value;
  if ((recording === null) === isWritten) return;
  complain(reading, isWritten ? ["recording"] : [], "either a `recording` or `events`", isWritten ? "both" : "neither");
}

/** Rule 3: a rejected case has a twin, an accepted one none. */
function checkTwin(found: CorpusCase, reading: Reading): void {
  const { twin } = found;
  if (twin === null && isRejected(found))
    complain(reading, ["twin"], "a `twin`, since the case is always violated", "none");
  if (twin !== null && !isRejected(found))
    complain(reading, ["twin"], "no `twin`, since the case is not always violated", shown(twin));
}

function expectationOf(written: WrittenExpectation, path: SpecPath, reading: Reading): Expectation | null {
  const expected = expectedOf(written, path, reading);
  const { document, library, problems } = reading;
  const profile = readInlineProfile(written.profile ?? null, placeAt(document, [...path, "profile"]), library);
  if (profile.kind === "wrong") problems.push(...profile.problems);
  if (profile.kind === "wrong" || expected === null) return null;
  return { profile: profile.profile, profileWords: wordsOf(written.profile), expected };
}

/** `helios`, or `{alignment: pool}` for a profile without a name. */
function wordsOf(profile: unknown): string {
  if (typeof profile === "string") return profile;
  const fields = Object.entries((profile ?? {}) as Readonly<Record<string, unknown>>);
  return fields.length === 0 ? "strict" : `{${fields.map(([name, value]) => `${name}: ${String(value)}`).join(", ")}}`;
}

/** Rule 2: the three go with `violated`, and with nothing else. */
function expectedOf(written: WrittenExpectation, path: SpecPath, reading: Reading): Expected | null {
  const { verdict, line, law, blame } = written;
  if (verdict === "violated") {
    if (line === undefined) return complain(reading, path, "the `line` of the first violation", "none");
    if (law === undefined) return complain(reading, path, "the `law` that is broken first", "none");
    if (blame === undefined) return complain(reading, path, "whom to `blame`: allocator or client", "nobody");
    const known = lawOf(law, [...path, "law"], reading);
    return known === null ? null : { kind: verdict, line, law: known, blame };
  }
  for (const [name, value] of Object.entries({ line, law, blame })) {
    if (value !== undefined)
      return complain(reading, [...path, name], `no \`${name}\` beside ${verdict}`, shown(value));
  }
  return { kind: verdict };
}

function lawOf(id: string, path: SpecPath, { document, problems }: Reading): LawId | null {
  const known = LAW_IDS.find((law) => law === id);
  if (known !== undefined) return known;
  const meant = nearest(id, LAW_IDS);
  const expected = meant === null ? `a law: ${LAW_IDS.join(", ")}` : `a law, perhaps \`${meant}\``;
  problems.push(document.problem({ code: "LAW_UNKNOWN", at: "value", path, expected, found: shown(id) }));
  return null;
}

function complain({ document, problems }: Reading, path: SpecPath, expected: string, found: string): null {
  problems.push(document.problem({ code: "CASE_EXPECTATION", at: "value", path, expected, found }));
  return null;
}
