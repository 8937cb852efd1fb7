import { describe, expect, it } from "vitest";
import type { Command, Outcome } from "../../model/command.ts";
import type { TraceHeader } from "./event.ts";
import { readEvent, type EventContext } from "./event-fields.ts";
import type { FieldSource, Report } from "./fields.ts";
import { readHeader } from "./header-fields.ts";

const CONTEXT: EventContext = { basePfn: 2, pageSize: 4096, base: 2 };

/** Reads `text`; what is wrong with it is noted as "CODE path". */
function reading(text: string): { readonly source: FieldSource; readonly report: Report; readonly wrong: string[] } {
  const paths: string[] = [];
  const wrong: string[] = [];
  const fields = JSON.parse(text) as Record<string, unknown>;
  const source: FieldSource = { fields, spot: (path) => paths.push(path.join(".")) - 1 };
  const report: Report = (code, spot) => {
    wrong.push(`${code} ${paths[spot] ?? ""}`.trimEnd());
  };
  return { source, report, wrong };
}

/** What an event says, as one string, or what is wrong with it. */
function event(text: string, context: EventContext = CONTEXT): string {
  const { source, report, wrong } = reading(text);
  const said: string[] = [];
  readEvent(source, context, report, sinkInto(said), 1);
  return [...wrong, ...said].join("; ");
}

function sinkInto(said: string[]): Parameters<typeof readEvent>[3] {
  return {
    header: () => 0,
    event: (command: Command, outcome: Outcome) => {
      said.push(`${JSON.stringify(command)} ${JSON.stringify(outcome)}`);
    },
    lost: (events) => {
      said.push(`lost ${events}`);
    },
    note: () => {
      said.push("note");
    },
    problem: () => undefined,
  };
}

/** The header, or what is wrong with it as one string. */
function header(fields: string): TraceHeader | string {
  const { source, report, wrong } = reading(`{"buddytrace":1,"max_order":3,"pages":8${fields}}`);
  const read = readHeader(source, report);
  return read ?? wrong.join("; ");
}

const BLOCK_6 = '{"kind":"block","pfn":6,"zeroed":null}';
const ORDER_2 = '{"kind":"alloc","order":2,"zone":null}';

