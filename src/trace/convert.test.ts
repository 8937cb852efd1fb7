import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatStep } from "../../model/notation.ts";
import { problemLine } from "../problem.ts";
import { Converter, type ConvertTarget } from "./convert.ts";
import { detectFormat } from "./detect.ts";
import type { TraceSink } from "./event.ts";
import { NativeReader } from "./native.ts";
import { YamlReader } from "./yaml.ts";
import { yamlToJsonLines } from "./yaml-json.ts";

const HEADER = '{"buddytrace":1,"max_order":3,"pages":8}';

/** JSON Lines in another form, or what is wrong with them. */
function converted(lines: readonly string[], target: ConvertTarget): string {
  const converter = new Converter(target, (line, column, source) => ({
    place: { file: "t.jsonl", line, column },
    source,
  }));
  const reader = new NativeReader(converter, "t.jsonl");
  converter.cursor = reader;
  reader.push(new TextEncoder().encode(lines.map((line) => `${line}\n`).join("")));
  reader.end();
  converter.end();
  return converter.problems.length > 0 ? converter.problems.map(problemLine).join("\n") : converter.take();
}

/** YAML as JSON Lines, each with the line it comes from, or what JSON cannot hold. */
function jsonLines(yaml: string): string[] {
  return [...yamlToJsonLines(yaml)].map((said) => (said.kind === "json" ? said.json : `${said.line}: ${said.found}`));
}

/** What a reader makes of a text: every call of its sink but for the line numbers. */
function meaning(kind: "jsonl" | "yaml", text: string): string[] {
  const said: string[] = [];
  const sink: TraceSink = {
    header: (header) => {
      said.push(JSON.stringify(header));
      return 0;
    },
    event: (command, outcome) => {
      said.push(formatStep(command, outcome) ?? JSON.stringify([command, outcome]));
    },
    lost: (events) => {
      said.push(`lost ${events}`);
    },
    note: () => {
      said.push("note");
    },
    problem: (problem) => {
      said.push(problemLine(problem));
    },
  };
  const reader = kind === "jsonl" ? new NativeReader(sink, "t") : new YamlReader(sink, "t");
  reader.push(new TextEncoder().encode(text));
  reader.end();
  return said;
}

describe("a trace as YAML", () => {
  it("has its header at the top and an event in each document", () => {
    const header = '{"buddytrace":1, "max_order":3,"pages":8,"reserved":[[0,1]],"my key":"a # b","x":1.50}';
    expect(converted([header, '{"op":"note","text":"--- #\\n"}', "", '{"op":"lost","cpu":1}'], "yaml")).toBe(
      `buddytrace: 1
max_order: 3
pages: 8
reserved: [[0,1]]
"my key": "a # b"
x: 1.50
--- {"op":"note","text":"--- #\\n"}
--- {"op":"lost","cpu":1}
`,
    );
  });

  it("comes back as JSON Lines with every digit", () => {
    const event =
      '{"op":"note","big":18446744073709551615,"t":1.50,"e":1E400,"z":-0,"n":null,"text":"\u007F\u2028\\ud800"}';
    const lines = [`${HEADER.slice(0, -1)},"${"k".repeat(2000)}":1,"null":{"":[]}}`, event];
    expect(jsonLines(converted(lines, "yaml"))).toEqual(lines);
  });

  it("is recognised as YAML whatever key comes first", () => {
    const yaml = converted(['{"Name":{},"buddytrace":1,"max_order":3,"pages":8}'], "yaml");
    expect(yaml).toBe('---\n"Name": {}\nbuddytrace: 1\nmax_order: 3\npages: 8\n');
    expect(detectFormat(new TextEncoder().encode(yaml))).toBe("yaml");
  });

  it("is not possible where a header has a field that YAML would read as events", () => {
    expect(converted([`${HEADER.slice(0, -1)},"events":[]}`], "yaml")).toBe(
      "t.jsonl:1:41: CONVERT_LOSSY: expected events that YAML can hold, found `events`",
    );
  });
});

describe("YAML as JSON Lines", () => {
  it("has numbers in decimal, words as events, and no comments", () => {
    const yaml = `# a comment
buddytrace: 1
max_order: 3
pages: 0x8
events:
  - a2=4 lost*7  # another
  - op: free
    pfn: 4
    t: .5
    cpu: +1
`;
    expect(jsonLines(yaml)).toEqual([
      '{"buddytrace":1,"max_order":3,"pages":8}',
      '{"op":"alloc","order":2,"pfn":4}',
      '{"op":"lost","events":7}',
      '{"op":"free","pfn":4,"t":0.5,"cpu":1}',
    ]);
  });

  it.each([
    ["--- {op: note, t: .nan}", "4: .nan"],
    ["--- {op: note, x: [-.inf]}", "4: -.inf"],
    ["--- {op: note, ? [a] : 1}", "4: a key that is no text"],
  ])("is not possible for %s", (event, found) => {
    expect(jsonLines(`buddytrace: 1\nmax_order: 3\npages: 8\n${event}`)).toContain(found);
  });
});

