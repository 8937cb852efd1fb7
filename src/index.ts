// Placeholder, so that the build has an entry: the public API is being written.
export {};
