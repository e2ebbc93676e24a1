import { describe, expect, it } from "vitest";
import { LEASE, PAGE, WINDOW } from "#protocol/chip/arcgateChip.ts";
import { bytesToWords, wordsToBytes } from "#protocol/chip/codec.ts";
import { decodePage, encodeLease } from "#protocol/chip/link.ts";
import { Random } from "#simulator/chip/plant/random.ts";
import { ChipBus, type Timing } from "#simulator/chip/wire/bus.ts";
import { crc16, withCrc } from "#simulator/chip/wire/crc.ts";
import { RequestReader } from "#simulator/chip/wire/requestReader.ts";
import { answer } from "#simulator/chip/wire/slave.ts";
import { bytesDue, characterBits, LinePacer } from "#simulator/line/pacer.ts";
import { CLOSE, DEVICE, rig } from "#test/chip/rig.ts";

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
const READ_4 = withCrc(hex("01 03 0000 0004"));

/** Timers and clock that move only when told. */
class VirtualTiming implements Timing {
  #nowMs = 0;
  #waiting: { atMs: number; run: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  wakeAfter(ms: number, run: () => void): void {
    this.#waiting.push({ atMs: this.#nowMs + Math.max(0, ms), run });
  }

  run(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      this.#waiting.sort((left, right) => left.atMs - right.atMs);
      const next = this.#waiting[0];
      if (!next || next.atMs > untilMs) break;
      this.#waiting.shift();
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = untilMs;
  }
}

describe("CRC", () => {
  it("is that of the field's own examples", () => {
    expect(withCrc(hex("01 04 00 00 00 08"))).toEqual(hex("01 04 00 00 00 08 F1 CC"));
    expect(withCrc(hex("01 05 00 00 FF 00"))).toEqual(hex("01 05 00 00 FF 00 8C 3A"));
    expect(crc16(hex("01 05 00 00 00 00"))).toBe(0xcacd);
  });
});

describe("cutting requests", () => {
  it("takes them whole, in pieces and glued", () => {
    const write = withCrc(hex("02 10 00ff 0001 02 0005"));
    const both = Uint8Array.from([...READ_4, ...write]);
    for (let cut = 0; cut <= both.length; cut++) {
      const reader = new RequestReader();
      const requests = [...reader.push(both.subarray(0, cut)), ...reader.push(both.subarray(cut))];
      expect(requests.map(({ address, length }) => [address, length])).toEqual([
        [1, 8],
        [2, 11],
      ]);
      expect(reader).toMatchObject({ discarded: 0, pending: 0 });
    }
  });

  it("finds the next whole frame behind rubbish, and counts the rubbish", () => {
    const reader = new RequestReader();
    const requests = reader.push(Uint8Array.from([0x55, 0x10, 0xff, 0x03, 0x17, ...READ_4]));
    expect(requests).toMatchObject([{ address: 1, length: 8 }]);
    expect(reader.discarded).toBe(5);
  });

  it("waits for the silence after a function that it does not know", () => {
    const reader = new RequestReader();
    expect(reader.push(withCrc(hex("01 63 0102")))).toEqual([]);
    expect(reader.silence()).toMatchObject({ address: 1, length: 6 });
    expect(reader.push(hex("01 63 0102"))).toEqual([]);
    expect(reader.silence()).toBeUndefined();
    expect(reader).toMatchObject({ pending: 0, discarded: 4 });
  });

  it("never takes more than it was given, nor a frame whose CRC is wrong: 2,000 random streams", () => {
    const seed = 20_260_101;
    const random = new Random(seed);
    const reader = new RequestReader();
    for (let round = 0; round < 2_000; round++) {
      const noise = Uint8Array.from({ length: random.integer(1, 300) }, () => random.integer(0, 255));
      for (const { address, pdu } of reader.push(noise))
        expect(withCrc(Uint8Array.of(address, ...pdu)).length, `seed ${seed}`).toBeGreaterThan(3);
      expect(reader.pending, `seed ${seed}`).toBeLessThanOrEqual(1_024);
    }
    reader.silence();
    expect(reader.push(READ_4)).toHaveLength(1);
  });
});