describe("an event", () => {
  it.each([
    ['{"op":"alloc","order":2,"pfn":4}', `${ORDER_2} ${BLOCK_6}`],
    ['{"op":"alloc","order":2,"pfn":"0x4"}', `${ORDER_2} ${BLOCK_6}`],
    ['{"op":"alloc","order":2,"pfn":null}', `${ORDER_2} {"kind":"refused"}`],
    ['{"op":"alloc","order":2,"addr":null,"pfn":null,"ok":false}', `${ORDER_2} {"kind":"refused"}`],
    ['{"op":"alloc","order":2,"addr":24576,"ok":true}', `${ORDER_2} ${BLOCK_6}`],
    ['{"op":"alloc","order":2,"addr":"0x6000","pfn":4}', `${ORDER_2} ${BLOCK_6}`],
    ['{"op":"alloc","order":2,"pfn":4,"zeroed":false}', `${ORDER_2} {"kind":"block","pfn":6,"zeroed":false}`],
    ['{"op":"alloc","order":2,"pfn":4,"zone":"dma"}', `{"kind":"alloc","order":2,"zone":"dma"} ${BLOCK_6}`],
    ['{"op":"alloc","pages":3,"pfn":4}', `{"kind":"alloc-pages","pages":3,"zone":null} ${BLOCK_6}`],
    ['{"op":"alloc","pages":3,"order":2,"pfn":4}', `{"kind":"alloc-pages","pages":3,"zone":null} ${BLOCK_6}`],
    ['{"op":"alloc","pages":0,"pfn":null}', '{"kind":"alloc-pages","pages":0,"zone":null} {"kind":"refused"}'],
    ['{"op":"free","pfn":4}', '{"kind":"free","pfn":6} {"kind":"unsaid"}'],
    ['{"op":"free","pfn":4,"order":2,"ok":true}', '{"kind":"free-order","pfn":6,"order":2} {"kind":"ok"}'],
    ['{"op":"free","pfn":4,"pages":3,"ok":false}', '{"kind":"free-pages","pfn":6,"pages":3} {"kind":"refused"}'],
    ['{"op":"free","addr":6144}', '{"kind":"free","pfn":1.5} {"kind":"unsaid"}'],
    ['{"op":"free","addr":0}', '{"kind":"free","pfn":0} {"kind":"unsaid"}'],
    ['{"op":"snapshot","free":[[1],[],[4]]}', '{"kind":"snapshot","lists":[[3],[],[6]],"cached":[]} {"kind":"ok"}'],
    ['{"op":"snapshot","free":[],"cached":["0x7"]}', '{"kind":"snapshot","lists":[],"cached":[9]} {"kind":"ok"}'],
    [
      '{"op":"snapshot","free":[[3689347667749314202]],"cached":["0x8000000000000000"]}',
      '{"kind":"snapshot","lists":[[3689347667749314000]],"cached":[9223372036854776000]} {"kind":"ok"}',
    ],
    ['{"op":"counts","free":[1,0,2],"zone":"n"}', '{"kind":"counts","free":[1,0,2],"zone":"n"} {"kind":"ok"}'],
    ['{"op":"add","pfn":4,"pages":2}', '{"kind":"add","pfn":6,"pages":2} {"kind":"unsaid"}'],
    ['{"op":"remove","pfn":4,"pages":2,"ok":false}', '{"kind":"remove","pfn":6,"pages":2} {"kind":"refused"}'],
    ['{"op":"died","how":"segv","in":{}}', '{"kind":"unnamed"} {"kind":"crashed","how":"segv"}'],
    ['{"op":"died","how":"hang"}', '{"kind":"unnamed"} {"kind":"crashed","how":"hang"}'],
    ['{"op":"died","how":"abort","in":{"op":"alloc","order":2}}', `${ORDER_2} {"kind":"crashed","how":"abort"}`],
    [
      '{"op":"died","how":"abort","in":{"op":"free","pfn":4}}',
      '{"kind":"free","pfn":6} {"kind":"crashed","how":"abort"}',
    ],
    [
      '{"op":"died","how":"abort","in":{"op":"snapshot"}}',
      '{"kind":"snapshot","lists":[],"cached":[]} {"kind":"crashed","how":"abort"}',
    ],
    ['{"op":"lost","events":7,"cpu":1}', "lost 7"],
    ['{"op":"lost"}', "lost null"],
    ['{"op":"note","text":"hello"}', "note"],
    ['{"op":"note","t":-1,"whatever":{"op":3}}', "note"],
  ])("%s is understood", (text, said) => expect(event(text)).toBe(said));

  it.each([
    ["{}", "TRACE_FIELD_MISSING"],
    ['{"op":7}', "TRACE_FIELD_TYPE op"],
    ['{"op":"alloc_pages"}', "TRACE_OP_UNKNOWN op"],
    ['{"buddytrace":1,"op":"alloc"}', "TRACE_HEADER_TWICE buddytrace"],
    ['{"op":"alloc","order":2}', "TRACE_FIELD_MISSING"],
    ['{"op":"alloc","pfn":2}', "TRACE_FIELD_MISSING"],
    ['{"op":"alloc","order":-1,"pfn":2}', "TRACE_FIELD_RANGE order"],
    ['{"op":"alloc","order":64,"pfn":2}', "TRACE_FIELD_RANGE order"],
    ['{"op":"alloc","order":null,"pfn":2}', "TRACE_FIELD_TYPE order"],
    ['{"op":"alloc","order":1.5,"pfn":2}', "TRACE_FIELD_RANGE order"],
    ['{"op":"alloc","order":1,"pfn":-2}', "TRACE_FIELD_RANGE pfn"],
    ['{"op":"alloc","order":1,"pfn":9007199254740993}', "TRACE_FIELD_RANGE pfn"],
    ['{"op":"alloc","order":1,"pfn":"0x10000000000001"}', "TRACE_FIELD_RANGE pfn"],
    ['{"op":"alloc","order":1,"pfn":"12"}', "TRACE_FIELD_TYPE pfn"],
    ['{"op":"alloc","order":1,"pfn":1e999}', "TRACE_FIELD_RANGE pfn"],
    ['{"op":"alloc","order":2,"pages":5,"pfn":4}', "TRACE_FIELD_CONFLICT pages"],
    ['{"op":"alloc","order":2,"pages":0,"pfn":4}', "TRACE_FIELD_CONFLICT pages"],
    ['{"op":"alloc","order":2,"pfn":4,"addr":4096}', "TRACE_FIELD_CONFLICT pfn"],
    ['{"op":"alloc","order":2,"pfn":4,"addr":null}', "TRACE_FIELD_CONFLICT pfn"],
    ['{"op":"alloc","order":2,"pfn":4,"ok":false}', "TRACE_FIELD_CONFLICT ok"],
    ['{"op":"alloc","order":2,"pfn":null,"ok":true}', "TRACE_FIELD_CONFLICT ok"],
    ['{"op":"alloc","order":2,"pfn":4,"zone":7}', "TRACE_FIELD_TYPE zone"],
    ['{"op":"alloc","order":2,"pfn":4,"zeroed":"yes"}', "TRACE_FIELD_TYPE zeroed"],
    ['{"op":"alloc","order":99,"pfn":-1}', "TRACE_FIELD_RANGE order; TRACE_FIELD_RANGE pfn"],
    ['{"op":"free"}', "TRACE_FIELD_MISSING"],
    ['{"op":"free","pfn":null}', "TRACE_FIELD_TYPE pfn"],
    ['{"op":"free","pfn":1,"ok":0}', "TRACE_FIELD_TYPE ok"],
    ['{"op":"free","addr":"0x10000000000000000"}', "TRACE_FIELD_RANGE addr"],
    ['{"op":"free","addr":-1}', "TRACE_FIELD_RANGE addr"],
    ['{"op":"snapshot"}', "TRACE_FIELD_MISSING"],
    ['{"op":"snapshot","free":[1]}', "TRACE_FIELD_TYPE free.0"],
    ['{"op":"snapshot","free":[[],[0,-2]]}', "TRACE_FIELD_RANGE free.1.1"],
    ['{"op":"snapshot","free":[[],[0.5]]}', "TRACE_FIELD_RANGE free.1.0"],
    ['{"op":"snapshot","free":[],"cached":[null]}', "TRACE_FIELD_TYPE cached.0"],
    ['{"op":"counts","free":[0,0.5]}', "TRACE_FIELD_RANGE free.1"],
    ['{"op":"add","pfn":1}', "TRACE_FIELD_MISSING"],
    ['{"op":"died","in":{}}', "TRACE_FIELD_MISSING"],
    ['{"op":"died","how":"abort","in":7}', "TRACE_FIELD_TYPE in"],
    ['{"op":"died","how":"abort","in":{"op":"lost"}}', "TRACE_OP_UNKNOWN in.op"],
    ['{"op":"died","how":"abort","in":{"op":"free","pfn":-1}}', "TRACE_FIELD_RANGE in.pfn"],
    ['{"op":"lost","events":-1}', "TRACE_FIELD_RANGE events"],
  ])("%s is refused", (text, wrong) => expect(event(text)).toBe(wrong));

  it("has room for kernel addresses of 64 bits", () => {
    const context = { basePfn: 0xffff_8880_0000_0, pageSize: 4096, base: 0 };
    expect(event('{"op":"free","addr":"0xffff888000003000"}', context)).toContain('"pfn":3}');
    expect(event('{"op":"free","addr":"0xffff888000003001"}', context)).toContain('"pfn":3.000');
  });

  it("keeps a byte address off the frames however large its frame is", () => {
    const context = { basePfn: 0, pageSize: 4096, base: 0 };
    expect(event('{"op":"free","addr":"0xffff888000003001"}', context)).toContain(".5}");
  });
});

