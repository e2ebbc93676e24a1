import type { FarDevice } from "#test/serial/farEnd/farSlaves.ts";

/** A PZEM-017 that reads what the test says. */
export class FarPzem implements FarDevice {
  voltageVolts = 0;
  currentAmps = 0;
  shunt = 3;
  silent = false;

  answer(functionCode: number, data: DataView): Uint8Array | number | undefined {
    if (this.silent) return undefined;
    const from = data.getUint16(0);
    const count = data.getUint16(2);
    if (functionCode === 4) return registers(this.#live().slice(from, from + count));
    if (functionCode === 3) return registers([30_000, 700, 1, this.shunt].slice(from, from + count));
    return 1;
  }

  #live(): number[] {
    return [Math.round(this.voltageVolts * 100), Math.round(this.currentAmps * 100), 0, 0, 0, 0, 0, 0];
  }
}

/** A relay board; its timed outputs end when the test says so. */
export class FarRelays implements FarDevice {
  readonly coils = [false, false, false, false, false, false, false, false];
  /** Each order: "on 0", "off 0", "flash 0 80". */
  readonly orders: string[] = [];
  welded = false;

  answer(functionCode: number, data: DataView): Uint8Array | number | undefined {
    const address = data.getUint16(0);
    const value = data.getUint16(2);
    if (functionCode === 1) return Uint8Array.of(1, this.welded || this.coils[address] ? 1 : 0);
    if (functionCode !== 5) return 1;
    const flash = address >= 0x200;
    this.orders.push(flash ? `flash ${address - 0x200} ${value}` : `${value ? "on" : "off"} ${address}`);
    this.coils[flash ? address - 0x200 : address] = value !== 0;
    return new Uint8Array(data.buffer, data.byteOffset, 4);
  }
}

function registers(words: number[]): Uint8Array {
  return Uint8Array.from([words.length * 2, ...words.flatMap((word) => [word >> 8, word & 0xff])]);
}
