// The public API: the laws and the reference allocator, readers of traces, and the verifier.
//
// What is not here is not promised: it may change in any release.

// Pools, profiles, commands.
export { createGeometry, type FrameRange, type Geometry, type PoolShape, type ZoneRange } from "../model/geometry.ts";
export { STRICT_PROFILE, type Profile } from "../model/profile.ts";
export type { Command, FreeLists, Outcome } from "../model/command.ts";
export { formatState, formatStep, parseNotation, type Notation, type WrittenEvent } from "../model/notation.ts";

// The laws and the one relation.
export { LAW_IDS, LAWS, lawOf, type Law, type LawId } from "../model/invariants.ts";
export { createLedger, type Ledger, type LedgerOptions } from "../model/ledger.ts";
export { step } from "../model/step.ts";
export type { Allowed, Assumed, Fault, Piece, Violation } from "../model/violation.ts";

// The reference allocators.
export { Allocator } from "../model/allocator.ts";
export { createPageApi, MAX_ORDER, PageApi } from "../model/page-api.ts";
export { createBootmem, handoverFault, type Bootmem } from "../model/bootmem.ts";
export type { Mutant } from "../model/mutant.ts";
export { MUTANTS } from "../model/mutants.ts";

// Scripts for test suites of your own, and what an allocator does wrong when it is given one (docs/test.md).
export { poolShapes, scripts, type PoolLimits, type ScriptOptions } from "./test/arbitrary.ts";
export { keepsTheLaws, type LawCase, type PropertyOptions } from "./expect/property.ts";
export { loadProfile, type ProfileSource } from "./expect/load-profile.ts";
export { complaint } from "./expect/complaint.ts";
export type { ModuleAllocator, ModulePool } from "./targets/module.ts";
export type { Move, Script } from "./targets/script.ts";

// Traces and their verification.
export { problemLine, PROBLEMS, type Place, type Problem, type ProblemCode } from "./problem.ts";
export type { NotChecked, VerdictKind } from "./verdict.ts";
export type { TraceCursor, TraceHeader, TraceSink } from "./trace/event.ts";
export { NativeReader } from "./trace/native.ts";
export { YamlReader } from "./trace/yaml.ts";
export { eventLine, headerLine } from "./trace/native-writer.ts";
export { Verifier, type VerifyOptions } from "./verify/verify.ts";
export type { Finding, TraceResult } from "./verify/result.ts";
export { jsonReport, verifyReport, type VerifyReport } from "./report/json.ts";
export { textReport, type TextOptions } from "./report/text.ts";
