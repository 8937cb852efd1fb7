// Names of gfp flags, from the table that a recording's own format has for printing them.
//
//  1. The table is in C: `{( unsigned long)((( gfp_t)((((1UL))) << (10)))), "__GFP_X"}, …`. Without its casts, an
//     expression has numbers, parentheses and the operators ~ << & |.
//  2. As the kernel prints: of the names in the table's order, each whose bits are all set, which are then taken away;
//     what is left is a number, and no flags at all are "none".
//  3. A table with anything else in it (names of constants) is not read: flags are then one number.
//
// Source: trace_print_flags_seq in kernel/trace/trace_output.c.

/** Names with their bits, in the order in which they are tried. */
export type FlagNames = readonly { readonly bits: bigint; readonly name: string }[];

const TABLE = "__print_flags(REC->gfp_flags";
/** The longest known has 360 characters; twice as many keep the depth of parentheses, too, within bounds. */
const ENTRY = /\{([^{}"]{1,800}),\s*"([^"]{1,80})"\s*\}/g;
const CAST = /\(\s*[A-Za-z_][\w ]*\)/g;
const TOKEN = /\s*(0x[\da-f]+|\d+|<<|[|&~()])(?:U?L{0,2})/giy;
const SHIFT_MAX = 63n;

/** The table of a `print fmt:`; empty where there is none that can be read. */
export function readFlagNames(print: string): FlagNames {
  const start = print.indexOf(TABLE);
  if (start < 0) return [];
  const names: { bits: bigint; name: string }[] = [];
  for (const [, expression, name] of print.slice(start).matchAll(ENTRY)) {
    const bits = valueOf(expression as string);
    if (bits === null) return [];
    if (bits !== 0n) names.push({ bits, name: name as string });
  }
  return names;
}

/** Flags as the kernel prints them. */
export function flagsText(flags: number, names: FlagNames): string {
  if (flags === 0) return "none";
  const words: string[] = [];
  let left = BigInt(flags);
  for (const { bits, name } of names) {
    if ((left & bits) !== bits) continue;
    words.push(name);
    left &= ~bits;
  }
  if (left !== 0n) words.push(`0x${left.toString(16)}`);
  return words.join("|");
}

/** The value of an expression in C, in 64 bits, or null. */
function valueOf(expression: string): bigint | null {
  const tokens = tokensOf(expression.replaceAll(CAST, ""));
  if (tokens === null) return null;
  const value = readOr(tokens);
  return value === null || tokens.length > 0 ? null : value;
}

/** The expression's words, the first one last. */
function tokensOf(text: string): string[] | null {
  const tokens = [...text.trim().matchAll(TOKEN)];
  const length = tokens.reduce((sum, [token]) => sum + token.length, 0);
  return length === text.trim().length ? tokens.map((token) => token[1] as string).reverse() : null;
}

function readOr(tokens: string[]): bigint | null {
  let value = readAnd(tokens);
  while (value !== null && tokens.at(-1) === "|") {
    tokens.pop();
    const right = readAnd(tokens);
    value = right === null ? null : value | right;
  }
  return value;
}

function readAnd(tokens: string[]): bigint | null {
  let value = readShift(tokens);
  while (value !== null && tokens.at(-1) === "&") {
    tokens.pop();
    const right = readShift(tokens);
    value = right === null ? null : value & right;
  }
  return value;
}

function readShift(tokens: string[]): bigint | null {
  let value = readOne(tokens);
  while (value !== null && tokens.at(-1) === "<<") {
    tokens.pop();
    const right = readOne(tokens);
    value = right === null || right > SHIFT_MAX ? null : BigInt.asUintN(64, value << right);
  }
  return value;
}

function readOne(tokens: string[]): bigint | null {
  const token = tokens.pop();
  if (token === "(") {
    const value = readOr(tokens);
    return tokens.pop() === ")" ? value : null;
  }
  if (token === "~") {
    const value = readOne(tokens);
    return value === null ? null : BigInt.asUintN(64, ~value);
  }
  return token !== undefined && /^\d/.test(token) ? BigInt(token) : null;
}
