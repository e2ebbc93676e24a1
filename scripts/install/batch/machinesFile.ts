/** The installer's list: a CSV with a header, a machine a row. Spreadsheets write it with a byte order mark and empty rows; both are borne. */
import { readFileSync } from "node:fs";
import { CsvError, parse } from "csv-parse/sync";
import { z } from "zod";
import { CodedError } from "#protocol/errors/codedError.ts";
import { faultOfModules } from "#scripts/install/batch/moduleRules.ts";
import { MachineOrder } from "#scripts/install/machine/order.ts";

const MACHINES_MAX = 1_000;
const BYTES_MAX = 1_048_576;

/** Throws `install.badList`, which names row and column: nothing begins before the whole list is good. */
export function readMachinesFile(path: string): MachineOrder[] {
  return parseMachines(readText(path));
}

export function parseMachines(text: string): MachineOrder[] {
  const rows = rowsOf(text);
  if (rows.length === 0) throw bad("no machine in it");
  if (rows.length > MACHINES_MAX) throw bad(`${MACHINES_MAX} machines at most`);
  const listed = rows.map(({ record, info }) => ({ order: orderOf(record, info.lines), line: info.lines }));
  const orders = listed.map(({ order }) => order);
  for (const key of ["name", "deviceCode"] as const) {
    const twice = orders.find((order, at) => order[key] !== undefined && orders.findIndex((other) => other[key] === order[key]) < at);
    if (twice) throw bad(`${key} ${twice[key]}: twice`);
  }
  const fault = faultOfModules(listed);
  if (fault !== null) throw bad(fault);
  return orders;
}

interface Row {
  record: Record<string, string>;
  info: { lines: number };
}

function rowsOf(text: string): Row[] {
  try {
    return parse(text, { columns: true, bom: true, trim: true, skip_empty_lines: true, skip_records_with_empty_values: true, info: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw bad(error.message);
  }
}

function orderOf(record: Record<string, string>, line: number): MachineOrder {
  const cells = Object.fromEntries(Object.entries(record).filter(([, cell]) => cell !== ""));
  const parsed = MachineOrder.safeParse(cells);
  if (parsed.success) return parsed.data;
  throw bad(`line ${line}: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}`);
}

function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > BYTES_MAX) throw bad(`${path}: ${BYTES_MAX} bytes at most`);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw bad(`${path}: ${(error as Error).message}`);
  }
}

function bad(detail: string): CodedError {
  return new CodedError("install.badList", detail);
}
