import type { BusLine } from "#agent/shell/serial/busLine.ts";
import type { Rank } from "#agent/shell/serial/requestQueue.ts";
import type { RtuAnswer, RtuRequest } from "#agent/shell/serial/rtuRequest.ts";
import type { RelayMap } from "#protocol/chip/maps/foreign.ts";

/** One relay of a board that its map describes. */
export class ForeignRelay {
  readonly address: number;
  readonly #line: BusLine;
  readonly #coil: number;
  readonly #relay: RelayMap["relay"];

  constructor(line: BusLine, address: number, coil: number, map: RelayMap) {
    this.#line = line;
    this.address = address;
    this.#coil = coil;
    this.#relay = map.relay;
  }

  /** A timed output opens it when nobody renews. */
  get hasDeadMan(): boolean {
    return this.#relay.flashOn !== undefined;
  }

  /** `closeForMs` is asked when the order's turn on the wire has come; 0 opens. A relay without a timed output closes for good. */
  drive(closeForMs: () => number, rank: Rank): Promise<RtuAnswer> {
    return this.#line.request(this.address, rank, () => this.#order(closeForMs()));
  }

  async isClosed(rank: Rank): Promise<boolean> {
    const request = { kind: "readCoils", unit: this.address, address: this.#relay.coilBase + this.#coil, count: 1 } as const;
    const answer = await this.#line.request(this.address, rank, () => request);
    return answer.data[0] === 1;
  }

  #order(closeForMs: number): RtuRequest {
    const { flashOn, coilBase } = this.#relay;
    const unit = this.address;
    if (!flashOn || closeForMs <= 0) return { kind: "writeCoil", unit, address: coilBase + this.#coil, closed: closeForMs > 0 };
    const units = Math.floor(Math.min(closeForMs, flashOn.leaseMs) / flashOn.unitMs);
    return { kind: "writeTimedCoil", unit, address: flashOn.coilBase + this.#coil, units: Math.min(flashOn.unitsMax, Math.max(1, units)) };
  }
}