describe("answers", () => {
  it.each([
    ["FC03", "03 0000 0002", "03 04 4147 0001"],
    ["FC04 reads the same registers", "04 0000 0002", "04 04 4147 0001"],
    ["FC06 blinks", "06 00ff 0005", "06 00ff 0005"],
    ["FC16 blinks", "10 00ff 0001 02 0005", "10 00ff 0001"],
    ["an unknown function", "63", "e3 01"],
    ["coils", "01 0000 0001", "81 01"],
    ["an address without register", "03 0040 0001", "83 02"],
    ["over the end of the space", "03 ffff 0002", "83 02"],
    ["no words", "03 0000 0000", "83 03"],
    ["126 words", "03 0100 007e", "83 03"],
    ["a short request", "03 0000", "83 03"],
    ["FC06 elsewhere", "06 0000 0001", "86 02"],
    ["FC06 with a bad value", "06 00ff 003d", "86 03"],
    ["FC16 whose byte count lies", "10 00ff 0001 04 0005", "90 03"],
    ["FC16 on read-only registers", "10 0000 0001 02 0005", "90 02"],
    ["FC23 whose byte count lies", "17 0100 0017 00ff 0001 04 0005", "97 03"],
    ["FC23 that reads nothing", "17 0100 0000 00ff 0001 02 0005", "97 03"],
    ["FC23 that reads nowhere", "17 0050 0001 00ff 0001 02 0005", "97 02"],
    ["FC43 with another MEI", "2b 0d 01 00", "ab 03"],
    ["FC43 object that is not there", "2b 0e 04 09", "ab 03"],
  ])("%s", (_, request, expected) => {
    expect(Buffer.from(answer(rig().chip, hex(request))).toString("hex")).toBe(expected.replaceAll(" ", ""));
  });

  it("FC23 writes the lease, then reads the page that shows what became of it", () => {
    const { chip, run } = rig();
    run(1_000);
    const read = PAGE.words + WINDOW.words;
    const lease = wordsToBytes(encodeLease(CLOSE, chip.desk.secret));
    const request = Uint8Array.of(0x17, 0x01, 0x00, 0, read, 0, LEASE.address, 0, LEASE.words, LEASE.words * 2, ...lease);
    const got = answer(chip, request);
    expect(got[1]).toBe(read * 2);
    const page = decodePage(bytesToWords(got.subarray(2)), 100, chip.desk.secret);
    expect(page?.header).toMatchObject({ leaseResult: 1, leaseCounter: 1, records: 1 });
    expect(page?.windows).toMatchObject([{ seq: 0, run: 10, closed: false }]);
  });

  it("FC43/14 identifies the chip by streams and by single objects", () => {
    const { chip } = rig();
    const basic = Buffer.from(answer(chip, hex("2b 0e 01 00")));
    expect(basic.subarray(0, 7).toString("hex")).toBe("2b0e0182000003");
    expect(basic.toString("latin1")).toContain("arcgate-chip");
    expect(Buffer.from(answer(chip, hex("2b 0e 04 05"))).toString("latin1")).toContain(DEVICE);
    expect(Buffer.from(answer(chip, hex("2b 0e 03 00"))).toString("latin1")).toContain(DEVICE);
  });

  it("a foreign device is another kind of device", () => {
    const { chip } = rig();
    chip.presence.foreign = true;
    expect(Buffer.from(answer(chip, hex("03 0000 0004"))).toString("hex")).toBe("8301");
    expect(answer(chip, hex("04 0000 0008"))).toHaveLength(18);
    expect(Buffer.from(answer(chip, hex("04 0000"))).toString("hex")).toBe("8403");
  });
});

