import type { Block, RegisterMap } from "#protocol/chip/table.ts";

/** How a serial line is set. A character on the wire is a start bit, the data bits, the parity bit if any, and the stop bits. */
export interface LineSettings {
  readonly baudRate: number;
  readonly dataBits: 7 | 8;
  readonly parity: "none" | "even" | "odd";
  readonly stopBits: 1 | 2;
}

/** A block that is read to see whether a device is of this map, and what it must hold then. */
export interface RecognisingRead {
  readonly block: Block;
  /** The least and the most that a field can be. */
  readonly within?: Readonly<Record<string, readonly [number, number]>>;
  /** All that a field can be. */
  readonly oneOf?: Readonly<Record<string, readonly number[]>>;
  /** This field is the slave's own address. */
  readonly ownAddress?: string;
}

export interface Said {
  readonly zh: string;
  readonly en: string;
}

/** How a device is told from others by reading alone. */
export interface Recognition {
  /** Every one of them is answered, and fits. */
  readonly reads: readonly RecognisingRead[];
  /** False where a device of another make might fit as well. */
  readonly certain: boolean;
  /** Settings beside the factory's that its manual names. */
  readonly otherLines: readonly LineSettings[];
  /** What it lacks, and what no read can tell. */
  readonly remarks: readonly Said[];
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
  readonly recognition: Recognition;
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
  readonly recognition: Recognition;
  readonly relay: RelayDescription;
}
