// Random tests draw the same cases on every machine, so that a red run is about the change that made it red.
// FC_SEED=… draws others; `npm run fuzz` draws many.

import { configureGlobal, readConfigureGlobal } from "fast-check";

const SEED = 20_261_122;

configureGlobal({ ...readConfigureGlobal(), seed: Number(process.env["FC_SEED"] ?? SEED) });