describe("a line's pace", () => {
  it.each([
    ["8N1", 10],
    ["8E1", 11],
    ["8N2", 11],
    ["7O2", 11],
    ["9N1", undefined],
  ])("%s", (frame, bits) => expect(characterBits(frame)).toBe(bits));

  it("is the byte count over the rate, both ways", () => {
    const pacer = new LinePacer({ baud: 9_600, characterBits: 11 }, 1);
    const characterMs = 11_000 / 9_600;
    const heardAt = pacer.heard(49, 0);
    expect(heardAt / characterMs).toBeCloseTo(49 + 3.5, 9);
    const short = pacer.speak(new Uint8Array(50), heardAt);
    const long = pacer.speak(new Uint8Array(250), short.endMs);
    expect((long.endMs - long.startMs) / (short.endMs - short.startMs)).toBeCloseTo(5, 9);
    expect(short.endMs - short.startMs).toBeCloseTo(50 * characterMs, 9);
    expect(bytesDue(long, long.startMs + (long.endMs - long.startMs) / 2)).toBe(125);
    expect(bytesDue(long, long.endMs)).toBe(250);
  });

  it("is shortened by the speed, and nothing without pacing", () => {
    const slow = new LinePacer({ baud: 115_200, characterBits: 10 }, 1).heard(100, 0);
    expect(slow / new LinePacer({ baud: 115_200, characterBits: 10 }, 60).heard(100, 0)).toBeCloseTo(60, 9);
    expect(new LinePacer(null, 1).heard(100, 7)).toBe(7);
  });

  it("is kept by the bus: an answer's bytes come as the line brings them", () => {
    const timing = new VirtualTiming();
    const { chip } = rig({}, undefined);
    const at: { ms: number; bytes: number }[] = [];
    const make = { rate: { baud: 9_600, characterBits: 11 }, paced: true, speed: 1, seed: 1 };
    const bus = new ChipBus(
      (address) => (address === 1 ? chip : undefined),
      make,
      timing,
      (bytes) => at.push({ ms: timing.nowMs(), bytes: bytes.length }),
    );
    bus.hear(withCrc(hex("01 03 0100 007b")));
    timing.run(5_000);
    const characterMs = 11_000 / 9_600;
    const total = at.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(total).toBe(251);
    expect(at.length).toBeGreaterThan(40);
    expect((at.at(-1)?.ms ?? 0) / characterMs).toBeCloseTo(8 + 3.5 + 251, 6);
    let sent = 0;
    for (const slice of at) {
      sent += slice.bytes;
      expect(sent).toBeLessThanOrEqual((slice.ms / characterMs - 11.5) * 1.0000001 + 1e-6);
    }
  });
});

describe("a bus of several", () => {
  const setUp = (paced = false) => {
    const timing = new VirtualTiming();
    const chips = new Map([
      [1, rig().chip],
      [2, rig().chip],
    ]);
    const out: number[] = [];
    const make = { rate: { baud: 115_200, characterBits: 10 }, paced, speed: 1, seed: 3 };
    const bus = new ChipBus(
      (address) => chips.get(address),
      make,
      timing,
      (bytes) => out.push(...bytes),
    );
    return { timing, chips, bus, out };
  };

  it("answers for the address asked, and for no other, nor a broadcast", () => {
    const { bus, out } = setUp();
    bus.hear(withCrc(hex("03 03 0000 0001")));
    bus.hear(withCrc(hex("00 06 00ff 0001")));
    expect(out).toEqual([]);
    bus.hear(withCrc(hex("02 03 0000 0001")));
    expect(Uint8Array.from(out)).toEqual(withCrc(hex("02 03 02 4147")));
  });

  it("is silent for a chip that is silent, and spoils bytes at the rate asked", () => {
    const { bus, out, chips } = setUp();
    const chip = chips.get(1);
    if (!chip) throw new Error("no chip");
    chip.presence.silent = true;
    bus.hear(READ_4);
    expect(out).toEqual([]);
    chip.presence.silent = false;
    bus.setNoise(0.05);
    let spoiled = 0;
    for (let round = 0; round < 500; round++) {
      out.length = 0;
      bus.hear(READ_4);
      if (Buffer.from(withCrc(Uint8Array.from(out.slice(0, -2)))).compare(Buffer.from(out)) !== 0) spoiled += 1;
    }
    // 13 bytes, each good with 0.95: about half of the answers are bad.
    expect(spoiled).toBeGreaterThan(150);
    expect(spoiled).toBeLessThan(350);
  });

  it("hears through an interrupted request after a silence", () => {
    const { bus, out, timing } = setUp(true);
    bus.hear(READ_4.subarray(0, 5));
    timing.run(50);
    bus.hear(READ_4);
    timing.run(50);
    expect(out).toHaveLength(13);
  });
});
