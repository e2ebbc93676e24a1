/** The list of labels to print: a CSV with a header, a label a row. */
import { readFileSync } from "node:fs";
import { CsvError, parse } from "csv-parse/sync";
import { z } from "zod";
import { CodedError } from "#protocol/errors/codedError.ts";
import { type LabelFacts, type LabelText, labelText } from "#scripts/install/label/facts.ts";

const LABELS_MAX = 5_000;
const BYTES_MAX = 2_097_152;
/** No more faults are told at once. */
const FAULTS_SHOWN = 10;

const text = z.string().min(1).max(64).optional();
const Row = z.strictObject({
  device: z.string().max(64),
  uid: z.string().max(64),
  hotline: text,
  platform: text,
  designation: text,
  maker: text,
});
type Row = z.infer<typeof Row>;

/** What a row need not say. */
export type Defaults = Partial<Pick<LabelFacts, "hotline" | "platformHost" | "maker" | "designation">>;

/** Throws `label.badSheet`, which names the lines and what is wrong with each: a bad check character too. All rows are good or nothing is made. */
export function readLabelsFile(path: string, defaults: Defaults): LabelText[] {
  return labelsOf(readText(path), defaults);
}

export function labelsOf(csv: string, defaults: Defaults): LabelText[] {
  const rows = rowsOf(csv);
  if (rows.length === 0 || rows.length > LABELS_MAX) throw bad(`${rows.length} labels; 1 to ${LABELS_MAX}`);
  const labels: LabelText[] = [];
  const faults: string[] = [];
  const lineOfCode = new Map<string, number>();
  for (const { record, info } of rows) {
    const label = labelOrFault(record, defaults);
    if (typeof label === "string") {
      faults.push(`line ${info.lines}: ${label}`);
      continue;
    }
    const twin = lineOfCode.get(label.code);
    if (twin !== undefined) faults.push(`line ${info.lines}: ${label.code} stands in line ${twin} already`);
    lineOfCode.set(label.code, info.lines);
    labels.push(label);
  }
  if (faults.length === 0) return labels;
  const rest = faults.length > FAULTS_SHOWN ? [`and ${faults.length - FAULTS_SHOWN} more`] : [];
  throw bad([...faults.slice(0, FAULTS_SHOWN), ...rest].join("; "));
}

function labelOrFault(record: Record<string, string>, defaults: Defaults): LabelText | string {
  const cells = Object.fromEntries(Object.entries(record).filter(([, cell]) => cell !== ""));
  const parsed = Row.safeParse(cells);
  if (!parsed.success) return z.prettifyError(parsed.error).replaceAll("\n", " ");
  try {
    return labelText(factsOf(parsed.data, defaults));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return error.message;
  }
}

function factsOf(row: Row, defaults: Defaults): LabelFacts {
  const maker = row.maker ?? defaults.maker;
  const designation = row.designation ?? defaults.designation;
  return {
    ...{ deviceCode: row.device, uid: row.uid, hotline: row.hotline ?? defaults.hotline ?? "" },
    ...{ platformHost: row.platform ?? defaults.platformHost ?? "" },
    ...(maker === undefined ? {} : { maker }),
    ...(designation === undefined ? {} : { designation }),
  };
}

function rowsOf(csv: string): { record: Record<string, string>; info: { lines: number } }[] {
  try {
    return parse(csv, { columns: true, bom: true, trim: true, skip_empty_lines: true, skip_records_with_empty_values: true, info: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw bad(error.message);
  }
}

function readText(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw bad(error instanceof Error ? error.message : String(error));
  }
  if (bytes.length > BYTES_MAX) throw bad(`${path}: ${BYTES_MAX} bytes at most`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // What a spreadsheet on a Chinese Windows writes.
    return new TextDecoder("gb18030").decode(bytes);
  }
}

function bad(detail: string): CodedError {
  return new CodedError("label.badSheet", detail);
}
