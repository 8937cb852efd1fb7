// What a kernel says about its memory at one moment: files of /proc, and which frames are in the buddy core.
//
//  1. A snapshot is kept in memory until the recording is over: writing it down would change what is measured.
//     For the same reason all room for the frames is taken, and touched, before the first one is read.
//  2. /proc/kpageflags has 8 bytes for each frame; bit 10 (BUDDY) is set on every frame of a free block. A bitmap
//     of one bit for each frame takes 4 MiB for 128 GiB of memory.
//  3. As text, the free frames are runs: a comment with the times on CLOCK_MONOTONIC between which they were read,
//     then `start length` in hexadecimal, ascending. This is what src/trace/linux-env.ts reads.
//  4. Counters bound how many events can be missing only if they are read before the first event and after the last;
//     frames are read between them, while events tell what changes meanwhile.
//  5. A kernel without /proc/kpageflags gives no runs; the other files are always there.
//
// Source: Documentation/admin-guide/mm/pagemap.rst, fs/proc/page.c.

import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";

/** The files of /proc that are copied as they are. */
const PROC_FILES = ["zoneinfo", "buddyinfo", "pagetypeinfo"] as const;
const COUNTERS = "vmstat";

const FLAG_BYTES = 8;
/** The flag BUDDY in the lower half of a frame's flags. */
const BUDDY = 1 << 10;
const FRAMES_PER_READ = 2 ** 16;

export interface SnapshotFile {
  readonly name: string;
  readonly text: string;
}

export interface Snapshot {
  readonly texts: readonly SnapshotFile[];
  /** The free frames and when they were read, in seconds; null where the kernel does not tell them. */
  readonly frames: { readonly room: FrameRoom; readonly from: number; readonly to: number } | null;
}

/** Room for one look at all frames. */
export interface FrameRoom {
  readonly frameCount: number;
  /** A bit for each frame, set if it is free; eight to the byte, the lowest first. */
  readonly free: Uint8Array;
  readonly flags: Uint8Array;
}

/** Takes the room for frames up to the end of the last zone. */
export function createFrameRoom(proc: string): FrameRoom {
  const frameCount = frameCountIn(readFileSync(join(proc, "zoneinfo"), "utf8"));
  // Filled with ones: pages that were never written to would be handed out while they are being measured.
  return {
    frameCount,
    free: new Uint8Array((frameCount + 7) >>> 3).fill(0xff),
    flags: new Uint8Array(FRAMES_PER_READ * FLAG_BYTES).fill(0xff),
  };
}

/** The pfn behind the last zone. */
export function frameCountIn(zoneinfo: string): number {
  const spans = [...zoneinfo.matchAll(/\bspanned +(\d+)[^]*?\bstart_pfn: +(\d+)/gu)];
  return Math.max(0, ...spans.map(([, spanned, start]) => Number(spanned) + Number(start)));
}

/** Looks at everything, now; `room` belongs to the snapshot from then on. `seconds` is CLOCK_MONOTONIC. */
export function takeSnapshot(proc: string, room: FrameRoom, seconds: () => number): Snapshot {
  const from = seconds();
  const isRead = readFreeFrames(join(proc, "kpageflags"), room);
  const to = seconds();
  const texts = PROC_FILES.map((name) => ({ name, text: readFileSync(join(proc, name), "utf8") }));
  return { texts, frames: isRead ? { room, from, to } : null };
}

/** The counters of all that was allocated and freed since boot, as a file. */
export function takeCounters(proc: string, moment: "before" | "after"): SnapshotFile {
  return { name: `${COUNTERS}.${moment}`, text: readFileSync(join(proc, COUNTERS), "utf8") };
}

/** The snapshot as files: `zoneinfo.before`, …, and `kpf.before` where the kernel tells the free frames. */
export function snapshotFiles({ texts, frames }: Snapshot, moment: "before" | "after"): readonly SnapshotFile[] {
  const runs = frames === null ? [] : [{ name: "kpf", text: runsText(frames.room, frames.from, frames.to) }];
  return [...texts, ...runs].map(({ name, text }) => ({ name: `${name}.${moment}`, text }));
}

/** Marks the free frames; false where the kernel does not tell. */
function readFreeFrames(path: string, { frameCount, free, flags }: FrameRoom): boolean {
  if (!existsSync(path)) return false;
  const file = openSync(path, "r");
  try {
    const words = new Uint32Array(flags.buffer);
    free.fill(0);
    for (let first = 0; first < frameCount; first += FRAMES_PER_READ) {
      const wanted = Math.min(FRAMES_PER_READ, frameCount - first) * FLAG_BYTES;
      const frames = Math.floor(readSync(file, flags, 0, wanted, first * FLAG_BYTES) / FLAG_BYTES);
      for (let frame = 0; frame < frames; frame++) {
        if (((words[2 * frame] as number) & BUDDY) === 0) continue;
        const pfn = first + frame;
        free[pfn >>> 3] = (free[pfn >>> 3] as number) | (1 << (pfn & 7));
      }
    }
  } finally {
    closeSync(file);
  }
  return true;
}

/** The free frames as text (rule 3). */
function runsText({ frameCount, free }: FrameRoom, from: number, to: number): string {
  const lines = [`# kpageflags BUDDY runs, read CLOCK_MONOTONIC ${from.toFixed(6)} .. ${to.toFixed(6)}`];
  let start = -1;
  for (let pfn = 0; pfn <= frameCount; pfn++) {
    const isFree = pfn < frameCount && ((free[pfn >>> 3] as number) & (1 << (pfn & 7))) !== 0;
    if (isFree && start < 0) start = pfn;
    else if (!isFree && start >= 0) {
      lines.push(`${start.toString(16)} ${(pfn - start).toString(16)}`);
      start = -1;
    }
  }
  return `${lines.join("\n")}\n`;
}
