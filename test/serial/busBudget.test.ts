import { describe, expect, it } from "vitest";
import { type BudgetMachine, checkBusBudget, leaseExchangeBytes } from "#agent/core/busBudget.ts";
import { lineTimeMs } from "#protocol/chip/lineTime.ts";
import type { LineSettings } from "#protocol/chip/maps/foreign.ts";

const line = (baudRate: number, more: Partial<LineSettings> = {}): LineSettings => ({
  baudRate,
  dataBits: 8,
  parity: "none",
  stopBits: 1,
  ...more,
});
const chips = (count: number): BudgetMachine[] =>
  Array.from({ length: count }, (_, index) => ({ device: `chip ${index + 1}`, enforced: true, kind: "chip", address: index + 1 }));
const foreign = (index: number, relay: "relay-plain" | "relay-flash-on", enforced = true): BudgetMachine => ({
  device: `parts ${index}`,
  enforced,
  kind: "foreign",
  meter: { map: "pzem-017", address: 10 + index },
  relay: { map: relay, address: 99, coil: index },
});

describe("the time on the wire", () => {
  it("counts start, data, parity and stop bits", () => {
    expect(lineTimeMs(line(9_600), 960)).toBe(1_000);
    expect(lineTimeMs(line(9_600, { stopBits: 2 }), 960)).toBe(1_100);
    expect(lineTimeMs(line(9_600, { parity: "even", dataBits: 7 }), 960)).toBe(1_000);
  });

  it("is what the design promises for a welding and an idle chip at 115,200 baud", () => {
    const ms = (records: number) => {
      const { request, answer } = leaseExchangeBytes(records);
      return lineTimeMs(line(115_200), request + answer);
    };
    expect(ms(10)).toBeCloseTo(26, 0);
    expect(ms(1)).toBeCloseTo(10.4, 1);
  });
});

describe("the budget of a bus", () => {
  it("carries 16 chips at 115,200 baud and no more", () => {
    const full = checkBusBudget(line(115_200), chips(16));
    expect(full.ok).toBe(true);
    expect(full.figures.share).toBeGreaterThan(0.5);
    expect(full.figures.share).toBeLessThan(0.75);
    expect(checkBusBudget(line(115_200), chips(17))).toMatchObject({ ok: false, code: "link.busOverloaded" });
  });

  it("carries fewer at 57,600, by the arithmetic", () => {
    expect(checkBusBudget(line(57_600), chips(10)).ok).toBe(true);
    expect(checkBusBudget(line(57_600), chips(16))).toMatchObject({ ok: false, code: "link.busOverloaded" });
  });

  it.each([38_400, 19_200, 9_600])("carries four chips at %d baud, and no fifth", (baudRate) => {
    expect(checkBusBudget(line(baudRate, { parity: "even" }), chips(4)).ok).toBe(true);
    expect(checkBusBudget(line(baudRate), chips(5))).toMatchObject({ ok: false, detail: expect.stringContaining("4 at most") });
  });

  it("refuses a line that is too slow for its leases", () => {
    expect(checkBusBudget(line(4_800), chips(4))).toMatchObject({ ok: false, code: "link.busOverloaded" });
    expect(checkBusBudget(line(1_200), chips(1)).ok).toBe(false);
  });

  it("counts a foreign machine's three exchanges", () => {
    const slow = line(9_600, { stopBits: 2 });
    expect(checkBusBudget(slow, [foreign(1, "relay-flash-on")]).figures.longestExchangeMs).toBeCloseTo(97.6, 1);
    expect(
      checkBusBudget(
        slow,
        [1, 2, 3, 4, 5, 6].map((index) => foreign(index, "relay-flash-on")),
      ).ok,
    ).toBe(true);
    expect(
      checkBusBudget(
        slow,
        [1, 2, 3, 4, 5, 6, 7].map((index) => foreign(index, "relay-flash-on")),
      ).ok,
    ).toBe(false);
  });

  it("refuses a relay without a dead-man where the machine is enforced, and only there", () => {
    expect(checkBusBudget(line(9_600), [foreign(1, "relay-plain")])).toMatchObject({
      ok: false,
      code: "link.noDeadMan",
      detail: "parts 1",
    });
    expect(checkBusBudget(line(9_600), [foreign(1, "relay-plain", false)]).ok).toBe(true);
    expect(checkBusBudget(line(9_600), [foreign(1, "relay-flash-on")]).ok).toBe(true);
  });

  it("refuses two devices at one address, but lets machines share a relay board", () => {
    const [first] = chips(1) as [BudgetMachine];
    expect(checkBusBudget(line(115_200), [first, { ...first, device: "twin" }])).toMatchObject({ ok: false, code: "link.addressTaken" });
    expect(checkBusBudget(line(115_200), [foreign(1, "relay-flash-on"), foreign(2, "relay-flash-on")]).ok).toBe(true);
    const sameCoil = { ...foreign(2, "relay-flash-on"), relay: { map: "relay-flash-on", address: 99, coil: 1 } } as BudgetMachine;
    expect(checkBusBudget(line(115_200), [foreign(1, "relay-flash-on"), sameCoil])).toMatchObject({ code: "link.addressTaken" });
  });

  it("of nobody is empty", () => {
    expect(checkBusBudget(line(9_600), [])).toEqual({ ok: true, figures: { longestExchangeMs: 0, busyMsPerSecond: 0, share: 0 } });
  });
});
