#!/usr/bin/env node
// Placeholder, so that the build has an entry: the command line is being written.
export {};
