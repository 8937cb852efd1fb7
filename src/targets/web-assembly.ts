// What is used of the engine for WebAssembly that Node has. The types that come with TypeScript are those of browsers.

/** Compiled code. Nothing can be seen of it. */
export interface CompiledModule {
  readonly [Symbol.toStringTag]: "WebAssembly.Module";
}

export interface LinearMemory {
  /** A new buffer takes its place when the memory grows. */
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export interface GlobalVariable {
  value: number | bigint;
}

interface Engine {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => CompiledModule;
  readonly Instance: new (module: CompiledModule, imports: object) => { readonly exports: unknown };
}

const { WebAssembly: engine } = globalThis as unknown as { readonly WebAssembly: Engine };

/** Compiles a binary. Throws where it is not valid. */
export function compile(bytes: Uint8Array<ArrayBuffer>): CompiledModule {
  return new engine.Module(bytes);
}

/** A new instance's exports. */
export function instantiate(module: CompiledModule, imports: object): unknown {
  return new engine.Instance(module, imports).exports;
}
