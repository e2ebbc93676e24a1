import type { ErrorTable } from "#protocol/errors/table.ts";

export const CONFIG_ERRORS = {} as const satisfies ErrorTable;
