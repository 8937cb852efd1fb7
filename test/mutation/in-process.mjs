/*
 * Stryker's test runner: loads the tests once, and runs them for each mutant in the same process.
 *
 * 1. All mutants are in the instrumented code already, and one is switched on by its number. So nothing has to be
 *    loaded again, unless the mutant acts while modules load.
 * 2. The tests that were fastest without a mutant come first, and the first failure ends the run. A property that fails
 *    is not shrunk.
 * 3. Which tests there are says `inProcess` in the configuration: `tests` names folders and files, `except` files that
 *    are left out because they are slow and kill nothing that the others do not.
 *
 * Under Stryker's runner for vitest a mutant takes 0.8 s of one core, most of it for starting a worker and loading the tests.
 */
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { configureGlobal, readConfigureGlobal } from "fast-check";
import { createServer, createServerModuleRunner } from "vite";

/** @typedef {import("./collect.mjs").Test} Test */
/** @typedef {typeof import("./collect.mjs")} Collector */
/**
 * What Stryker and the instrumented code tell each other.
 *
 * @typedef {object} Namespace
 * @property {string | undefined} [activeMutant]
 * @property {string | undefined} [currentTestId]
 * @property {unknown} [mutantCoverage]
 * @property {number | undefined} [hitCount]
 * @property {number | undefined} [hitLimit]
 */
/** @typedef {{ readonly id: string, readonly name: string, readonly fileName: string, readonly timeSpentMs: number }} Timed */
/**
 * @typedef {object} MutantRun
 * @property {readonly string[]} [testFilter]
 * @property {number} [hitLimit]
 * @property {{ readonly id: string }} activeMutant
 * @property {"runtime" | "static"} mutantActivation
 */

const [PASSED, FAILED] = [0, 1];
const SETUP = "test/seed.ts";

class InProcess {
  static inject = /** @type {const} */ (["options"]);
  /** @readonly @type {readonly string[]} */
  #files;
  /** @type {import("vite").ViteDevServer | undefined} */
  #server;
  /** @type {readonly Test[]} */
  #tests = [];
  /** Milliseconds without a mutant, by test id. @readonly @type {Map<string, number>} */
  #spent = new Map();
  #isFresh = false;

  /** @param {{ readonly inProcess: { readonly tests: readonly string[], readonly except: readonly string[] } }} options */
  constructor(options) {
    const { tests, except } = options.inProcess;
    this.#files = tests
      .flatMap(testsIn)
      .filter((file) => !except.includes(file))
      .sort();
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    this.#server = await createServer({
      configFile: false,
      appType: "custom",
      logLevel: "silent",
      server: { middlewareMode: true, watch: null, ws: false },
      optimizeDeps: { noDiscovery: true },
      resolve: { alias: { vitest: path.resolve("test/mutation/collect.mjs") } },
    });
    await this.#load();
  }

  async dryRun() {
    const namespace = stryker();
    namespace.activeMutant = undefined;
    await this.#load();
    /** @type {(Timed & ({ readonly status: number, readonly failureMessage?: string }))[]} */
    const tests = [];
    for (const test of this.#tests) {
      namespace.currentTestId = test.id;
      const started = performance.now();
      const failureMessage = await failureOf(test);
      const timeSpentMs = performance.now() - started;
      this.#spent.set(test.id, timeSpentMs);
      const { id, fileName } = test;
      const timed = { id, name: id, fileName: path.resolve(fileName), timeSpentMs };
      tests.push(failureMessage === null ? { ...timed, status: PASSED } : { ...timed, status: FAILED, failureMessage });
    }
    namespace.currentTestId = undefined;
    return { status: "complete", tests, mutantCoverage: namespace.mutantCoverage };
  }

  /** @param {MutantRun} run */
  async mutantRun({ testFilter, hitLimit, activeMutant, mutantActivation }) {
    const namespace = stryker();
    namespace.hitCount = 0;
    namespace.hitLimit = hitLimit;
    const isStatic = mutantActivation === "static";
    namespace.activeMutant = isStatic ? activeMutant.id : undefined;
    try {
      if (isStatic || !this.#isFresh) await this.#load();
    } catch (error) {
      this.#isFresh = false;
      return killed([SETUP], error, 0);
    }
    this.#isFresh = !isStatic;
    namespace.activeMutant = activeMutant.id;
    const wanted = testFilter === undefined ? null : new Set(testFilter);
    const tests = this.#tests.filter(({ id }) => wanted === null || wanted.has(id));
    tests.sort((a, b) => (this.#spent.get(a.id) ?? 0) - (this.#spent.get(b.id) ?? 0));
    let nrOfTests = 0;
    for (const test of tests) {
      nrOfTests++;
      const failure = await failureOf(test);
      if (hitLimit !== undefined && namespace.hitCount > hitLimit) return { status: "timeout", reason: "hit limit" };
      if (failure !== null) return killed([test.id], failure, nrOfTests);
    }
    return { status: "survived", nrOfTests };
  }

  async dispose() {
    await this.#server?.close();
  }

  async #load() {
    const server = /** @type {import("vite").ViteDevServer} */ (this.#server);
    const runner = createServerModuleRunner(server.environments.ssr, { hmr: false, sourcemapInterceptor: false });
    await runner.import(path.resolve(SETUP));
    configureGlobal({ ...readConfigureGlobal(), endOnFailure: true });
    const collector = /** @type {Collector} */ (await runner.import(path.resolve("test/mutation/collect.mjs")));
    this.#tests = await collector.collect(this.#files, (file) => runner.import(path.resolve(file)));
  }
}

/**
 * @param {string} place
 * @returns {readonly string[]}
 */
function testsIn(place) {
  if (!statSync(place).isDirectory()) return [place];
  return readdirSync(place)
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `${place}/${name}`);
}

/** @returns {Namespace} */
function stryker() {
  const global = /** @type {{ __stryker__?: Namespace }} */ (globalThis);
  global.__stryker__ ??= {};
  return global.__stryker__;
}

/**
 * Why a test fails, or null where it passes.
 *
 * @param {Test} test
 * @returns {Promise<string | null>}
 */
async function failureOf(test) {
  try {
    await test.body();
    return null;
  } catch (error) {
    return String(error);
  }
}

/**
 * @param {readonly string[]} killedBy
 * @param {unknown} failure
 * @param {number} nrOfTests
 */
function killed(killedBy, failure, nrOfTests) {
  return { status: "killed", killedBy, failureMessage: String(failure), nrOfTests };
}

export const strykerPlugins = [{ kind: "TestRunner", name: "in-process", injectableClass: InProcess }];

export const strykerValidationSchema = {
  properties: {
    inProcess: {
      type: "object",
      properties: {
        tests: { type: "array", items: { type: "string" } },
        except: { type: "array", items: { type: "string" } },
      },
    },
  },
};
