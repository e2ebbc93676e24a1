/** Slaves that the search must tell apart. */
import { wordsToBytes } from "#protocol/chip/codec.ts";
import { type FarDevice, FarSlaves } from "#test/serial/farEnd/farSlaves.ts";

type Answer = Uint8Array | number | undefined;

function registers(words: readonly number[]): Uint8Array {
  return Uint8Array.of(words.length * 2, ...wordsToBytes(words));
}

/** Relays with FC01, and with the registers of a maker who has them; cheap ones are silent to everything else. */
export class FarBoard implements FarDevice {
  readonly #own: { address: number; version: number } | null;

  constructor(own: { address: number; version: number } | null) {
    this.#own = own;
  }

  answer(functionCode: number, data: DataView): Answer {
    if (functionCode === 1) return Uint8Array.of(1, 0);
    if (!this.#own) return undefined;
    if (functionCode !== 3) return 1;
    if (data.getUint16(0) === 0x4000) return registers([this.#own.address]);
    if (data.getUint16(0) === 0x8000) return registers([this.#own.version]);
    return 2;
  }
}

/** 24.5 V, 118.25 A, 2.897 kW, 31.5 degrees. */
export class FarDjsf implements FarDevice {
  answer(functionCode: number, data: DataView): Answer {
    if (functionCode !== 3) return 1;
    const from = data.getUint16(0);
    const all = new Map([
      ...[0x41c4, 0x0000, 0x42ec, 0x8000, 0x4039, 0x6872].map((word, index) => [50 + index, word] as const),
      ...([
        [5, 315],
        [12, 1],
        [13, 4_464],
      ] as const),
    ]);
    const words = Array.from({ length: data.getUint16(2) }, (_, index) => all.get(from + index));
    return words.every((word) => word !== undefined) ? registers(words) : 2;
  }
}

/** Has every holding register, with the same in all of them. */
export class FarRegisters implements FarDevice {
  readonly #word: number;

  constructor(word: number) {
    this.#word = word;
  }

  answer(functionCode: number, data: DataView): Answer {
    return functionCode === 3 ? registers(Array.from({ length: data.getUint16(2) }, () => this.#word)) : 1;
  }
}

/** Slaves that drive the line at once: where they differ, neither is heard. Gives what takes the master's bytes. */
export function together(
  busses: readonly Readonly<Record<number, FarDevice>>[],
  send: (bytes: Uint8Array) => void,
): (bytes: Uint8Array) => void {
  let said: Uint8Array[] = [];
  const all = busses.map((devices) => {
    const slaves = new FarSlaves((bytes) => said.push(bytes));
    for (const [address, device] of Object.entries(devices)) slaves.devices.set(Number(address), device);
    return slaves;
  });
  return (bytes) => {
    for (const slaves of all) slaves.receive(bytes);
    setImmediate(() => {
      const [first, ...others] = said;
      said = [];
      if (first) send(others.reduce((sum, other) => sum.map((byte, at) => byte & (other[at] ?? 0xff)), first));
    });
  };
}
