// Text from a recording as it may stand in a terminal.
//
//  1. Control characters, characters without width and those that turn the writing direction are shown as
//     escapes: a recording must not be able to hide or repaint what it says.
//  2. A wide character (CJK, emoji) takes two columns, so that carets stand where they should.

/** A character of the source: its place in the text, what is shown for it, and how many columns that takes. */
export interface Glyph {
  readonly offset: number;
  readonly shown: string;
  readonly columns: number;
}

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const COMBINING = /\p{M}/u;
const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uFF01-\uFF60]/u;

/** The text, character by character. */
export function glyphs(text: string): readonly Glyph[] {
  const found: Glyph[] = [];
  let offset = 0;
  for (const character of text) {
    const shown = HIDDEN.test(character) ? escaped(character) : character;
    found.push({ offset, shown, columns: columnsOf(shown) });
    offset += character.length;
  }
  return found;
}

/** The text with everything escaped that a terminal would act on. */
export function visible(text: string): string {
  return glyphs(text)
    .map(({ shown }) => shown)
    .join("");
}

function columnsOf(shown: string): number {
  if (COMBINING.test(shown)) return 0;
  return WIDE.test(shown) ? 2 : shown.length;
}

/** `\t`, `\x1b`, `\u{202e}`. */
function escaped(character: string): string {
  if (character === "\t") return String.raw`\t`;
  const code = character.codePointAt(0) as number;
  const hex = code.toString(16);
  return code < 0x1_00 ? String.raw`\x${hex.padStart(2, "0")}` : String.raw`\u{${hex}}`;
}
