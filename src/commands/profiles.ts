// Which profile a trace is judged by: the one that the command line names, else its header's, else the strict laws.

import { readFileSync } from "node:fs";
import type { Profile } from "../../model/profile.ts";
import type { Problem } from "../problem.ts";
import { readInlineProfile, readProfile, resolveProfile, type ProfileRead } from "../spec/profile.ts";
import type { TraceHeader } from "../trace/event.ts";
import { InputError, inputError } from "./input.ts";
import { bundledProfiles } from "./package-files.ts";

/** Chooses the profile for a trace's header, which stands in this line. */
export type ProfileChoice = (header: TraceHeader, line: number, file: string) => Profile | readonly Problem[];

/** `named` is a profile's name or a file (it has a dot or a slash). Throws an InputError if it is neither. */
export function profileChooser(named: string | undefined): ProfileChoice {
  if (named !== undefined) {
    const profile = namedProfile(named);
    return () => profile;
  }
  const library = bundledProfiles();
  return (header, line, file) => {
    const read = readInlineProfile(header.profile, { file, line, column: 1 }, library);
    return read.kind === "profile" ? read.profile : read.problems;
  };
}

/** The profile that an option names, by its name or as a file. Throws an InputError if there is none. */
export function namedProfile(named: string, option: string = "--profile"): Profile {
  const place = { file: option, line: 0, column: 0 };
  return profileOrThrow(isFile(named) ? readFile(named) : resolveProfile(named, place, bundledProfiles()));
}

function isFile(name: string): boolean {
  return name.includes(".") || name.includes("/");
}

function readFile(path: string): ProfileRead {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw inputError("INPUT_NOT_FOUND", path, "a profile file", error instanceof Error ? error.message : String(error));
  }
  return readProfile(text, path, bundledProfiles());
}

function profileOrThrow(read: ProfileRead): Profile {
  if (read.kind === "wrong") throw new InputError(read.problems);
  return read.profile;
}
