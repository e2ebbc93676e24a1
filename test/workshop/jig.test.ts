/** The installer's tool asks, and the simulated workshop's jig does it at the machine on that port. */
import { PassThrough } from "node:stream";
import { beforeEach, describe, expect, it } from "vitest";
import { ConsoleTeller } from "#scripts/install/machine/consoleTeller.ts";
import { Jig } from "#scripts/install/machine/jig.ts";
import type { Told } from "#scripts/install/machine/teller.ts";
import { type PartProcess, startPart } from "#simulator/chip/silicon/partProcess.ts";
import { LineServer } from "#simulator/line/lineServer.ts";
import { type JigLine, startJig } from "#simulator/workshop/jigServer.ts";
import { onPty } from "#test/chip/onPty.ts";
import { flashDirectly } from "#test/silicon/provisioned.ts";

const { path, atEnd } = onPty();
const TOLD: Told = { step: "commission", zh: "请按急停", en: "Press the e-stop" };
const PLATFORM = { dataDir: "/nowhere", controlPath: "/nowhere/platform.ctl" };
const codeOf = (act: Promise<unknown>) =>
  act.then(
    () => "done",
    (error: { code?: string }) => error.code,
  );

describe("the jig", () => {
  let part: PartProcess;
  let jig: Jig;
  const told: Told[] = [];
  const open = async (port: string): Promise<Jig> => {
    const opened = await Jig.open(path("jig"), { port, address: null }, (what) => told.push(what));
    atEnd(() => opened.close());
    return opened;
  };
  beforeEach(async () => {
    part = await startPart({ tty: path("tty"), silicon: "f030", baud: 115_200, paced: false, flash: path("flash"), serial: "1" });
    atEnd(() => part.close());
    const server = await startJig(path("jig"), new Map([[path("tty"), () => part]]), PLATFORM);
    atEnd(() => server.close());
    jig = await open(path("tty"));
  });

  it("presses, opens, releases and closes", async () => {
    await jig.ask("pressEStop", TOLD);
    await jig.ask("openEnclosure", TOLD);
    expect(part.truth()).toMatchObject({ eStop: true, enclosureOpen: true });
    await Promise.all([jig.ask("releaseEStop", TOLD), jig.ask("closeEnclosure", TOLD), jig.ask("switchMachineOn", TOLD)]);
    expect(part.truth()).toMatchObject({ eStop: false, enclosureOpen: false });
    expect(told[0]).toBe(TOLD);
  });

  it("sets BOOT0 and takes it off, with the power in between", async () => {
    flashDirectly(part.flash, "1.0.0");
    await jig.ask("setBootloader", TOLD, { port: path("tty") });
    expect(part.truth()).toMatchObject({ boot0: true, application: null });
    await jig.ask("powerAnew", TOLD);
    expect(part.truth()).toMatchObject({ boot0: false, bootCount: 1 });
    await jig.ask("pressStart", TOLD);
    expect(part.truth().startPresses).toBe(1);
  });

  it("welds as it is told, and goes on", async () => {
    await jig.ask("weld", TOLD, { amps: "90", seconds: "30" });
    expect(part.truth()).toMatchObject({ welding: true, rodsLeft: 1 });
  });

  it("tells machines of one line apart by their addresses", async () => {
    const asked: (number | undefined)[] = [];
    const line: JigLine = (address) => {
      asked.push(address);
      if (address === undefined) throw new RangeError("which address?");
      return part;
    };
    const server = await startJig(path("busJig"), new Map([[path("tty"), line]]), PLATFORM);
    atEnd(() => server.close());
    for (const address of [7, null]) {
      const hands = await Jig.open(path("busJig"), { port: path("tty"), address }, () => undefined);
      atEnd(() => hands.close());
      expect(await codeOf(hands.ask("pressStart", TOLD))).toBe(address === null ? "install.jigRefused" : "done");
    }
    expect(asked).toEqual([7, undefined]);
  });

  it("says what it cannot do", async () => {
    expect(await codeOf((await open("/dev/none")).ask("weld", TOLD))).toBe("install.jigRefused");
    expect(await codeOf(jig.ask("weld", TOLD, { amps: "much" }))).toBe("install.jigRefused");
    expect(await codeOf(jig.ask("scan", TOLD, {}))).toBe("install.jigRefused");
  });

  it("is missed: no socket, one that goes away, one that talks otherwise", async () => {
    expect(await codeOf(Jig.open(path("none"), { port: "p", address: null }, () => undefined))).toBe("install.jigLost");
    const babble = await LineServer.open(path("babble"), (_, answer) => answer("what?"));
    const lost = await Jig.open(path("babble"), { port: "p", address: null }, () => undefined);
    expect(await codeOf(lost.ask("weld", TOLD))).toBe("install.jigLost");
    expect(await codeOf(lost.ask("weld", TOLD))).toBe("install.jigLost");
    await babble.close();
  });
});

describe("the terminal", () => {
  const terminal = (isTTY: boolean) => ({ input: Object.assign(new PassThrough(), { isTTY }), output: new PassThrough() });

  it("asks one thing at a time, in both languages, and waits for Enter", async () => {
    const { input, output } = terminal(true);
    const teller = new ConsoleTeller("1号", { input, output });
    const done: string[] = [];
    const asks = [
      teller.ask("pressEStop", TOLD).then(() => done.push("press")),
      teller.ask("scan", { ...TOLD, en: "Scan" }, { page: "http://x" }).then(() => done.push("scan")),
    ];
    input.write("\n");
    await asks[0];
    expect(done).toEqual(["press"]);
    input.write("\n");
    await Promise.all(asks);
    expect(String(output.read())).toMatch(
      /^\[1号\] ▶ 请按急停\n\[1号\] {3}Press the e-stop\n[\s\S]*Enter[\s\S]*Scan[\s\S]*page: http:\/\/x/,
    );
  });

  it("tells how far it is", () => {
    const { input, output } = terminal(false);
    new ConsoleTeller(null, { input, output }).tell({ ...TOLD, part: 0.5 });
    expect(String(output.read())).toBe("请按急停 Press the e-stop 50 %\n");
  });

  it("has nobody at a pipe, or when its input ends", async () => {
    expect(await codeOf(new ConsoleTeller(null, terminal(false)).ask("weld", TOLD))).toBe("install.nobody");
    const { input, output } = terminal(true);
    const asked = codeOf(new ConsoleTeller(null, { input, output }).ask("weld", TOLD));
    input.end();
    expect(await asked).toBe("install.nobody");
  });
});
