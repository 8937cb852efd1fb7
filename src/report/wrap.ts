// Breaking text into lines of a terminal's width.
//
//  1. Words are never split, nor is "line 3": what is longer than a line stands on a line of its own.
//  2. Columns are counted as characters: only our own sentences come here, and those are ASCII.

/** However narrow the terminal is, a sentence gets this many columns. */
const NARROWEST = 30;

/** Where a line may end: at a space, but not in "line 3", "pages 384..391" or "(1 page)". */
const SEAM = / (?!(?<=\b(?:line|order|page|pages|step) )\d)(?!(?<=\(\d+ )page)/u;

/** The words of a sentence, in lines of at most `columns` characters. */
export function wrapped(text: string, columns: number): readonly string[] {
  return packed(text.split(SEAM), "", columns);
}

/** A list of entries, each whole on its line, with commas between them. */
export function wrappedList(entries: readonly string[], columns: number): readonly string[] {
  return packed(entries, ",", columns);
}

/** A sentence after a heading: its further lines are indented to where the first one starts, or by `indent`. */
export function hanging(
  heading: string,
  text: string,
  columns: number,
  indent: number = heading.length,
): readonly string[] {
  const lines = wrapped(text, Math.max(columns - Math.max(heading.length, indent), NARROWEST));
  return lines.map((line, at) => (at === 0 ? heading : " ".repeat(indent)) + line);
}

function packed(parts: readonly string[], comma: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  parts.forEach((part, at) => {
    const text = at + 1 < parts.length ? part + comma : part;
    const longer = line === "" ? text : `${line} ${text}`;
    if (line !== "" && longer.length > columns) {
      lines.push(line);
      line = text;
    } else line = longer;
  });
  return [...lines, line];
}
