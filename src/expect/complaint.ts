// For test suites of users' own, whatever runs them: what a script breaks of a module's `open`, as text.
//
//     fc.assert(fc.property(scripts(POOL), (script) => expect(complaint(open, POOL, script)).toBe("")));
//
// fast-check draws and shrinks the scripts (src/test/arbitrary.ts); the text is that of `buddycheck test`.

import picocolors from "picocolors";
import type { PoolShape } from "../../model/geometry.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import { moduleTarget, type ModulePool } from "../targets/module.ts";
import type { Script } from "../targets/script.ts";
import { exhibit } from "../test/exhibit.ts";
import { openingOf } from "../test/pools.ts";
import { Stage } from "../test/stage.ts";
import { exhibitText } from "../report/exhibit-text.ts";

const COLUMNS = 100;

/** What the allocator that `open` answers (docs/targets.md) does wrong when it is given this script; "" for nothing. */
export function complaint(
  open: (pool: ModulePool) => unknown,
  shape: PoolShape,
  script: Script,
  profile: Profile = STRICT_PROFILE,
): string {
  const stage = new Stage(moduleTarget("allocator", open), openingOf(shape, profile), null);
  const shown = exhibit(stage, script);
  if (shown === null) return "";
  const look = { colours: picocolors.createColors(false), columns: COLUMNS };
  return `${exhibitText(shown, "allocator", stage.opening.geometry.basePfn, look).join("\n")}\n`;
}
