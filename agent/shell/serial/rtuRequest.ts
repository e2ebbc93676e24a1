import modbus from "modbus-serial";

/** The requests that maps need, as data. Addresses go on the wire as they are, counted from 0. */
export type RtuRequest =
  | { kind: "readCoils" | "readHolding" | "readInput"; unit: number; address: number; count: number }
  | { kind: "writeCoil"; unit: number; address: number; closed: boolean }
  /** FC05 with a count in place of on and off: a timed output. */
  | { kind: "writeTimedCoil"; unit: number; address: number; units: number }
  | { kind: "writeRegisters"; unit: number; address: number; words: readonly number[] }
  | { kind: "writeRead"; unit: number; readAddress: number; readWords: number; writeAddress: number; words: readonly number[] };

/** Registers or coils (0 and 1) read; empty after a write. Times are `performance.now()`. */
export interface RtuAnswer {
  data: number[];
  /** The request's last byte was handed to the wire. */
  sentAtMs: number;
  /** The answer was complete. */
  answeredAtMs: number;
}

export type Modbus = InstanceType<typeof modbus.default>;

/** What modbus-serial asks of a port that is not one of its own. */
export interface ModbusPort {
  readonly isOpen: boolean;
  open(done: (error?: Error) => void): void;
  close(done: (error?: Error) => void): void;
  write(frame: Buffer): void;
}

/**
 * Its own buffered port cannot take the answer to an FC23 (it knows no length for one) and forgives no noise,
 * so it is given a port of ours; it encodes and decodes.
 */
export function makeModbus(port: ModbusPort): Modbus {
  return new modbus.default(port);
}

type Done = (error: Error | null, data: number[]) => void;

/** Encodes the request and writes it to the port; `done` gets the decoded answer. */
export function issue(client: Modbus, request: RtuRequest, done: Done): void {
  const { unit } = request;
  const read = (error: Error | null, answer?: { data: number[] }) => done(error, error ? [] : (answer?.data ?? []));
  const wrote = (error: Error | null) => done(error, []);
  switch (request.kind) {
    case "readCoils": {
      const { count } = request;
      client.writeFC1(unit, request.address, count, (error, answer) => done(error, error ? [] : answer.data.slice(0, count).map(Number)));
      break;
    }
    case "readHolding":
      client.writeFC3(unit, request.address, request.count, read);
      break;
    case "readInput":
      client.writeFC4(unit, request.address, request.count, read);
      break;
    case "writeCoil":
      client.writeFC5(unit, request.address, request.closed, wrote);
      break;
    case "writeTimedCoil":
      client.writeCustomFC(unit, 5, [...bytesOf(request.address), ...bytesOf(request.units)], wrote);
      break;
    case "writeRegisters":
      client.writeFC16(unit, request.address, [...request.words], wrote);
      break;
    case "writeRead": {
      const { readAddress, readWords, writeAddress, words } = request;
      client.writeFC23(unit, readAddress, readWords, writeAddress, words.length, [...words], read);
      break;
    }
  }
}

function bytesOf(word: number): number[] {
  return [word >> 8, word & 0xff];
}
