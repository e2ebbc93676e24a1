import type { ErrorTable } from "#protocol/errors/table.ts";

export const EVENT_ERRORS = {} as const satisfies ErrorTable;
