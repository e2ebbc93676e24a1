import { describe, expect, it } from "vitest";
import { AnswerReader } from "#agent/shell/serial/answerReader.ts";
import { withCrc } from "#test/serial/farEnd/farSlaves.ts";
import { Seeded } from "#test/serial/farEnd/seeded.ts";

const SEED = 20_261;
const STREAMS = 25_000;

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

function readerFor(request: Uint8Array): AnswerReader {
  const reader = new AnswerReader();
  reader.expect(request);
  return reader;
}

describe("finding an answer", () => {
  const request = withCrc(hex("01 04 00 00 00 02"));
  const answer = withCrc(hex("01 04 04 09 60 2e e0"));

  it("takes it in one piece or byte by byte", () => {
    expect(readerFor(request).push(answer)).toEqual(answer);
    const reader = readerFor(request);
    const found = [...answer].map((byte) => reader.push(Uint8Array.of(byte)));
    expect(found.slice(0, -1).every((frame) => frame === undefined)).toBe(true);
    expect(found.at(-1)).toEqual(answer);
  });

  it("finds it behind noise that looks like its beginning", () => {
    const reader = readerFor(request);
    expect(reader.push(Uint8Array.from([1, 4, 4, 1, 4, ...answer]))).toEqual(answer);
    expect(reader.discardedBytes).toBe(5);
  });

  it("takes a refusal", () => {
    const refusal = withCrc(hex("01 84 02"));
    expect(readerFor(request).push(refusal)).toEqual(refusal);
  });

  it.each([
    ["another unit", withCrc(hex("02 04 04 09 60 2e e0"))],
    ["another function", withCrc(hex("01 03 04 09 60 2e e0"))],
    ["another length", withCrc(hex("01 04 02 09 60"))],
    ["a wrong CRC", Uint8Array.from([...answer.slice(0, -1), 0])],
    ["its own request, echoed by the adapter", request],
  ])("does not take %s", (_name, frame) => {
    expect(readerFor(request).push(frame)).toBeUndefined();
  });

  it("holds a write's echo to its address", () => {
    const write = withCrc(hex("01 05 02 00 00 50"));
    expect(readerFor(write).push(write)).toEqual(write);
    expect(readerFor(write).push(withCrc(hex("01 05 02 01 00 50")))).toBeUndefined();
  });

  it("forgets what came before the request, and counts it", () => {
    const reader = new AnswerReader();
    reader.push(answer);
    reader.expect(request);
    expect(reader.push(answer.subarray(0, 4))).toBeUndefined();
    reader.expect(request);
    expect(reader.push(answer.subarray(4))).toBeUndefined();
    expect(reader.discardedBytes).toBe(answer.length + 4);
  });

  it("keeps no more than two frames of an endless stream", () => {
    const reader = readerFor(request);
    for (let count = 0; count < 100; count++) reader.push(new Uint8Array(100).fill(1));
    expect(reader.discardedBytes).toBe(10_000 - 512);
    expect(reader.push(answer)).toEqual(answer);
  });
});

describe(`${STREAMS} random and mutated streams`, () => {
  it("are answered by a true frame or by none", () => {
    const random = new Seeded(SEED);
    let accepted = 0;
    for (let round = 0; round < STREAMS; round++) {
      const { request, answer } = randomExchange(random);
      const stream = spoil(answer, random);
      const found = pushInPieces(readerFor(request), stream, random);
      const lawful = lawfulFrames(stream, request, answer.length);
      const trace = `seed ${SEED}, round ${round}: ${Buffer.from(request).toString("hex")} <- ${Buffer.from(stream).toString("hex")}`;
      if (found) expect(lawful, trace).toContain(Buffer.from(found).toString("hex"));
      else expect(lawful, trace).toEqual([]);
      if (found) accepted += 1;
    }
    // Both sides of the judgement must have been tried.
    expect(accepted).toBeGreaterThan(STREAMS / 20);
    expect(accepted).toBeLessThan(STREAMS / 2);
  });
});

function randomExchange(random: Seeded): { request: Uint8Array; answer: Uint8Array } {
  const unit = 1 + random.int(247);
  const count = 1 + random.int(120);
  const functionCode = random.pick([1, 3, 4, 5, 16, 23]);
  const head = [unit, functionCode, random.int(256), random.int(256), 0, count];
  const request = withCrc(Uint8Array.from(functionCode === 23 ? [...head, 0, 0x80, 0, 1, 2, 0, 0] : head));
  if (functionCode === 5 || functionCode === 16) return { request, answer: request.slice() };
  const dataBytes = functionCode === 1 ? Math.ceil(count / 8) : count * 2;
  return { request, answer: withCrc(Uint8Array.from([unit, functionCode, dataBytes, ...random.bytes(dataBytes)])) };
}

function spoil(answer: Uint8Array, random: Seeded): Uint8Array {
  const at = random.int(answer.length);
  switch (random.int(8)) {
    case 0:
      return random.bytes(random.int(300));
    case 1:
      return answer.map((byte, index) => (index === at ? byte ^ (1 << random.int(8)) : byte));
    case 2:
      return answer.slice(0, at);
    case 3:
      return Uint8Array.from([...answer.slice(0, at), random.int(256), ...answer.slice(at)]);
    case 4:
      return Uint8Array.from([...answer.slice(0, at), ...answer.slice(at + 1)]);
    case 5:
      return Uint8Array.from([...random.bytes(random.int(40)), ...answer, ...random.bytes(random.int(40))]);
    case 6:
      return withCrc(Uint8Array.from([random.int(256), ...answer.slice(1, -2)]));
    default:
      return Uint8Array.from([...answer.slice(0, at), ...random.bytes(1 + random.int(8)), ...answer.slice(at)]);
  }
}

function pushInPieces(reader: AnswerReader, stream: Uint8Array, random: Seeded): Uint8Array | undefined {
  for (let at = 0; at < stream.length; ) {
    const end = at + 1 + random.int(64);
    const frame = reader.push(stream.subarray(at, end));
    if (frame) return frame;
    at = end;
  }
  return undefined;
}

/** The judge's own reading of the rules, with its own CRC: every stretch of the stream that is an answer. */
function lawfulFrames(stream: Uint8Array, request: Uint8Array, answerBytes: number): string[] {
  const [unit = 0, functionCode = 0] = request;
  const frames: string[] = [];
  for (let at = 0; at < stream.length; at++) {
    if (stream[at] !== unit) continue;
    const length = stream[at + 1] === functionCode + 0x80 ? 5 : stream[at + 1] === functionCode ? answerBytes : 0;
    const frame = stream.subarray(at, at + length);
    if (length === 0 || frame.length < length || slowCrc(frame) !== 0) continue;
    const head = functionCode === 16 ? 6 : functionCode === 5 ? 4 : 0;
    const echoes = length === 5 || frame.subarray(2, head).every((byte, index) => byte === request[index + 2]);
    const counts = head > 0 || length === 5 || frame[2] === answerBytes - 5;
    if (echoes && counts) frames.push(Buffer.from(frame).toString("hex"));
  }
  return frames;
}

/** Over a frame with its CRC behind it the remainder is 0. */
function slowCrc(frame: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of frame) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}
