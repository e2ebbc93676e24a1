/** What can stand at an address of a bus. */
import type { MeterMapName, RelayMapName } from "#protocol/chip/maps/catalogue.ts";
import type { Said } from "#protocol/chip/maps/foreign.ts";

/** Our chip, in the state of its life that can be told from the wire. */
export interface FoundChip {
  kind: "chip";
  address: number;
  state: "bare" | "provisioned" | "locked";
  /** Empty while it is bare. */
  deviceCode: string;
  uid: string;
  firmware: string;
  sensorRangeAmps: number;
  sensorRangeVolts: number;
  bootCount: number;
  remarks: Said[];
}

/** Classes that a machine may have: with these parts in it, or, for a meter, whatever the relay beside it allows. */
export type AllowedClass = "enforced" | "monitored";

interface FoundForeign {
  address: number;
  /** Another make might answer the same. */
  certain: boolean;
  allows: AllowedClass[];
  lacks: Said[];
  remarks: Said[];
}

export interface FoundMeter extends FoundForeign {
  kind: "meter";
  map: MeterMapName;
  rangeAmps: number;
  volts: number;
  amps: number;
}

export interface FoundRelay extends FoundForeign {
  kind: "relay";
  map: RelayMapName;
}

/** It answers Modbus: what it is not, and why not. */
export interface FoundUnknown {
  kind: "unknown";
  address: number;
  isNot: { what: string; why: Said }[];
}

/** Somebody answers, but never the same and never whole. */
export interface FoundGarbled {
  kind: "garbled";
  address: number;
}

export type FoundDevice = FoundChip | FoundMeter | FoundRelay | FoundUnknown | FoundGarbled;
