// What each field of a profile means: the sentences behind docs/profiles.md and the published schema.
//
//  1. A profile file spells its fields and values as model/profile.ts does; there is no second spelling.
//  2. The table has every field and every value: a new one in model/profile.ts does not compile without its
//     sentence here.
//  3. `laws` are those whose decision the field takes part in.

import type { LawId } from "../../model/invariants.ts";
import type { Profile } from "../../model/profile.ts";

/** The fields that say how an allocator may differ. */
export type ProfileField = Exclude<keyof Profile, "name">;

/** A field that has one of a few words. */
export type WordField = Exclude<ProfileField, "usableMaxOrder">;

export interface FieldMeaning<Value extends string> {
  /** What the field decides. */
  readonly meaning: string;
  readonly laws: readonly LawId[];
  /** Each value with what it says of the allocator. */
  readonly values: Readonly<Record<Value, string>>;
}

/** The meaning of every field that has one of a few words. */
export const WORD_FIELDS: { readonly [Field in WordField]: FieldMeaning<Profile[Field]> } = {
  alignment: {
    meaning: "From where alignment and buddies are counted.",
    laws: ["aligned", "no-free-buddies"],
    values: {
      absolute: "From pfn 0: a pool that starts at an odd pfn has a block of order 0 first.",
      pool: "From the pool's first frame, wherever it lies.",
    },
  },
  rounding: {
    meaning: "What a request for n pages takes.",
    laws: ["rounding", "no-overlap", "partition"],
    values: {
      "power-of-two": "The smallest block that holds n pages, whole.",
      exact: "Exactly n pages: the tail of the block is free again at once.",
    },
  },
  aboveMax: {
    meaning: "What happens to a request above the largest block.",
    laws: ["in-bounds", "no-spurious-oom"],
    values: {
      refused: "It is refused.",
      adjacent: "It is served from adjacent free blocks of the largest order.",
    },
  },
  zeroRequest: {
    meaning: "What a request for 0 pages is.",
    laws: ["rounding", "no-spurious-oom"],
    values: {
      refused: "It is refused.",
      "one-page": "It is a request for 1 page.",
      undefined: "The allocator promises nothing.",
    },
  },
  coalescing: {
    meaning: "When two free buddies become one block.",
    laws: ["no-free-buddies", "drained", "no-spurious-oom", "best-fit", "placement"],
    values: {
      eager: "At once, so the free blocks follow from the live ones.",
      lazy: "Sometime: free frames are in any aligned pieces.",
    },
  },
  cachedFrames: {
    meaning: "Whether frames may be free and yet on no list.",
    laws: ["conserved", "partition", "best-fit", "placement"],
    values: {
      none: "Every free frame is in a listed block.",
      "order-0": "Single frames may be held back, in per-CPU caches or queues; they are not merged.",
    },
  },
  fit: {
    meaning: "Which size of free block is taken for a request.",
    laws: ["best-fit"],
    values: {
      best: "The smallest order that has a free block.",
      any: "The allocator promises nothing.",
    },
  },
  placement: {
    meaning: "Which of the free blocks that fit is taken.",
    laws: ["placement"],
    values: {
      any: "The allocator promises nothing.",
      lowest: "The one at the lowest address.",
      highest: "The one at the highest address.",
      fifo: "The head of the list, where freed blocks join at the tail.",
      lifo: "The head of the list, where freed blocks join at the head.",
    },
  },
  servedHalf: {
    meaning: "Which part of a split block is served.",
    laws: ["placement"],
    values: {
      low: "The lowest.",
      high: "The highest.",
      any: "The allocator promises nothing.",
    },
  },
  sizeAtFree: {
    meaning: "Who knows the size of a block that is freed.",
    laws: ["free-live-only", "bad-free-refused"],
    values: {
      named: "The caller names it, and it must be the block's own.",
      remembered: "The allocator remembers it and ignores what the caller names.",
      either: "A free names the block's own size, or none.",
    },
  },
  partialFree: {
    meaning: "Whether a part of a live block may be freed on its own.",
    laws: ["free-live-only", "bad-free-refused"],
    values: {
      refused: "No: a free takes back the whole block.",
      allowed: "Yes, if the part is aligned; the rest stays live.",
    },
  },
  references: {
    meaning: "Whether a block has more than one owner.",
    laws: ["free-live-only", "bad-free-refused"],
    values: {
      single: "No: a second free is a double free.",
      counted: "A free may only drop a reference, so a second one can be right.",
    },
  },
  misuse: {
    meaning: "What a bad free is answered with.",
    laws: ["bad-free-refused", "free-live-only"],
    values: {
      refused: "An error, and nothing changes.",
      silent: "Nothing at all, and nothing changes.",
      died: "The end of the process: an assertion or a panic.",
      undefined: "Anything: the client alone is to blame.",
    },
  },
  exhaustion: {
    meaning: "When a request may be refused.",
    laws: ["no-spurious-oom"],
    values: {
      exact: "Only if no free block is large enough.",
      "may-fail": "Also otherwise.",
      "may-fail-while-cached": "Also while frames are held back in caches.",
    },
  },
  fallback: {
    meaning: "Which zones may serve a request that names one.",
    laws: ["no-spurious-oom", "placement"],
    values: {
      lower: "That zone and all below it, which must be exhausted before a refusal.",
      "maybe-lower": "The same zones, but that zone alone must be exhausted before a refusal.",
      none: "That zone alone.",
      any: "Every zone.",
    },
  },
  zeroed: {
    meaning: "Whether the frames of a served block are zero.",
    laws: ["zeroed"],
    values: {
      promised: "They are.",
      no: "They hold what their last owner left.",
    },
  },
  initialFreeSet: {
    meaning: "What the lists hold before the first request.",
    laws: ["no-free-buddies", "drained"],
    values: {
      canonical: "The largest aligned blocks.",
      any: "All managed frames, in any aligned blocks.",
    },
  },
};

export const WORD_FIELD_NAMES: readonly WordField[] = Object.keys(WORD_FIELDS) as WordField[];

/** The meaning of every field, the one that is a number included. */
export const PROFILE_FIELDS: { readonly [Field in ProfileField]: FieldMeaning<string> } = {
  ...WORD_FIELDS,
  usableMaxOrder: {
    meaning: "The largest order a request may name, where the lists go further.",
    laws: ["no-spurious-oom"],
    values: {
      null: "The largest order of the pool.",
      "0 to 30": "This one: larger requests may be refused.",
    },
  },
};
