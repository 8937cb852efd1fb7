// Pools and profiles as YAML: what a case or a trace says of them in its own lines.
//
//  1. A profile is written as the fields in which it differs from the strict laws, so that what names it stands alone.
//  2. What a pool leaves at its default is left out.

import type { FrameRange, PoolShape } from "../../model/geometry.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";

/** A profile in a word or in a mapping on one line. */
export function profileWords(profile: Profile): string {
  const fields = Object.entries(profile).filter(
    ([field, value]) => field !== "name" && value !== STRICT_PROFILE[field as keyof Profile],
  );
  if (fields.length === 0) return STRICT_PROFILE.name;
  return `{ ${fields.map(([field, value]) => `${field}: ${String(value)}`).join(", ")} }`;
}

/** The header fields of a pool, a line each. */
export function poolLines({ maxOrder, pages, basePfn, reserved, zones }: PoolShape): readonly string[] {
  return [
    `max_order: ${maxOrder}`,
    `pages: ${pages}`,
    ...(basePfn === 0 ? [] : [`base_pfn: ${basePfn}`]),
    ...(reserved.length === 0 ? [] : [`reserved: [${reserved.map(rangeWords).join(", ")}]`]),
    ...(zones.length === 0 ? [] : [`zones: [${zones.map(zoneWords).join(", ")}]`]),
  ];
}

function zoneWords({ name, ...range }: PoolShape["zones"][number]): string {
  const word = /^[a-z][\w-]*$/u.test(name) ? name : JSON.stringify(name);
  return `{ name: ${word}, pfns: ${rangeWords(range)} }`;
}

function rangeWords({ start, end }: FrameRange): string {
  return `[${start}, ${end}]`;
}
