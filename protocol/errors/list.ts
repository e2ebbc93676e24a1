import type { ErrorTable } from "#protocol/errors/table.ts";

export const LIST_ERRORS = {} as const satisfies ErrorTable;
