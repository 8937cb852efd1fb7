/*
 * What Stryker leaves alone in the theory, beside the wrong allocators: prose that no law depends on.
 *
 * 1. The message of an `assert` is for whoever called the theory wrongly; that it is thrown is tested, not its words.
 * 2. The sentences of the table of laws are shown by `explain` and in docs/laws.md, which is compared as a whole.
 */
/** @typedef {{ readonly type: string } & Readonly<Record<string, unknown>>} Syntax */

const PROSE_FIELDS = new Set(["statement", "reason", "source", "summary"]);

/**
 * Why a piece of syntax is left alone, or undefined where it is not.
 *
 * @param {unknown} node
 * @param {Syntax | undefined} around
 * @returns {string | undefined}
 */
function reasonToIgnore(node, around) {
  if (around?.type === "CallExpression" && nameOf(around["callee"]) === "assert" && isSecond(around["arguments"], node))
    return "the message of an assert";
  const isField = around?.type === "ObjectProperty" && around["value"] === node;
  return isField && PROSE_FIELDS.has(nameOf(around["key"])) ? "prose" : undefined;
}

/**
 * @param {unknown} syntax
 * @returns {string}
 */
function nameOf(syntax) {
  const { name } = /** @type {Syntax} */ (syntax);
  return typeof name === "string" ? name : "";
}

/**
 * @param {unknown} list
 * @param {unknown} node
 * @returns {boolean}
 */
function isSecond(list, node) {
  return Array.isArray(list) && list[1] === node;
}

export const strykerPlugins = [
  {
    kind: "Ignore",
    name: "prose",
    value: {
      /** @param {{ readonly node: unknown, readonly parent: Syntax | undefined }} path */
      shouldIgnore: ({ node, parent }) => reasonToIgnore(node, parent),
    },
  },
];
