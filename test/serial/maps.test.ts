import { describe, expect, it } from "vitest";
import { BusLine } from "#agent/shell/serial/busLine.ts";
import { ForeignMeter } from "#agent/shell/serial/foreignMeter.ts";
import { ForeignRelay } from "#agent/shell/serial/foreignRelay.ts";
import { decodeBlock } from "#protocol/chip/codec.ts";
import { METER_MAPS, RELAY_MAPS } from "#protocol/chip/maps/catalogue.ts";
import { DJSF_1352 } from "#protocol/chip/maps/djsf1352.ts";
import type { MeterMap, RelayMap } from "#protocol/chip/maps/foreign.ts";
import { PZEM_017 } from "#protocol/chip/maps/pzem017.ts";
import { FLASH_ON_RELAY, PLAIN_RELAY } from "#protocol/chip/maps/relayBoard.ts";
import { LINE, PATIENT_MS, refusalOf, TestClock } from "#test/serial/farEnd/bench.ts";
import { withCrc } from "#test/serial/farEnd/farSlaves.ts";
import { FarTty } from "#test/serial/farEnd/farTty.ts";

/** What a request looks like on the wire, and what comes of its answer. */
async function onTheWire<T>(answerHex: string, ask: (line: BusLine) => Promise<T>): Promise<{ request: string; result: T }> {
  let request = "";
  const tty = new FarTty((bytes) => {
    request += Buffer.from(bytes).toString("hex");
    // 16 hex digits are the 8 bytes that all of these requests have.
    if (request.length === 16) tty.write(withCrc(Buffer.from(answerHex || request.slice(0, 12), "hex")));
  });
  const line = new BusLine({ port: tty.path, line: LINE, extraAllowanceMs: PATIENT_MS }, new TestClock());
  try {
    return { result: await ask(line), request };
  } finally {
    await line.close();
    tty.dispose();
  }
}

describe("maps of foreign devices", () => {
  it("PZEM-017: the manual's request, scaled readings, power with its low word first", async () => {
    const { request, result } = await onTheWire("010410" + "0992" + "2e31" + "4e20" + "0001" + "04d2" + "0000" + "0000" + "0000", (line) =>
      new ForeignMeter(line, 1, PZEM_017).read("routine"),
    );
    expect(request).toBe("010400000008f1cc");
    expect(result).toEqual({ voltageVolts: 24.5, currentAmps: 118.25 });
    expect(decodeBlock(PZEM_017.blocks.LIVE, [0, 0, 0x4e20, 1, 1234, 0, 0, 0])).toMatchObject({
      powerWatts: 8_553.6,
      energyWattHours: 1_234,
    });
  });

  it("DJSF1352-RN: floats with their high word first", async () => {
    const { request, result } = await onTheWire("01030c" + "41c40000" + "c2ec8000" + "00000000", (line) =>
      new ForeignMeter(line, 1, DJSF_1352).read("routine"),
    );
    expect(request.slice(0, 12)).toBe("010300320006");
    expect(result).toEqual({ voltageVolts: 24.5, currentAmps: -118.25 });
  });

  it("DJSF1352-RN: what is no number is refused", async () => {
    const code = await onTheWire("01030c" + "7fc00000" + "c2ec8000" + "00000000", (line) =>
      refusalOf(new ForeignMeter(line, 1, DJSF_1352).read("routine")),
    );
    expect(code.result).toBe("link.badAnswer");
  });

  it.each([
    ["closes", PLAIN_RELAY, 8_000, "01050000ff008c3a"],
    ["opens", PLAIN_RELAY, 0, "010500000000cdca"],
    ["closes for 700 ms", FLASH_ON_RELAY, 700, "0105020000078db0"],
    ["opens at once", FLASH_ON_RELAY, 0, "010500000000cdca"],
  ] satisfies [string, RelayMap, number, string][])("a relay %s with the manual's frame", async (_name, map, forMs, frame) => {
    const { request } = await onTheWire("", (line) => new ForeignRelay(line, 1, 0, map).drive(() => forMs, "urgent"));
    expect(request).toBe(frame);
  });

  it("a relay's coil is read with the manual's frame", async () => {
    const { request, result } = await onTheWire("01010101", (line) => new ForeignRelay(line, 1, 0, PLAIN_RELAY).isClosed("routine"));
    expect([request, result]).toEqual(["010100000001fdca", true]);
  });

  it("name each field once, inside its block and without overlap", () => {
    const maps = [...Object.values<MeterMap | RelayMap>(METER_MAPS), ...Object.values<MeterMap | RelayMap>(RELAY_MAPS)];
    for (const map of maps) {
      for (const block of Object.values(map.blocks)) {
        const taken = block.fields.flatMap((field) => Array.from({ length: field.words }, (_, index) => field.at + index));
        expect(new Set(taken).size, map.name).toBe(taken.length);
        expect(Math.max(...taken), map.name).toBeLessThan(block.words);
      }
    }
  });

  it("describe their meters by fields that exist", () => {
    for (const { meter, name } of Object.values<MeterMap>(METER_MAPS)) {
      const names = meter.live.fields.map((field) => field.name);
      expect(names, name).toEqual(expect.arrayContaining([meter.voltsField, meter.ampsField]));
      if (meter.range) expect(meter.range.block.fields.map((field) => field.name)).toContain(meter.range.field);
    }
  });
});
