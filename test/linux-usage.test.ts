/*
 * How memory was used during recordings of a real kernel: two readings that know nothing of each other agree.
 */
import { expect, it } from "vitest";
import { pagesIn } from "../model/geometry.ts";
import { NO_ENVIRONMENT } from "../src/trace/linux-environment.ts";
import { LinuxHolders } from "../src/verify/linux-history.ts";
import { LinuxLifetimes } from "../src/verify/linux-lifetimes.ts";
import { LinuxVerifier } from "../src/verify/linux-verify.ts";
import { readLinux, recordingBytes, recordingPath } from "./kernel-recordings.ts";

it.each([
  ["small-1-idle.trace.txt", "179 allocated: 143 freed, 36 live, 0 lost"],
  ["small-2-lost.trace_pipe.txt", "308 allocated: 56 freed, 176 live, 76 lost"],
  ["medium-1-files.trace-cmd-report.txt.gz", "33938 allocated: 29924 freed, 4014 live, 0 lost"],
])("every block of %s is freed, live or lost, and its holders hold what is live", (name, expected) => {
  const bytes = recordingBytes(recordingPath(name) as string);
  const verifier = new LinuxVerifier({ file: name, recorder: "ftrace", environment: NO_ENVIRONMENT, findingsMax: 0 });
  readLinux(bytes, verifier);
  const holders = new LinuxHolders(verifier.frames);
  readLinux(bytes, holders);
  const sink = new LinuxLifetimes();
  readLinux(bytes, sink);
  const { orders } = sink.lifetimes();
  function total(count: (order: (typeof orders)[number]) => number): number {
    return orders.reduce((sum, order) => sum + count(order), 0);
  }
  const [freed, live, lost] = [total((each) => each.freed), total((each) => each.live), total((each) => each.lost)];
  expect(`${freed + live + lost} allocated: ${freed} freed, ${live} live, ${lost} lost`).toBe(expected);
  const held = holders.holders().reduce((sum, { pages }) => sum + pages, 0);
  expect(total((each) => each.live * pagesIn(each.order))).toBe(held);
});
