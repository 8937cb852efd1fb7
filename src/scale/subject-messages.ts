// What a thread is told that expands a target's states: which target, in which pool, and how it is judged.

import type { SubjectOptions } from "../explore/explore-subject.ts";

export interface SubjectJob extends Pick<
  SubjectOptions,
  "geometry" | "profile" | "oracle" | "laws" | "resizes" | "takesFractions"
> {
  /** As the user named it: `reference`, `mutant:ID`, or the path of a file. */
  readonly name: string;
  /** Shared by all threads: one number, of the states that they came to the end of. */
  readonly ended: Int32Array;
}
