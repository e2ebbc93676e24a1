import type { BusLine } from "#agent/shell/serial/busLine.ts";
import type { MeterReading } from "#agent/shell/serial/foreignWindows.ts";
import type { Rank } from "#agent/shell/serial/requestQueue.ts";
import { decodeBlock } from "#protocol/chip/codec.ts";
import type { MeterMap } from "#protocol/chip/maps/foreign.ts";
import type { Block } from "#protocol/chip/table.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** A meter that its map describes, at one address of a bus. */
export class ForeignMeter {
  readonly address: number;
  readonly #line: BusLine;
  readonly #map: MeterMap;

  constructor(line: BusLine, address: number, map: MeterMap) {
    this.#line = line;
    this.address = address;
    this.#map = map;
  }

  async read(rank: Rank): Promise<MeterReading> {
    const { live, voltsField, ampsField } = this.#map.meter;
    const values = await this.#block(live, rank);
    return { voltageVolts: finite(values, voltsField), currentAmps: finite(values, ampsField) };
  }

  /** What the device says of its range, or what the map does. An index without a meaning is link.foreignDevice. */
  async rangeAmps(): Promise<number> {
    const { range, rangeAmps } = this.#map.meter;
    if (!range) return rangeAmps;
    const index = finite(await this.#block(range.block, "low"), range.field);
    const amps = range.amps[index];
    if (amps === undefined) throw new CodedError("link.foreignDevice", `address ${this.address}: ${range.field} ${index}`);
    return amps;
  }

  async #block(block: Block, rank: Rank): Promise<Record<string, unknown>> {
    const kind = block.space === "input" ? "readInput" : "readHolding";
    const request = { kind, unit: this.address, address: block.address, count: block.words } as const;
    const answer = await this.#line.request(this.address, rank, () => request);
    return decodeBlock(block, answer.data);
  }
}

function finite(values: Record<string, unknown>, field: string): number {
  const value = values[field];
  if (typeof value !== "number" || !Number.isFinite(value)) throw new CodedError("link.badAnswer", `${field} is ${String(value)}`);
  return value;
}
