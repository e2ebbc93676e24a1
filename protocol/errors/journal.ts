import type { ErrorTable } from "#protocol/errors/table.ts";

export const JOURNAL_ERRORS = {} as const satisfies ErrorTable;
