// The two ways to say "our bug". Neither is for what an allocator or a user does wrong: those are
// outcomes, violations and problems. Only the command line catches what is thrown here.

/** Throws when a caller inside buddycheck broke its part of a contract. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`buddycheck bug: ${message}`);
}

/** Marks a case the types rule out; reaching it means the types lie. */
export function unreachable(value: never): never {
  throw new Error(`buddycheck bug: unreachable case ${JSON.stringify(value)}`);
}
