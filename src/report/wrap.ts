// Breaking text into lines of a terminal's width.
//
// Words are never split: what is longer than a line stands on a line of its own.

/** The words of a sentence, in lines of at most `columns` characters. */
export function wrapped(text: string, columns: number): readonly string[] {
  return packed(text.split(" "), "", columns);
}

/** A list of entries, each whole on its line, with commas between them. */
export function wrappedList(entries: readonly string[], columns: number): readonly string[] {
  return packed(entries, ",", columns);
}

/** A sentence after a heading: its further lines are indented to where the first one starts. */
export function hanging(heading: string, text: string, columns: number): readonly string[] {
  const lines = wrapped(text, Math.max(columns - heading.length, 30));
  return lines.map((line, at) => (at === 0 ? heading : " ".repeat(heading.length)) + line);
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
