import type { ErrorTable } from "#protocol/errors/table.ts";

export const SYNC_ERRORS = {} as const satisfies ErrorTable;
