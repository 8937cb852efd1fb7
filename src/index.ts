// The public API: the laws and the reference allocator, what tests an allocator of one's own, readers of traces, and the
// verifier (docs/api.md). `buddycheck/vitest` is the matchers (src/expect/vitest.ts).
//
// What is not here is not promised: it may change in any release.

// Pools, profiles, commands.
export { createGeometry, type FrameRange, type Geometry, type PoolShape, type ZoneRange } from "../model/geometry.ts";
export { STRICT_PROFILE, type Profile } from "../model/profile.ts";
export { loadProfile, type ProfileSource } from "./expect/load-profile.ts";
export type { Command, FreeLists, Outcome } from "../model/command.ts";
export { formatState, formatStep, parseNotation, type Notation, type WrittenEvent } from "../model/notation.ts";

// The laws and the one relation.
export { LAW_IDS, LAWS, lawOf, type Law, type LawId } from "../model/invariants.ts";
export { createLedger, type Ledger, type LedgerOptions } from "../model/ledger.ts";
export { step } from "../model/step.ts";
export type { Allowed, Assumed, Fault, Piece, Violation } from "../model/violation.ts";

// The reference allocators.
export { Allocator } from "../model/allocator.ts";
export { createPageApi, MAX_ORDER, PageApi, type PhysicalMemory } from "../model/page-api.ts";
export { createBootmem, handoverFault, type Bootmem, type Handover, type HandoverFault } from "../model/bootmem.ts";
export type { MemoryMap } from "../model/memory-map.ts";
export type { Mutant } from "../model/mutant.ts";
export { MUTANTS } from "../model/mutants.ts";

// An allocator of one's own under test: by a campaign, by a property for fast-check, by scripts.
export { testAllocator, type KeepOptions, type Open, type Tested } from "./expect/allocator.ts";
export type { TestReport } from "./report/campaign-json.ts";
export { keepsTheLaws, type LawCase, type PropertyOptions } from "./expect/property.ts";
export { poolShapes, scripts, type PoolLimits, type ScriptOptions } from "./test/arbitrary.ts";
export { complaint } from "./expect/complaint.ts";
export type { ModuleAllocator, ModulePool } from "./targets/module.ts";
export type { Move, Script } from "./targets/script.ts";

// Traces and their verification: at once, or as they come.
export { traceReport, verifyTrace, type HoldOptions } from "./expect/trace.ts";
export { problemLine, PROBLEMS, type Place, type Problem, type ProblemCode } from "./problem.ts";
export type { NotChecked, VerdictKind } from "./verdict.ts";
export type { TraceCursor, TraceHeader, TraceSink } from "./trace/event.ts";
export { NativeReader } from "./trace/native.ts";
export { YamlReader } from "./trace/yaml.ts";
export { eventLine, headerLine } from "./trace/native-writer.ts";
export { Verifier, type VerifyOptions } from "./verify/verify.ts";
export type { Finding, TraceResult } from "./verify/result.ts";
export { jsonReport, verifyReport, type VerifyReport } from "./report/json.ts";
