// What Ctrl-C ends a program with, where it has nothing to tell yet.

/** Exit code of a program that Ctrl-C ended. */
export const INTERRUPTED = 130;

export function endInterrupted(): never {
  process.exit(INTERRUPTED);
}
