import type { ErrorTable } from "#protocol/errors/table.ts";

export const CHIP_ERRORS = {} as const satisfies ErrorTable;
