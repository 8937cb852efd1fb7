// What verifying a kernel trace is told beside the trace.

import type { LinuxEnvironment } from "../trace/linux-environment.ts";

/** Who wrote the trace: perf may drop events without a record of it. */
export type LinuxRecorder = "ftrace" | "perf";

export interface LinuxVerifyOptions {
  readonly file: string;
  readonly recorder: LinuxRecorder;
  readonly environment: LinuxEnvironment;
  /** Findings that the result names; all are counted. */
  readonly findingsMax: number;
}
