// `buddycheck corpus add`: takes a trace into the corpus as a case, as short as it goes, unless it has one like it.
//
//  1. A violating trace becomes a rejected case: minimized, with its accepted twin made beside it. A trace that holds
//     becomes an accepted case, whole.
//  2. A case of the same law whose events are the same up to scale and symmetry (src/corpus/shape.ts) is the same
//     case: nothing is written, and the one that is there is named.
//  3. The name is the law and a number, unless `--name` gives one; the folder is the allocator's.
//  4. Nothing that is there is overwritten.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Profile } from "../../model/profile.ts";
import { caseText, type Draft } from "../corpus/case-text.ts";
import { broken, minimized, twinOf, type Broken, type Sequence } from "../corpus/sequence.ts";
import { shapeOf } from "../corpus/shape.ts";
import { faultWords } from "../report/words.ts";
import { inUsersNumbering } from "../report/numbering.ts";
import type { TraceHeader } from "../trace/event.ts";
import { EXIT } from "../verdict.ts";
import { readCorpus } from "./corpus-files.ts";
import { inputError } from "./input.ts";
import { fail, print } from "./output.ts";
import { profileChooser } from "./profiles.ts";
import { readSequence } from "./sequence-reader.ts";
import { firstViolation } from "./verify-trace.ts";

export interface AddFlags {
  readonly to: string;
  readonly provenance: string;
  readonly shows?: string;
  readonly name?: string;
  readonly profile?: string;
}

/** A case on its way into the corpus: its files, none where it has one like it, and what is said of it. */
interface Addition {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly said: string;
}

export async function addCase(file: string, flags: AddFlags): Promise<void> {
  const chooser = profileChooser(flags.profile);
  const result = await firstViolation(file, [], chooser);
  if (result.problems.length > 0) {
    fail(result.problems);
    return;
  }
  const header = result.header as TraceHeader;
  const sequence = await readSequence(file, header, chooser(header, 1, file) as Profile);
  const found = broken(sequence);
  print(found === null ? written(accepted(sequence, flags)) : await addBroken(found, flags));
  process.exitCode = EXIT.holds;
}

/** Takes a sequence that breaks a law into the corpus, as short as it goes; what is said of it. */
export async function addBroken(found: Broken, flags: AddFlags): Promise<string> {
  return written(await rejected(minimized(found), flags));
}

function written({ files, said }: Addition): string {
  for (const { path, text } of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: "wx" });
  }
  return [said, ...files.map(({ path }) => `  ${path}`)].join("\n");
}

function accepted(sequence: Sequence, flags: AddFlags): Addition {
  const { to, provenance, name } = flags;
  if (name === undefined)
    throw inputError("OPTION_VALUE", "--name", "a name, since the trace holds and breaks no law", "none");
  const path = caseFile(to, sequence, "accepted", name);
  const shows = flags.shows ?? "Every law holds.";
  const text = textOf({
    sequence,
    shows,
    provenance,
    twin: null,
    profileName: nameOf(sequence, flags),
    expected: { kind: "holds" },
  });
  refuseIfThere(path);
  return { files: [{ path, text }], said: `added, with ${sequence.steps.length} events, accepted` };
}

async function rejected(sequence: Broken, flags: AddFlags): Promise<Addition> {
  const { to, provenance } = flags;
  const { law, blame } = sequence.violation;
  const events = `${sequence.steps.length} ${sequence.steps.length === 1 ? "event" : "events"}`;
  const same = await likeIt(sequence, to);
  if (same !== null) return { files: [], said: `not added: ${events}, the same up to scale and symmetry as ${same}` };
  const name = flags.name ?? freeName(to, sequence, law);
  const path = caseFile(to, sequence, "rejected", name);
  const twinPath = caseFile(to, sequence, "accepted", name);
  const twin = twinOf(sequence);
  if (twin === null)
    throw inputError(
      "CASE_EXPECTATION",
      flags.to,
      "a trace from an allocator's start, of which a twin can be made",
      "one from mid-life",
    );
  for (const each of [path, twinPath]) refuseIfThere(each);
  const profileName = nameOf(sequence, flags);
  const bad = textOf({
    sequence,
    shows: flags.shows ?? sentence(sequence),
    provenance,
    twin: `../accepted/${name}.case.yaml`,
    profileName,
    expected: { kind: "violated", law, blame },
  });
  const good = textOf({
    sequence: twin,
    shows: "The same commands, answered by the reference allocator.",
    provenance: `the reference allocator under the commands of ../rejected/${name}.case.yaml`,
    twin: null,
    profileName,
    expected: { kind: "holds" },
  });
  const files = [
    { path, text: bad },
    { path: twinPath, text: good },
  ];
  return { files, said: `added, with ${events}: ${law}, by the ${blame}` };
}

/** Rule 2: the case of the corpus that is like this one, or null. */
async function likeIt(sequence: Broken, folder: string): Promise<string | null> {
  if (!existsSync(folder)) return null;
  const shape = shapeOf(sequence);
  for (const { name, read } of readCorpus(folder)) {
    for (const { expected, profile } of read.expectations) {
      if (read.recording !== null || expected.kind !== "violated" || expected.law !== sequence.violation.law) continue;
      const other = broken(await readSequence(read.file, null, profile));
      if (other !== null && shapeOf(other) === shape) return name;
    }
  }
  return null;
}

/** What is seen, as a sentence. */
function sentence({ violation: recorded, header }: Broken): string {
  const { basePfn } = header.shape;
  const violation = inUsersNumbering(recorded, basePfn);
  const words = faultWords(violation.fault, { basePfn, pageSize: header.pageSize, event: "step" });
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function textOf(draft: Draft): string {
  const text = caseText(draft);
  if (text === null)
    throw inputError("CONVERT_LOSSY", "corpus add", "events that the short notation can write", "one that it cannot");
  return text;
}

/** The profile's name where the header or the command line gives one. */
function nameOf({ header, profile }: Sequence, { profile: named }: AddFlags): string | null {
  const name = named ?? header.profile;
  return typeof name === "string" && name === profile.name ? name : null;
}

function caseFile(folder: string, { header }: Sequence, verdict: "accepted" | "rejected", name: string): string {
  const allocator = header.allocator
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/gu, "-")
    .replaceAll(/^-|-$/gu, "");
  return join(folder, allocator === "" ? "added" : allocator, verdict, `${name}.case.yaml`);
}

/** Rule 3: `no-overlap-1`, or the next number that is free. */
function freeName(folder: string, sequence: Sequence, law: string): string {
  for (let number = 1; ; number++) {
    const name = `${law}-${number}`;
    if (!existsSync(caseFile(folder, sequence, "rejected", name))) return name;
  }
}

/** Rule 4. */
function refuseIfThere(path: string): void {
  if (existsSync(path)) throw inputError("OUTPUT_FAILED", path, "a name that is free", "a case of this name");
}
