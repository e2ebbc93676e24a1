import type { ErrorTable } from "#protocol/errors/table.ts";

export const LICENCE_ERRORS = {} as const satisfies ErrorTable;