describe("a trace in the short notation", () => {
  it("is YAML whose events are words", () => {
    const events = [
      '{"op":"alloc","order":2,"pfn":"0x4"}',
      '{"op":"alloc","pages":3,"order":2,"pfn":null,"ok":false}',
      '{"op":"free","addr":16384,"order":2}',
      '{"op":"snapshot","free":[[],[],[],[0]],"cached":[]}',
      '{"op":"died","how":"hang","in":{"op":"free","pfn":0}}',
      '{"op":"lost"}',
    ];
    const notation = converted([HEADER, ...events], "notation");
    expect(notation).toBe(`buddytrace: 1
max_order: 3
pages: 8
events: |
  a2=4 p3! f4:2
  free 0:3
  f0#hang lost
`);
    expect(meaning("yaml", notation)).toEqual(meaning("jsonl", [HEADER, ...events].join("\n")));
    expect(jsonLines(notation)).toContain('{"op":"snapshot","free":[[],[],[],[0]]}');
    expect(jsonLines(converted([HEADER, events[3] as string, '{"op":"snapshot","free":[]}'], "notation"))).toContain(
      '{"op":"snapshot","free":[[],[],[],[]]}',
    );
  });

  it("has lines that fit a screen", () => {
    const lines = converted(
      [HEADER, ...new Array<string>(99).fill('{"op":"alloc","order":2,"pfn":4}')],
      "notation",
    ).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(102);
    expect(lines.length).toBeLessThan(15);
  });

  it.each([
    [
      '{"op":"alloc","order":2,"pfn":4,"t":0.5}',
      "2:33: CONVERT_LOSSY: expected events that the short notation can hold, found `t`",
    ],
    ['{"op":"note","text":"x"}', "found `text`"],
    ['{"op":"lost","cpu":1}', "found `cpu`"],
    ['{"op":"died","how":"a b","in":{}}', "found `how`"],
    ['{"op":"died","how":"abort","in":{"op":"alloc","order":1,"tid":7}}', "found `tid`"],
    ['{"op":"alloc","order":1,"zone":"a b","pfn":null}', "found `zone`"],
    ['{"op":"free","addr":1}', "found `addr`"],
    ['{"op":"snapshot","free":[[99999999999999999]]}', "found `free`"],
  ])("is not possible for %s", (event, problem) => {
    expect(converted([HEADER, event, '{"op":"note"}'], "notation")).toContain(problem);
  });
});

describe("a wrong trace", () => {
  it("is not converted", () => {
    expect(converted([HEADER, '{"op":"alloc","order":99,"pfn":0}'], "jsonl")).toContain(
      "t.jsonl:2:23: TRACE_FIELD_RANGE",
    );
  });
});

describe("there and back", () => {
  const pfn = fc.nat(7);
  const size = fc.oneof(fc.record({ order: fc.nat(3) }), fc.record({ pages: fc.nat(8) }));
  const alloc = fc
    .tuple(size, fc.option(pfn), fc.record({ zone: fc.constantFrom("", "a b", "dma") }, { requiredKeys: [] }))
    .map(([sized, served, zone]) => ({ op: "alloc", ...sized, pfn: served, ...zone }));
  const free = fc
    .tuple(pfn, fc.option(size), fc.record({ ok: fc.boolean() }, { requiredKeys: [] }))
    .map(([head, sized, ok]) => ({ op: "free", pfn: head, ...sized, ...ok }));
  const seen = fc.record({ op: fc.constant("snapshot"), free: fc.array(fc.array(pfn), { maxLength: 4 }) });
  const counts = fc.record({ op: fc.constant("counts"), free: fc.array(pfn, { maxLength: 4 }) });
  const died = fc.record({ op: fc.constant("died"), how: fc.string(), in: fc.oneof(free, fc.constant({})) });
  const call = fc.oneof(alloc, free, seen, counts);
  const event = fc.oneof(call, died, fc.record({ op: fc.constant("note"), text: fc.string({ unit: "binary" }) }));
  // Keys that nothing reads, with values of every shape.
  const extra = fc.dictionary(
    fc.string({ unit: "binary", minLength: 1 }).map((key) => `x-${key}`),
    fc.jsonValue(),
  );
  const traces = fc.array(fc.tuple(event, extra).map(([fields, more]) => JSON.stringify({ ...fields, ...more })));

  it("YAML keeps every field, known or not, and its meaning", () => {
    fc.assert(
      fc.property(traces, extra, (events, more) => {
        const lines = [JSON.stringify({ ...(JSON.parse(HEADER) as object), ...more }), ...events];
        const yaml = converted(lines, "yaml");
        expect(jsonLines(yaml)).toEqual(lines);
        expect(meaning("yaml", yaml)).toEqual(meaning("jsonl", lines.join("\n")));
      }),
    );
  });

  it("the short notation keeps the meaning", () => {
    const written = fc.array(
      call.filter((fields) => !("zone" in fields) || fields.zone === "dma").map((fields) => JSON.stringify(fields)),
    );
    fc.assert(
      fc.property(written, (events) => {
        const lines = [HEADER, ...events];
        const notation = converted(lines, "notation");
        expect(meaning("yaml", notation)).toEqual(meaning("jsonl", lines.join("\n")));
        expect(meaning("jsonl", jsonLines(notation).join("\n"))).toEqual(meaning("jsonl", lines.join("\n")));
      }),
    );
  });
});
