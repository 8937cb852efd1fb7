// How a campaign is run again, in the words of whoever ran it: of the command line, or of an expectation in a test suite.

import type { PoolShape } from "../../model/geometry.ts";
import type { CampaignOptions } from "../test/campaign.ts";
import { poolFlags } from "./campaign-words.ts";

export interface Recall {
  /** Plays these steps alone, in this pool. */
  readonly replay: (shape: PoolShape, steps: string) => string;
  /** Runs the campaign from this job on, with so many commands left, or as many as it had (null). */
  readonly resume: (options: CampaignOptions, from: number, commands: number | null) => string;
}

/** A command: `subject` names the target, with its profile, and `program` stands behind everything else. */
export function commandLine(subject: string, program: string): Recall {
  return {
    replay: (shape, steps) => `buddycheck test ${subject}${poolFlags(shape)} --replay '${steps}'${program}`,
    resume: ({ full, seed }, from, commands) => {
      const pool = full === null ? "" : `${poolFlags(full)} `;
      const left = commands === null ? "" : ` --commands ${commands}`;
      return `buddycheck test ${subject}${pool}--seed ${seed} --from ${from}${left}${program}`;
    },
  };
}

/** A call of this matcher, with these options besides those of the pool and of the campaign. */
export function expectation(matcher: string, given: readonly string[]): Recall {
  function call(options: readonly string[]): string {
    return `${matcher}({ ${[...given, ...options].join(", ")} })`;
  }
  return {
    replay: (shape, steps) => call([...poolFields(shape), `replay: ${JSON.stringify(steps)}`]),
    resume: ({ full, seed }, from, commands) => {
      const left = commands === null ? [] : [`commands: ${commands}`];
      return call([...(full === null ? [] : poolFields(full)), `seed: ${seed}`, `from: ${from}`, ...left]);
    },
  };
}

/** The fields that describe a pool, without those that say nothing. */
function poolFields({ maxOrder, pages, basePfn, reserved, zones }: PoolShape): readonly string[] {
  const holes = reserved.map(({ start, end }) => `{ start: ${start}, end: ${end} }`);
  const named = zones.map(({ name, start, end }) => `{ name: ${JSON.stringify(name)}, start: ${start}, end: ${end} }`);
  return [
    `maxOrder: ${maxOrder}`,
    `pages: ${pages}`,
    ...(basePfn === 0 ? [] : [`basePfn: ${basePfn}`]),
    ...(holes.length === 0 ? [] : [`reserved: [${holes.join(", ")}]`]),
    ...(named.length === 0 ? [] : [`zones: [${named.join(", ")}]`]),
  ];
}
