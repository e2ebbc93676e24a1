/** GB/T 2260 codes of administrative divisions, with the years in which each was in force. */
import { type DivisionRow, SHANDONG } from "#protocol/codes/shandong.ts";
import { shown } from "#protocol/codes/shown.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

export interface Division extends DivisionRow {
  readonly level: "province" | "prefecture" | "county";
}

/** By code, oldest first: a code outlives a change of name. */
const BY_CODE = new Map<string, Division[]>();
for (const row of SHANDONG) {
  const division = { ...row, level: levelOf(row.code) };
  BY_CODE.set(row.code, [...(BY_CODE.get(row.code) ?? []), division]);
}

function levelOf(code: string): Division["level"] {
  if (code.endsWith("0000")) return "province";
  return code.endsWith("00") ? "prefecture" : "county";
}

/** The division of a code as it was in a year. In the year of a change of name, the new one. */
export function divisionAt(code: string, year: number): Division | undefined {
  return BY_CODE.get(code)?.findLast(({ from, until }) => (from ?? year) <= year && year <= (until ?? year));
}

/** The division that a code stands for now or, retired, stood for last. */
export function latestDivision(code: string): Division | undefined {
  return BY_CODE.get(code)?.at(-1);
}

/** A county-level division in force in a year. Errors: `codes.unknownDivision`, `codes.divisionNotInForce`. */
export function countyAt(code: string, year: number): Division {
  const latest = latestDivision(code);
  if (latest?.level !== "county") throw new CodedError("codes.unknownDivision", shown(code));
  const division = divisionAt(code, year);
  if (division) return division;
  const successor = latest.successor ? `, now ${latest.successor}` : "";
  throw new CodedError("codes.divisionNotInForce", `${code} ${latest.name}, ${latest.from ?? ""}–${latest.until ?? ""}${successor}`);
}
