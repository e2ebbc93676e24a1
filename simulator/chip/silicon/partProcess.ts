/** A bare part on a bench, and the chip that becomes of it: on one real pty, with power and reset as commands of its socket. */
import { rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import { OPTION_BYTES, SILICON, type SiliconName } from "#protocol/boot/silicon.ts";
import { sha256Hex } from "#protocol/crypto.ts";
import { BusRunner, dieAtOnce } from "#simulator/chip/busRunner.ts";
import { FramFile } from "#simulator/chip/machine/memory.ts";
import { type MachineTruth, truthOf } from "#simulator/chip/machine/workplace.ts";
import type { MachineOptions } from "#simulator/chip/machineArguments.ts";
import { checkOptions } from "#simulator/chip/options.ts";
import { readRecording } from "#simulator/chip/plant/recording.ts";
import { FlashMemory } from "#simulator/chip/silicon/flash.ts";
import { FlashFile } from "#simulator/chip/silicon/flashFile.ts";
import { Part } from "#simulator/chip/silicon/part.ts";
import { commandPart } from "#simulator/chip/silicon/partCommands.ts";
import { PartMemory } from "#simulator/chip/silicon/partMemory.ts";
import { RomPort } from "#simulator/chip/silicon/romPort.ts";
import { ChipBus } from "#simulator/chip/wire/bus.ts";
import { openControl } from "#simulator/line/controlServer.ts";
import { FINE_TIMING } from "#simulator/line/fineTiming.ts";
import { LinePacer } from "#simulator/line/pacer.ts";
import { PtyLine } from "#simulator/line/ptyLine.ts";
import { REAL_TIMING } from "#simulator/line/realTiming.ts";

export interface PartOptions {
  tty: string;
  silicon: SiliconName;
  baud: number;
  paced: boolean;
  /** Where its flash is kept; its FRAM beside it. */
  flash: string;
  /** Names the part: its unique number is made of it. */
  serial: string;
  /** The jumper is set from the start. */
  boot0?: boolean;
  /** That it is wired to. */
  machine?: MachineOptions;
}

export interface PartProcess {
  readonly control: string;
  readonly flash: FlashMemory;
  truth(): PartTruth;
  /** What the control socket takes. Throws `chip.badCommand`. */
  command(asked: object): PartTruth;
  power(on: boolean): void;
  /** The reset line is pulled, or the application went back to the bootloader. */
  reset(): void;
  /** As if they had come over the line. */
  hear(bytes: Uint8Array): void;
  /** What becomes of each byte that the ROM says. */
  spoil(noise: (byte: number) => number): void;
  close(): Promise<void>;
}

export type PartTruth = MachineTruth & ReturnType<Part["truth"]>;

/** In the ROM: start, eight data bits, even parity, stop. */
const ROM_CHARACTER_BITS = 11;

/** Runs until `close`. Throws CodedErrors of the area `chip`. */
export async function startPart(options: PartOptions): Promise<PartProcess> {
  const { tty, silicon, baud, paced, flash: path, serial } = options;
  const checked = checkOptions({ tty, baud, paced, ...options.machine });
  const recording = checked.trace === undefined ? null : readRecording(checked.trace);
  const { pages, pageBytes } = SILICON[silicon];
  const uid = Uint8Array.from(Buffer.from(sha256Hex(`arcgate-sim-part/${serial}`), "hex").subarray(0, 12));
  const file = new FlashFile(path, pages * pageBytes + OPTION_BYTES);
  const flash = new FlashMemory(silicon, uid, file);
  const memory = new PartMemory(flash, new FramFile(dirname(path), basename(path)));
  let noise = (byte: number): number => byte;
  const rom = new RomPort({
    ...{ flash, timing: FINE_TIMING, pacer: new LinePacer(paced ? { baud, characterBits: ROM_CHARACTER_BITS } : null, 1) },
    write: (bytes) => {
      part.wasSpokenTo();
      line.write(bytes.map(noise));
    },
    ended: (ending) => (ending.to === "application" ? part.start(ending.address) : part.boot()),
  });
  const place = { ...checked, recording };
  const part = new Part({ flash, memory, place, rom, nowMs: REAL_TIMING.nowMs }, options.boot0 ?? false);
  const { speed, seed, characterBits } = checked;
  const bus = new ChipBus(
    (address) => (address === part.workplace.address ? part.workplace.chip : undefined),
    { rate: { baud, characterBits }, paced, speed, seed },
    REAL_TIMING,
    (bytes) => line.write(bytes),
  );
  const hear = (bytes: Uint8Array): void => (part.isInRom ? rom.hear(bytes) : bus.hear(bytes));
  const line = new PtyLine(tty, hear);
  const runner = new BusRunner({
    ...{ places: [part.workplace], bus, line, timing: REAL_TIMING, powerCut: dieAtOnce },
    settle: () => part.tick(),
  });
  const truth = (): PartTruth => ({ ...truthOf(part.workplace), ...part.truth() });
  const command = (asked: unknown): PartTruth => {
    part.tick();
    if (!commandPart(part, asked)) runner.command(asked);
    return truth();
  };
  const control = await openControl(`${tty}.ctl`, command).catch((error: unknown) => {
    line.unplug();
    memory.close();
    file.close();
    throw error;
  });
  const stopRunner = runner.start(undefined);
  return {
    ...{ control: `${tty}.ctl`, flash, truth, command, hear },
    power: (on) => part.power(on),
    reset: () => part.boot(),
    spoil: (spoiled) => {
      noise = spoiled;
    },
    close: async () => {
      stopRunner();
      line.unplug();
      await control.close();
      rmSync(`${tty}.ctl`, { force: true });
      rom.reset();
      memory.close();
      file.close();
    },
  };
}
