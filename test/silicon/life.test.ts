/** A part from its maker to a locked device, over one line: flashed, bare, provisioned, updated, locked, erased. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { LEASE } from "#protocol/chip/arcgateChip.ts";
import { encodeLease, seal } from "#protocol/chip/link.ts";
import { encodeProvision } from "#protocol/chip/provision.ts";
import { CALIBRATION, UPDATE, UPDATE_ENTRY } from "#protocol/chip/service.ts";
import { flashChip } from "#scripts/install/flash/flashChip.ts";
import { NO_CALIBRATION } from "#simulator/chip/sensing/calibration.ts";
import { type PartProcess, startPart } from "#simulator/chip/silicon/partProcess.ts";
import { identity, onPty } from "#test/chip/onPty.ts";
import type { RawMaster } from "#test/chip/rawMaster.ts";
import { CLOSE } from "#test/chip/rig.ts";
import { firmwareOf } from "#test/silicon/firmwares.ts";
import { flashDirectly, ORDER, provision, provisionWords } from "#test/silicon/provisioned.ts";

const { path, atEnd, client } = onPty();
const BARE = 247;
const NO_MAC = new Uint8Array(8);
let part: PartProcess;

const start = async (): Promise<void> => {
  part = await startPart({ tty: path("tty"), silicon: "f030", baud: 115_200, paced: false, flash: path("flash"), serial: "9" });
};
const restart = async (): Promise<void> => {
  await part.close();
  await start();
};
beforeEach(async () => {
  await start();
  atEnd(() => part.close());
});

const bare = async (version = "1.4.2"): Promise<RawMaster> => {
  flashDirectly(part.flash, version);
  part.reset();
  return await client(path("tty"), BARE);
};
/** At its own address; the chip boots with its next tick. */
const provisioned = async (): Promise<RawMaster> => {
  const master = await bare();
  expect(await provision(master)).toBe("taken");
  await vi.waitUntil(() => part.truth().address === ORDER.address);
  master.unit = ORDER.address;
  return master;
};
const sealed = async (master: RawMaster) => {
  const { bootNonce, leaseCounter } = await identity(master);
  return { secret: { key: ORDER.linkKey, bootNonce }, counter: leaseCounter + 1 };
};
const calibrate = async (master: RawMaster, lock: number): Promise<string> => {
  const { secret, counter } = await sealed(master);
  await master.write(CALIBRATION.address, seal(CALIBRATION, { ...NO_CALIBRATION, currentGain: 1.25, counter, lock, mac: NO_MAC }, secret));
  return part.truth().leaseResult;
};
const flash = (master: RawMaster | null, version: string, eraseProtected = false) =>
  (master?.close() ?? Promise.resolve()).then(() =>
    flashChip({
      ...{ port: path("tty"), baud: 115_200, parity: "none", firmware: firmwareOf(version, 3_000), eraseProtected },
      progress: () => undefined,
    }),
  );

describe("a part that was flashed", () => {
  it("is the bare chip on the same line: 247, no device code, its silicon's number, the flashed version", async () => {
    const flashed = await flash(null, "2.3.4");
    const master = await client(path("tty"), BARE);
    const found = await identity(master);
    expect(found).toMatchObject({ deviceCode: "", firmware: 0x0002_0304, bootCount: 1, sensorRangeAmps: 0 });
    expect(Buffer.from(found.uid).toString("hex")).toBe(flashed.uid);
  });

  it("closes for nobody while it is bare", async () => {
    const master = await bare();
    const { bootNonce } = await identity(master);
    for (const key of [ORDER.linkKey, new Uint8Array(32)]) await master.write(LEASE.address, encodeLease(CLOSE, { key, bootNonce }));
    expect(part.truth()).toMatchObject({ contactorClosed: false, leaseResult: "badMac" });
  });

  it("starts by BOOT0 and its first page: an empty part and a set jumper start the ROM, whatever is reset", async () => {
    expect(part.truth().application).toBeNull();
    flashDirectly(part.flash, "1.0.0");
    part.command({ do: "boot0", on: true });
    part.command({ do: "reset" });
    expect(part.truth()).toMatchObject({ boot0: true, application: null });
    part.command({ do: "power", on: false });
    part.command({ do: "power", on: true });
    expect(part.truth()).toMatchObject({ boot0: true, application: null });
    part.command({ do: "boot0", on: false });
    part.command({ do: "reset" });
    expect(part.truth().application).toBe(0x0800_0000);
  });
});

