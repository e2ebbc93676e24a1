/** A converter that wraps frames for itself answers no bare ones: told by one read as Modbus TCP writes it. */
import { openEndpoint } from "#agent/shell/serial/endpoint.ts";
import { CHIP_LINE } from "#scripts/install/discover/searchPlan.ts";

/** Modbus messaging on TCP/IP V1.0b, clause 3.1: transaction 0x4147, protocol 0, six bytes: unit 1, FC03, register 0, one of them. */
const QUESTION = Uint8Array.of(0x41, 0x47, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1);
const HEADER_BYTES = 4;

/** True when an answer with our transaction's number comes in time. Rejects when nobody is connected to. */
export async function speaksModbusTcp(port: string, withinMs: number): Promise<boolean> {
  const heard: number[] = [];
  const { promise, resolve } = outcome();
  const endpoint = await openEndpoint(port, CHIP_LINE, {
    data: (bytes) => {
      heard.push(...bytes);
      if (heard.length >= HEADER_BYTES) resolve();
    },
    lost: () => resolve(),
  });
  const timer = setTimeout(resolve, withinMs);
  // A connection that goes is no answer.
  await endpoint.write(QUESTION).catch(() => resolve());
  await promise;
  clearTimeout(timer);
  await endpoint.close();
  return heard.length >= HEADER_BYTES && QUESTION.subarray(0, HEADER_BYTES).every((byte, index) => heard[index] === byte);
}

function outcome(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}
