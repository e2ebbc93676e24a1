import type { ErrorTable } from "#protocol/errors/table.ts";

export const CODES_ERRORS = {} as const satisfies ErrorTable;
