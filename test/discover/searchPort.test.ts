/** The search on real ptys: the simulated chip, boards of bytes, and what goes wrong. */
import { type AddressInfo, createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { openTrouble } from "#scripts/install/discover/openTrouble.ts";
import { ProbeLine } from "#scripts/install/discover/probeLine.ts";
import { CHIP_LINE, lineOrder } from "#scripts/install/discover/searchPlan.ts";
import { type SearchOrder, searchPort } from "#scripts/install/discover/searchPort.ts";
import { onPty } from "#test/chip/onPty.ts";
import { FarBoard, FarDjsf, FarRegisters, together } from "#test/discover/farBoards.ts";
import { serveTcp } from "#test/serial/farEnd/bench.ts";
import { FarChip } from "#test/serial/farEnd/farChip.ts";
import { FarPzem, FarRelays } from "#test/serial/farEnd/farParts.ts";
import { type FarDevice, FarSlaves } from "#test/serial/farEnd/farSlaves.ts";
import { FarTty } from "#test/serial/farEnd/farTty.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const quiet = { lines: [CHIP_LINE], everyRate: false, patienceMs: 120, listenMs: 20, progress: () => undefined };
const search = (port: string, more: Partial<SearchOrder> = {}) => searchPort({ ...quiet, port, addresses: [1, 2], ...more });

/** Slaves on a pty; `asked` has the functions that came. */
function bus(devices: Record<number, FarDevice>): { port: string; slaves: FarSlaves; tty: FarTty } {
  const slaves = new FarSlaves((bytes) => tty.write(bytes));
  const tty = new FarTty((bytes) => slaves.receive(bytes));
  for (const [address, device] of Object.entries(devices)) slaves.devices.set(Number(address), device);
  cleanUps.push(() => tty.dispose());
  return { port: tty.path, slaves, tty };
}

describe("our chip", () => {
  const pty = onPty();

  it("is known with code, firmware, number and ranges; of a small meter in its place it is said why it is none", async () => {
    const chip = await pty.started({ addresses: [1, 2], rangeAmps: 600 });
    chip.command({ do: "foreign", on: true, at: 2 });
    const { found, trouble } = await search(chip.tty);
    expect(found.map(({ device }) => device)).toEqual([
      expect.objectContaining({ kind: "chip", address: 1, state: "provisioned", sensorRangeAmps: 600, remarks: [] }),
      expect.objectContaining({ kind: "unknown", address: 2, answers: [4] }),
    ]);
    expect(found[0]?.device).toMatchObject({ deviceCode: chip.machines[0]?.device, uid: expect.stringMatching(/^[0-9a-f]{24}$/) });
    expect(trouble?.code).toBe("discover.unknownDevice");
    expect(JSON.stringify(found[1])).toContain("FC03 0x0000 is refused (exception 1)");
  });
});

describe("what stands at an address", () => {
  it("a bare chip, and one whose lock cannot be read", async () => {
    const bare = new FarChip(new Uint8Array(32));
    bare.deviceCode = "";
    const { port } = bus({ 247: bare, 1: new FarChip(new Uint8Array(32)) });
    const { found, trouble } = await search(port, { addresses: [1, 247] });
    expect(found.map(({ device }) => [device.address, "state" in device && device.state])).toEqual([
      [1, "provisioned"],
      [247, "bare"],
    ]);
    expect(trouble).toBeNull();
  });

  it("a PZEM-017 beside a relay board that has told neither make nor timed output; nothing was written", async () => {
    const pzem = new FarPzem();
    const { port, slaves } = bus({ 1: pzem, 2: new FarRelays() });
    pzem.voltageVolts = 68.4;
    const { found } = await search(port);
    expect(found.map(({ device }) => device)).toEqual([
      expect.objectContaining({ kind: "meter", map: "pzem-017", certain: true, volts: 68.4, rangeAmps: 300 }),
      expect.objectContaining({ kind: "relay", map: "relay-plain", certain: false, allows: ["monitored"] }),
    ]);
    expect(new Set(slaves.asked.map((each) => each.split(":")[1]))).toEqual(new Set(["1", "3", "4"]));
  });

  it("a board that names its own address and protocol V2 has timed outputs; one that is silent to what it does not know is found by its coils", async () => {
    const { port } = bus({ 1: new FarBoard({ address: 1, version: 200 }), 2: new FarBoard(null) });
    const { found } = await search(port);
    expect(found.map(({ device }) => ("map" in device ? [device.map, device.certain, device.allows] : device.kind))).toEqual([
      ["relay-flash-on", true, ["enforced", "monitored"]],
      ["relay-plain", false, ["monitored"]],
    ]);
  });

  it("a DJSF1352 by what it reads; registers of nothing but 0 prove nothing, and a meter's neighbour is not taken for it", async () => {
    const { port } = bus({ 1: new FarDjsf(), 2: new FarRegisters(0), 247: new FarRegisters(1) });
    const { found } = await search(port, { addresses: [1, 2, 247] });
    expect(found.map(({ device }) => ("map" in device ? device.map : device.kind))).toEqual(["djsf1352-rn", "unknown", "unknown"]);
    expect(JSON.stringify(found[1])).toContain("every register of it is 0");
    expect(found[2]?.device).toMatchObject({ answers: [3] });
    expect(JSON.stringify(found[2])).toContain("holds 0x0001, not our magic 0x4147");
  });
});

describe("behind a converter", () => {
  it("devices are found with the converter's own settings: each address is asked once", async () => {
    let slaves: FarSlaves | null = null;
    const converter = await serveTcp((send) => {
      slaves = new FarSlaves(send);
      slaves.devices.set(1, new FarPzem());
      return slaves;
    });
    cleanUps.push(() => converter.close());
    const { found, trouble } = await search(converter.port, { lines: lineOrder(), addresses: [1, 2] });
    expect([trouble, found.map(({ device }) => device.kind)]).toEqual([null, ["meter"]]);
    expect((slaves as FarSlaves | null)?.countOf(2)).toBe(2);
  });

  it.each(["is silent to bare frames", "hangs up on them", "takes them for wrapped ones"])(
    "one that wraps frames for itself and %s",
    async (how) => {
      const server = createServer((socket) => {
        socket.on("data", (bytes: Buffer) => {
          const isWrapped = bytes[5] === bytes.length - 6 || how === "takes them for wrapped ones";
          if (isWrapped) socket.write(Uint8Array.of(...bytes.subarray(0, 4), 0, 3, bytes[6] ?? 0, 0x83, 11));
          else if (how === "hangs up on them") socket.destroy();
        });
        socket.on("error", () => socket.destroy());
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      cleanUps.push(() => new Promise((resolve) => server.close(resolve)));
      const port = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
      expect((await search(port, { addresses: [1], patienceMs: 20 })).trouble?.code).toBe("discover.converterMode");
    },
  );
});

describe("a verdict for each trouble", () => {
  const codeOf = async (port: string, more: Partial<SearchOrder> = {}) => (await search(port, more)).trouble?.code;

  it("two devices at one address, whether they speak at once or one after the other", async () => {
    const bare = (nonce: number) => {
      const chip = new FarChip(new Uint8Array(32));
      chip.deviceCode = "";
      chip.reboot(nonce);
      return chip;
    };
    const hear = together([{ 1: new FarPzem(), 247: bare(1) }, { 247: bare(2) }], (bytes) => tty.write(bytes));
    const tty: FarTty = new FarTty(hear);
    cleanUps.push(() => tty.dispose());
    const { found, trouble } = await search(tty.path, { addresses: [1, 247] });
    expect([trouble?.code, found.map(({ device }) => device.kind)]).toEqual(["discover.addressShared", ["meter", "garbled"]]);
    const twice = bus({ 2: new FarPzem() });
    twice.slaves.spoil = (frame) => Uint8Array.from([...frame, ...frame]);
    expect(await codeOf(twice.port, { addresses: [2] })).toBe("discover.addressShared");
  });

  it("a byte or two before each answer, and an adapter that echoes, spoil nothing", async () => {
    const { port, slaves } = bus({ 1: new FarPzem() });
    slaves.spoil = (frame) => Uint8Array.from([0, ...frame]);
    expect(await codeOf(port, { addresses: [1] })).toBeUndefined();
    const echo: FarTty = new FarTty((bytes) => echo.write(bytes));
    cleanUps.push(() => echo.dispose());
    expect(await codeOf(echo.path, { addresses: [1], patienceMs: 20 })).toBe("discover.nothingAnswers");
  });

  it("somebody else who speaks", async () => {
    const { port, tty } = bus({});
    const timer = setInterval(() => tty.write(Uint8Array.of(1, 3, 0, 0, 0, 1)), 20);
    cleanUps.push(() => clearInterval(timer));
    expect(await codeOf(port, { listenMs: 200 })).toBe("discover.noise");
  });

  it("nobody, a port that is taken, none at all, and what is no port", async () => {
    const { port } = bus({});
    expect(await codeOf(port, { addresses: [1], patienceMs: 20 })).toBe("discover.nothingAnswers");
    const other = await ProbeLine.open(port, CHIP_LINE, 60);
    cleanUps.push(() => other.close());
    expect(await codeOf(port)).toBe("discover.portInUse");
    expect(await codeOf("/dev/there-is-none")).toBe("discover.noPort");
    expect(await codeOf("/etc/passwd")).toBe("discover.noPort");
    expect(await codeOf("tcp://127.0.0.1:1")).toBe("discover.noPort");
  });

  it("no permission, in the system's words and in serialport's", () => {
    const codes = ["EACCES: permission denied, open '/dev/ttyS9'", "Error: Permission denied, cannot open /dev/ttyS9"].map(
      (reason) => openTrouble("/dev/ttyS9", new Error(reason)).code,
    );
    expect(codes).toEqual(["discover.noPermission", "discover.noPermission"]);
  });

  it("a cable that is pulled while it is searched", async () => {
    const { port, tty } = bus({});
    const trouble = search(port, { patienceMs: 20, progress: ({ done }) => done === 1 && tty.unplug() });
    expect((await trouble).trouble?.code).toBe("discover.portLost");
  });
});
