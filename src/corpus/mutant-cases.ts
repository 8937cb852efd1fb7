// The cases that mutants give: each one's minimal counterexample, and its twin.
//
//  1. A mutant runs under the commands of its witness, watched as the witness says, and what was seen is minimized.
//  2. What serves pages before its pool has no written form, and so no case (case-text.ts).
//  3. Wrong clients are recorded at their silent core. Wrong bootmems give no trace: no recording shows them.

import type { LawId } from "../../model/invariants.ts";
import { commandsOf, record } from "../../model/mutant.ts";
import { CLIENT_MUTANTS, recordClient } from "../../model/mutants-around.ts";
import { MUTANTS } from "../../model/mutants.ts";
import type { PoolShape } from "../../model/geometry.ts";
import { createGeometry } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";
import { assert } from "../../model/assert.ts";
import { caseText } from "./case-text.ts";
import { broken, minimized, twinOf, type Sequence, type Step } from "./sequence.ts";

/** A file of the corpus, by its path in it. */
export interface CaseFile {
  readonly path: string;
  readonly text: string;
}

const PROVENANCE = "a wrong allocator of model/mutants.ts under the commands of its witness, minimized";
const TWIN_PROVENANCE = "the reference allocator under the same commands";

/** All cases, the rejected ones each with its accepted twin. */
export function mutantCases(): readonly CaseFile[] {
  const seen = [
    ...MUTANTS.map((mutant) => {
      const { shape, profile, observe } = mutant;
      const steps = record(mutant.create(createGeometry(shape)), commandsOf(mutant), observe);
      return { mutant, sequence: sequenceOf(shape, profile, steps) };
    }),
    ...CLIENT_MUTANTS.map((mutant) => {
      const { core, recorded } = recordClient(mutant, mutant.create);
      const { span, maxOrder } = core.geometry;
      const shape = { maxOrder, pages: span.end - span.start, basePfn: span.start, reserved: [], zones: [] };
      return { mutant, sequence: sequenceOf(shape, core.profile, recorded) };
    }),
  ];
  return seen.flatMap(({ mutant, sequence }) => casesOf(mutant, sequence));
}

function sequenceOf(shape: PoolShape, profile: Profile, steps: readonly Step[]): Sequence {
  return { header: { allocator: "", profile: null, pageSize: 4096, shape, start: "empty" }, profile, steps };
}

interface Told {
  readonly id: string;
  readonly summary: string;
  readonly law: LawId;
}

function casesOf({ id, summary, law }: Told, sequence: Sequence): readonly CaseFile[] {
  const found = broken(sequence);
  assert(found?.violation.law === law, `the mutant ${id} does not break ${law} first`);
  const rejected = minimized(found);
  const twin = twinOf(rejected);
  assert(twin !== null, `the case of ${id} has no twin`);
  const { blame } = rejected.violation;
  const profileName = null;
  const drafts = {
    [`rejected/${id}`]: {
      sequence: rejected,
      shows: summary,
      provenance: PROVENANCE,
      twin: `../accepted/${id}.case.yaml`,
      profileName,
      expected: { kind: "violated", law, blame },
    },
    [`accepted/${id}`]: {
      sequence: twin,
      shows: `The same commands, answered by the reference allocator.`,
      provenance: TWIN_PROVENANCE,
      twin: null,
      profileName,
      expected: { kind: "holds" },
    },
  } as const;
  const files = Object.entries(drafts).map(([path, draft]) => ({
    path: `mutants/${path}.case.yaml`,
    text: caseText(draft),
  }));
  return files.every((file): file is CaseFile => file.text !== null) ? files : [];
}
