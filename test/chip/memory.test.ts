import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LEASE_RESULTS } from "#protocol/chip/arcgateChip.ts";
import { FramFile, newMemory } from "#simulator/chip/machine/memory.ts";
import { JOB, rig } from "#test/chip/rig.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "arcgate-fram-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const memory = (bootCount: number) => ({ ...newMemory(), bootCount });

function stored(...bootCounts: number[]): string {
  const store = new FramFile(folder, "chip");
  store.load();
  for (const count of bootCounts) store.store(memory(count));
  store.close();
  return join(folder, "chip.fram");
}

function loaded() {
  const store = new FramFile(folder, "chip");
  try {
    return store.load();
  } finally {
    store.close();
  }
}

describe("the chip's non-volatile memory", () => {
  it("knows nothing at first, then the last that was stored", () => {
    expect(loaded()).toBeUndefined();
    stored(1, 2, 3);
    expect(loaded()).toEqual(memory(3));
    stored(4);
    expect(loaded()).toEqual(memory(4));
  });

  it("falls back to the write before, wherever the last one was cut short", () => {
    const path = stored(1, 2, 3);
    const whole = readFileSync(path);
    const before = readFileSync(stored(4));
    // Slot 0 holds write 4 over write 2; cut it at every byte.
    for (let cut = 0; cut < 400; cut++) {
      const torn = Buffer.from(before);
      whole.copy(torn, cut, cut, 2_048);
      writeFileSync(path, torn);
      const found = loaded()?.bootCount;
      expect([3, 4]).toContain(found);
      if (cut === 0) expect(found).toBe(3);
    }
  });

  it("refuses to make a new chip out of a broken one", () => {
    const path = stored(1, 2);
    writeFileSync(path, readFileSync(path).fill(0x55));
    expect(() => loaded()).toThrow("chip.badMemory");
    expect(() => new FramFile("/dev/null/no", "chip")).toThrow("chip.badMemory");
  });
});

describe("a chip whose power is cut", () => {
  it("keeps totals, settings and boot count, and loses ring, lease and counter", () => {
    const first = rig({}, undefined, undefined, new FramFile(folder, "chip"));
    first.welder.weld({ ...JOB, rodMs: 60_000 });
    first.order();
    first.run(5_000);
    first.chip.applySettings({ arcMinAmps: 5, alternating: false });
    const before = structuredClone(first.chip.account.totals);
    expect(before.arcMs).toBeGreaterThan(3_000);
    // No farewell: the next chip finds what the file holds.
    const second = rig({ bootNonce: new Uint8Array(8) }, undefined, undefined, new FramFile(folder, "chip"));
    expect(second.chip.account.totals).toEqual(before);
    expect(second.chip.settings).toEqual({ arcMinAmps: 5, alternating: false });
    expect(second.chip.memory.bootCount).toBe(2);
    expect(second.chip.desk.counter).toBe(0);
    expect(second.chip.contact.powers).toBe(false);
    expect(second.chip.contactor).toMatchObject({ openedBy: "powerUp", session: 42, barredSession: null, leaseUntilMs: null });
    expect(second.chip.ring.nextSeq).toBe(0);
  });

  it.each(["eStop", "enclosure"] as const)("%s opened and closed again with nobody to see it: the session stays barred", (what) => {
    for (const lapsed of [false, true]) {
      const name = `${what}-${lapsed}`;
      const first = rig({}, undefined, undefined, new FramFile(folder, name));
      first.order();
      first.run(lapsed ? 9_000 : 2_000);
      first.chip.happen({ type: what, on: true });
      first.chip.happen({ type: what, on: false });
      // The power goes in this very moment.
      for (let boot = 0; boot < 2; boot++) {
        const next = rig({}, undefined, undefined, new FramFile(folder, name));
        expect(next.order().header.leaseResult).toBe(LEASE_RESULTS.indexOf("refused"));
        expect(next.chip.contact.powers).toBe(false);
        expect(next.order({ session: boot + 43 }).header.leaseResult).toBe(LEASE_RESULTS.indexOf("accepted"));
        next.order({ session: boot + 43, mode: "open" });
      }
    }
  });

  it("an e-stop after the boot bars the session that could have closed again", () => {
    const first = rig({}, undefined, undefined, new FramFile(folder, "chip"));
    first.order();
    first.run(2_000);
    const second = rig({}, undefined, undefined, new FramFile(folder, "chip"));
    second.chip.happen({ type: "eStop", on: true });
    second.chip.happen({ type: "eStop", on: false });
    expect(second.order().header.leaseResult).toBe(LEASE_RESULTS.indexOf("refused"));
  });

  it("has stored every window that it told of", () => {
    const r = rig({}, undefined, undefined, new FramFile(folder, "chip"));
    r.welder.weld({ ...JOB, rodMs: 60_000 });
    r.order();
    for (let step = 0; step < 40; step++) {
      r.run(70);
      const { header } = r.page();
      const kept = loaded()?.totals;
      if (header.nextSeq > 0) expect(kept).toMatchObject({ session: 42, lastSeq: header.nextSeq - 1, closedMs: header.nextSeq * 100 });
    }
  });
});
