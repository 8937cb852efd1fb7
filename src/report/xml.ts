// Text as XML 1.0 may hold it.
//
//  1. XML 1.0 has no way to write most control characters, lone surrogates, U+FFFE and U+FFFF, not even escaped;
//     they are shown as `\x1b`, the way the text report shows them. A report with one in it is not read at all.
//  2. Line ends and tabs in an attribute would be read as spaces, so there they are escaped.
//
// Source: Extensible Markup Language (XML) 1.0, fifth edition, 2.2 and 3.3.3.

const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;
const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text between tags. */
export function xmlText(text: string): string {
  return text
    .replaceAll(FORBIDDEN, escaped)
    .replaceAll(/[&<>"]/gu, (character) => ENTITIES[character] ?? character)
    .replaceAll("\r", "&#13;");
}

/** Attributes of a tag, each behind a space; those that are null are left out. */
export function xmlAttributes(attributes: Readonly<Record<string, string | number | null>>): string {
  return Object.entries(attributes)
    .flatMap(([name, value]) => (value === null ? [] : [` ${name}="${attributeText(String(value))}"`]))
    .join("");
}

function attributeText(text: string): string {
  return xmlText(text).replaceAll("\n", "&#10;").replaceAll("\t", "&#9;");
}

function escaped(character: string): string {
  const code = character.codePointAt(0) as number;
  const hex = code.toString(16);
  return code < 0x1_00 ? String.raw`\x${hex.padStart(2, "0")}` : String.raw`\u{${hex}}`;
}