describe("provisioning", () => {
  it("makes it the device's own, once: repeated it is answered again, anything else is illegal", async () => {
    const master = await provisioned();
    expect(await identity(master)).toMatchObject({ deviceCode: ORDER.deviceCode, sensorRangeAmps: 600, sensorRangeVolts: 200 });
    expect(await provision(master)).toBe("taken");
    expect(await provision(master, { address: 18 })).toBe("exception 2");
    expect(await provision(master, { address: 0 })).toBe("exception 2");
    const { secret, counter } = await sealed(master);
    await master.write(LEASE.address, encodeLease({ ...CLOSE, counter }, secret));
    expect(part.truth()).toMatchObject({ contactorClosed: true, leaseResult: "accepted" });
  });

  it.each([
    ["an address that nobody may have", { address: 247 }],
    ["no address", { address: 0 }],
    ["a sensor without a range", { sensorRangeAmps: 0 }],
    [
      "a code whose check character is wrong",
      { deviceCode: `${ORDER.deviceCode.slice(0, 19)}${ORDER.deviceCode.endsWith("A") ? "B" : "A"}` },
    ],
  ])("refuses %s", async (_, change) => {
    const master = await bare();
    expect(await provision(master, change)).toBe("exception 3");
    expect(await identity(master)).toMatchObject({ deviceCode: "" });
  });

  it("refuses what noise changed, and half of it", async () => {
    const master = await bare();
    const words = encodeProvision(ORDER);
    expect(
      await provisionWords(
        master,
        words.map((word, at) => (at === 20 ? word ^ 1 : word)),
      ),
    ).toBe("exception 3");
    expect(await provisionWords(master, words.slice(0, 20))).toBe("exception 2");
  });

  it("outlives power, process and a new firmware", async () => {
    const master = await provisioned();
    expect(await calibrate(master, 0)).toBe("accepted");
    await master.close();
    await restart();
    const again = await client(path("tty"), ORDER.address);
    expect(await identity(again)).toMatchObject({ deviceCode: ORDER.deviceCode, bootCount: 3 });
    expect(part.truth().calibration.currentGain).toBe(1.25);
    part.command({ do: "boot0", on: true });
    part.reset();
    await flash(again, "1.5.0");
    expect(await identity(await client(path("tty"), ORDER.address))).toMatchObject({ deviceCode: ORDER.deviceCode, firmware: 0x0001_0500 });
  });
});

describe("the way to the ROM", () => {
  const enter = async (master: RawMaster) => {
    const { secret, counter } = await sealed(master);
    await master.write(UPDATE.address, seal(UPDATE, { counter, entry: UPDATE_ENTRY, firmware: 0x0001_0402, mac: NO_MAC }, secret));
  };

  it("is UPDATE: the flasher is met on the same line", async () => {
    const master = await provisioned();
    await enter(master);
    expect(part.command({ do: "truth" }).application).toBeNull();
    expect(await flash(master, "1.5.0")).toMatchObject({ before: "1.4.2" });
    expect(await identity(await client(path("tty"), ORDER.address))).toMatchObject({ firmware: 0x0001_0500 });
  });

  it("is for 10 s when nobody speaks to it", async () => {
    const master = await provisioned();
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      await enter(master);
      expect(part.command({ do: "truth" }).application).toBeNull();
      vi.advanceTimersByTime(9_900);
      expect(part.command({ do: "truth" }).application).toBeNull();
      vi.advanceTimersByTime(200);
      expect(part.command({ do: "truth" })).toMatchObject({ application: 0x0800_0000, device: ORDER.deviceCode });
    } finally {
      vi.useRealTimers();
    }
  });
});

it("CALIBRATION with lock protects the silicon: the ROM gives nothing away, and erasing takes the keys with it", async () => {
  const master = await provisioned();
  expect(await calibrate(master, 1)).toBe("accepted");
  expect(part.truth()).toMatchObject({ readProtected: true, vault: { calibrationLocked: true } });
  expect(await calibrate(master, 0)).toBe("refused");
  part.command({ do: "boot0", on: true });
  part.reset();
  await expect(flash(master, "1.5.0")).rejects.toMatchObject({ code: "flash.readProtected" });
  expect(await flash(null, "1.5.0", true)).toMatchObject({ before: null });
  const erased = await client(path("tty"), BARE);
  expect(await identity(erased)).toMatchObject({ deviceCode: "", firmware: 0x0001_0500 });
  expect(part.truth()).toMatchObject({ readProtected: false, vault: { calibrationLocked: false } });
  expect(await provision(erased)).toBe("taken");
});

it("commands of the machine go through the same socket", () => {
  flashDirectly(part.flash, "1.0.0");
  part.reset();
  expect(part.command({ do: "eStop" }).eStop).toBe(true);
  part.command({ do: "power", on: false });
  part.command({ do: "power", on: true });
  expect(part.command({ do: "truth" })).toMatchObject({ eStop: true, bootCount: 2, hasPower: true });
  expect(() => part.command({ do: "dance" })).toThrow("chip.badCommand");
});