describe("a header", () => {
  it("is filled up with the defaults of the format", () => {
    expect(header("")).toEqual({
      allocator: "",
      profile: null,
      pageSize: 4096,
      shape: { maxOrder: 3, pages: 8, basePfn: 0, reserved: [], zones: [] },
      start: "empty",
    });
  });

  it("orders zones by address and joins the parts of one", () => {
    const zones =
      '[{"name":"b","pfns":[4,8]},{"name":"a","pfns":[2,4]},{"name":"e","pfns":[4,4]},{"name":"a","pfns":[0,2]}]';
    expect((header(`,"zones":${zones}`) as TraceHeader).shape.zones).toEqual([
      { name: "a", start: 0, end: 4 },
      { name: "e", start: 4, end: 4 },
      { name: "b", start: 4, end: 8 },
    ]);
  });

  it("may describe no memory at all", () => {
    const { source, report } = reading('{"buddytrace":1,"max_order":0,"pages":0,"reserved":[[0,0]]}');
    expect(readHeader(source, report)?.shape.pages).toBe(0);
  });

  it("may hold its profile inline", () => {
    expect(header(',"profile":{"fit":"best"}')).toMatchObject({ profile: { fit: "best" } });
  });

  it.each([
    ['{"op":"alloc"}', "TRACE_HEADER_MISSING"],
    ['{"buddytrace":2}', "TRACE_VERSION buddytrace"],
    ['{"buddytrace":"1"}', "TRACE_VERSION buddytrace"],
    ['{"buddytrace":1}', "TRACE_FIELD_MISSING; TRACE_FIELD_MISSING"],
    ['{"buddytrace":1,"pages":-1,"max_order":31}', "TRACE_FIELD_RANGE pages; TRACE_FIELD_RANGE max_order"],
  ])("%s is refused", (text, expected) => {
    const { source, report, wrong } = reading(text);
    expect(readHeader(source, report)).toBeNull();
    expect(wrong.join("; ")).toBe(expected);
  });

  it.each([
    [',"base_pfn":4503599627370489', "TRACE_FIELD_RANGE base_pfn"],
    [',"allocator":7', "TRACE_FIELD_TYPE allocator"],
    [',"profile":[]', "TRACE_FIELD_TYPE profile"],
    [',"page_size":0', "TRACE_FIELD_RANGE page_size"],
    [',"start":"full"', "TRACE_FIELD_TYPE start"],
    [',"reserved":[[0,9]]', "TRACE_FIELD_RANGE reserved.0"],
    [',"reserved":[[0,1],[3,2]]', "TRACE_FIELD_RANGE reserved.1"],
    [',"reserved":[[0,1,2]]', "TRACE_FIELD_TYPE reserved.0"],
    [',"reserved":[[0,null]]', "TRACE_FIELD_TYPE reserved.0.1"],
    [',"zones":{}', "TRACE_FIELD_TYPE zones"],
    [',"zones":[{"pfns":[0,8]}]', "TRACE_FIELD_TYPE zones.0.name"],
    [',"zones":[{"name":"a","pfns":[0,9]}]', "TRACE_ZONES zones.0.pfns"],
    [',"zones":[{"name":"a","pfns":[4,8]},{"name":"b","pfns":[0,5]}]', "TRACE_ZONES zones.0.pfns"],
    [',"zones":[{"name":"a","pfns":[0,2]},{"name":"a","pfns":[3,5]}]', "TRACE_ZONES zones.1"],
  ])("with %s is refused", (fields, wrong) => expect(header(fields)).toBe(wrong));
});
