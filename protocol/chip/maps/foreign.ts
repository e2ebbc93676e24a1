import type { Block, RegisterMap } from "#protocol/chip/table.ts";

/** How a serial line is set. A character on the wire is a start bit, the data bits, the parity bit if any, and the stop bits. */
export interface LineSettings {
  readonly baudRate: number;
  readonly dataBits: 7 | 8;
  readonly parity: "none" | "even" | "odd";
  readonly stopBits: 1 | 2;
}

/** Where a foreign meter keeps what an arc is judged by. Field names are those of the block. */
export interface MeterDescription {
  readonly live: Block;
  readonly voltsField: string;
  readonly ampsField: string;
  /** Range of the current input when nobody says otherwise. */
  readonly rangeAmps: number;
  /** Where the device itself tells its range: the field's value is an index of `amps`. */
  readonly range?: { readonly block: Block; readonly field: string; readonly amps: readonly number[] };
}

export interface MeterMap extends RegisterMap {
  /** As the device leaves the factory. */
  readonly line: LineSettings;
  readonly meter: MeterDescription;
}

/** How a relay is worked: FC05 on `coilBase` + coil, FC01 reads it back. */
export interface RelayDescription {
  readonly coilBase: number;
  readonly coils: number;
  /**
   * A timed output: FC05 on `coilBase` + coil with a count of `unitMs` closes the relay for so long and no longer.
   * Issued again before it ends, it is a dead-man. A relay without it stays closed when its master dies.
   */
  readonly flashOn?: { readonly coilBase: number; readonly unitMs: number; readonly unitsMax: number; readonly leaseMs: number };
}

export interface RelayMap extends RegisterMap {
  readonly line: LineSettings;
  readonly relay: RelayDescription;
}
