export const VERSION = "0.1.0";

/** It was at least this late when this version was made. */
export const BUILD_MS = Date.UTC(2026, 10, 22);
