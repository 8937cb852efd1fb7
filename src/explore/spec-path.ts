// A path over reduced states as a trace: the same steps, given one after the other from the start.
//
// Each state of such a path stands for all that differ from it by a symmetry, so its commands cannot simply be given in
// a row. But every step from a state has its image from each of the states that it stands for: at each step the one
// is looked for whose result has the wanted form. That there is one is what makes reducing sound.

import { assert } from "../../model/assert.ts";
import { BROKEN, MOVED, type Move } from "../search/space.ts";
import type { ExploredStep } from "./result.ts";
import { topBlocks } from "./spec-shape.ts";
import { SpecSpace, type Relation, type SpecCommand } from "./spec-space.ts";
import { CanonicalForm } from "./spec-symmetry.ts";

/** The trace of a path of command numbers, and the space in which its last step broke a law. */
export function concretePath(
  space: SpecSpace,
  relation: Relation,
  path: readonly number[],
): { readonly steps: readonly ExploredStep[]; readonly last: SpecSpace } {
  const { pool } = space;
  if (pool.counting === "raw") return { steps: path.map((number) => stepOf(space, number)), last: space };
  const concrete = new SpecSpace({ ...pool, counting: "raw" }, relation);
  const form = new CanonicalForm(topBlocks(pool.geometry), pool.geometry.span.start);
  const steps: ExploredStep[] = [];
  space.start();
  concrete.start();
  let [reducedRow, concreteRow] = [space.row.slice(), concrete.row.slice()];
  for (const number of path) {
    space.load(reducedRow, 0);
    const move = space.step(number);
    reducedRow = space.row.slice();
    const image = imageOf(concrete, concreteRow, space, number, move, form);
    steps.push(stepOf(concrete, image));
    concreteRow = concrete.row.slice();
  }
  return { steps, last: concrete };
}

function stepOf(space: SpecSpace, number: number): ExploredStep {
  const { command, outcome } = space.commands[number] as SpecCommand;
  return { command, outcome };
}

/** The command that does from `row` what `number` just did from a state of the same form; it has been given. */
function imageOf(
  concrete: SpecSpace,
  row: Int32Array,
  space: SpecSpace,
  number: number,
  move: Move,
  form: CanonicalForm,
): number {
  const wanted = space.commands[number] as SpecCommand;
  for (let image = 0; image < concrete.commandCount; image++) {
    const { kind, order, zone } = concrete.commands[image] as SpecCommand;
    if (kind !== wanted.kind || order !== wanted.order || zone !== wanted.zone) continue;
    concrete.load(row, 0);
    if (concrete.step(image) !== move) continue;
    if (move === BROKEN && concrete.violations[0]?.law === space.violations[0]?.law) return image;
    if (move === MOVED && hasForm(concrete.row, space.row, form)) return image;
  }
  assert(false, `no step does what ${JSON.stringify(wanted.command)} did: the symmetry is none`);
}

function hasForm(row: Int32Array, wanted: Int32Array, form: CanonicalForm): boolean {
  const copy = row.slice();
  form.apply(new Uint8Array(copy.buffer));
  return copy.every((word, at) => word === wanted[at]);
}
