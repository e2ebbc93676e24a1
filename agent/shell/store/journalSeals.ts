/**
 * Seals tie down what no hash chain holds: each small row carries the digest of its columns, and one row, the tally, the digest of which
 * rows there are. They show what a card lost or somebody changed by hand; who recomputes them is stopped by the chip's mirror alone.
 */
import { sha256Hex } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** 16 bytes in hex. */
export type Seal = string;

export type Column = string | number | null | Uint8Array;

const SEAL_DIGITS = 32;
export const NO_ROWS: Seal = "0".repeat(SEAL_DIGITS);

/** The value that holds the tally; it is not in the tally itself. */
export const TALLY = "journal/tally";

/** Tables whose rows the tally counts. Those of `stream` follow from the devices, a checkpoint from its stream. */
export const TALLIED = ["device", "value", "dead_letter", "hole"] as const;
export type TalliedTable = (typeof TALLIED)[number];
export type Tally = Record<TalliedTable, Seal>;

/** A text, a number and a blob that look the same have different seals. */
export function sealOf(table: string, ...columns: readonly Column[]): Seal {
  const told = columns.map((column) => (column instanceof Uint8Array ? [Buffer.from(column).toString("hex")] : tagged(column)));
  return sha256Hex(JSON.stringify([table, ...told])).slice(0, SEAL_DIGITS);
}

/** Long, so it is digested as it lies there. */
export function checkpointSeal(device: number, state: string | Uint8Array): Seal {
  return sealOf("checkpoint", device, typeof state === "string" ? "text" : "blob", sha256Hex(state));
}

/** Covers the whole that it is a change of, or, with null, stands for it: what a stream knows of its device's checkpoint. */
export function checkpointChangeSeal(device: number, whole: Seal, change: Uint8Array | null): Seal {
  return sealOf("checkpoint_change", device, whole, change);
}

/** The tally with a row more, or, being its own inverse, without it. */
export function toggled(sum: Seal, seal: Seal): Seal {
  return (BigInt(`0x${sum}`) ^ BigInt(`0x${seal}`)).toString(16).padStart(SEAL_DIGITS, "0");
}

export function emptyTally(): Tally {
  return { device: NO_ROWS, value: NO_ROWS, dead_letter: NO_ROWS, hole: NO_ROWS };
}

/** Throws `journal.corrupt`. */
export function parseTally(text: string | undefined): Tally {
  const tally = emptyTally();
  const sums = (text ?? "").split(",");
  for (const [index, table] of TALLIED.entries()) {
    const sum = sums[index];
    if (sum === undefined || !isSeal(sum)) throw new CodedError("journal.corrupt", "the tally of its rows is missing");
    tally[table] = sum;
  }
  return tally;
}

export function tallyText(tally: Tally): string {
  return TALLIED.map((table) => tally[table]).join(",");
}

export function isSeal(value: unknown): value is Seal {
  return typeof value === "string" && value.length === SEAL_DIGITS && /^[0-9a-f]+$/.test(value);
}

function tagged(column: string | number | null): string | null {
  return typeof column === "number" ? `n${column}` : column === null ? null : `t${column}`;
}
