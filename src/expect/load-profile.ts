// A profile, in whatever way a user's own program names it.

import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import { InputError } from "../commands/input.ts";
import { bundledProfiles } from "../commands/package-files.ts";
import { namedProfile } from "../commands/profiles.ts";
import { readInlineProfile } from "../spec/profile.ts";

/** The name of a profile, a file with one (it has a dot or a slash), or the fields in which one differs from another. */
export type ProfileSource = string | (Partial<Profile> & { readonly extends?: string });

/**
 * The profile itself; the strict one where nothing is named. Throws an error whose `problems` say what is wrong with it.
 *
 *     loadProfile("linux")
 *     loadProfile({ extends: "helios", usableMaxOrder: 9 })
 */
export function loadProfile(source: ProfileSource | undefined): Profile {
  if (source === undefined) return STRICT_PROFILE;
  if (typeof source === "string") return namedProfile(source, "profile");
  const read = readInlineProfile(source, { file: "profile", line: 0, column: 0 }, bundledProfiles());
  if (read.kind === "wrong") throw new InputError(read.problems);
  return read.profile;
}
