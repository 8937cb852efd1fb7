// A worker thread that answers requests in the order in which they are made.

import { Worker, type Transferable } from "node:worker_threads";

interface Waiting<Reply> {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** One worker. Several requests may wait for it; when it fails, all of them do. */
export class Thread<Request, Reply> {
  readonly #worker: Worker;
  readonly #waiting: Waiting<Reply>[] = [];

  constructor(file: URL, workerData: unknown) {
    this.#worker = new Worker(file, { workerData });
    this.#worker.on("message", (reply: Reply) => this.#waiting.shift()?.resolve(reply));
    this.#worker.on("error", (error: unknown) => {
      const failure = error instanceof Error ? error : new Error(String(error));
      for (const { reject } of this.#waiting.splice(0)) reject(failure);
    });
  }

  /** How many requests it has not answered yet. */
  get load(): number {
    return this.#waiting.length;
  }

  ask(request: Request, moved: readonly Transferable[] = []): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(request, moved);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
