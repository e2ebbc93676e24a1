/** Keys of development, documented in README.md; a provisioned chip has its own. */

/** Between module and chip: bytes 00, 01 … 1f. */
export const DEVELOPMENT_LINK_KEY = Uint8Array.from({ length: 32 }, (_, index) => index);
/** Between platform and chip: bytes 20, 21 … 3f. */
export const DEVELOPMENT_BUDGET_KEY = Uint8Array.from({ length: 32 }, (_, index) => 32 + index);
