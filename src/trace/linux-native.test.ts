import { describe, expect, it } from "vitest";
import { formatStep } from "../../model/notation.ts";
import type { TraceSink } from "./event.ts";
import { LinuxNativeLines } from "./linux-native.ts";
import { LinuxTextReader } from "./linux-text.ts";
import { NativeReader } from "./native.ts";

const TRACE = `# tracer: nop
#
# entries-in-buffer/entries-written: 5/9   #P:2
          task-1-1       [000] .....  1504.645542: mm_page_alloc: page=000000002b6d2592 pfn=0x10 order=2 migratetype=0 gfp_flags=GFP_KERNEL
          task-1-1       [001] .....  1504.645543: mm_page_alloc: page=0000000000000000 pfn=0x0 order=9 migratetype=0 gfp_flags=GFP_KERNEL
CPU:1 [LOST 230 EVENTS]
          task-1-1       [000] .....  1504.645544: mm_page_free: page=000000002b6d2592 pfn=0x10 order=2
          task-1-1       [000] .....  1504.645545: mm_page_pcpu_drain: page=000000002b6d2592 pfn=0x10 order=2 migratetype=0
`;

/** What a native reader makes of the converted trace, in notation. */
function converted(text: string): string[] {
  const lines = new LinuxNativeLines();
  const kernel = new LinuxTextReader(lines, "trace.txt");
  lines.cursor = kernel;
  kernel.push(new TextEncoder().encode(text));
  kernel.end();
  const said: string[] = [];
  function say(words: string): void {
    said.push(words);
  }
  const sink: TraceSink = {
    header: ({ start, profile }) => {
      say(`${start} ${String(profile)}`);
      return 0;
    },
    event: (command, outcome) => say(formatStep(command, outcome) ?? "?"),
    lost: (events) => say(`lost*${String(events)}`),
    note: () => say("note"),
    problem: ({ code }) => say(code),
  };
  const reader = new NativeReader(sink, "native");
  reader.push(new TextEncoder().encode(lines.take()));
  reader.end();
  return said;
}

describe("a kernel trace as a native one", () => {
  it("keeps what clients saw in order, and carries the rest along", () => {
    expect(converted(TRACE)).toEqual(["unknown linux", "lost*4", "a2=16", "a9!", "lost*230", "f16:2", "note"]);
  });
});
